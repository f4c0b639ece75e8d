"""The pictures of the rules' pages: small, alone, and of the fault that the page is about."""

import re
import xml.dom.minidom
from pathlib import Path

import pytest

IMAGES = Path(__file__).parents[2] / "docs" / "rules" / "images"
RULES = IMAGES.parent


@pytest.mark.parametrize("path", sorted(IMAGES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_is_small_and_needs_nothing(path):
    text = path.read_text()
    assert len(text) < 30_000
    assert not re.search(r"<script|href|url\(|style=", text)
    assert xml.dom.minidom.parseString(text).getElementsByTagName("title")[0].firstChild.data


def test_every_picture_stands_on_a_page_and_every_page_finds_its_picture():
    shown = {name for page in RULES.glob("*.md") for name in re.findall(r"\(images/([\w-]+\.svg)\)", page.read_text())}
    assert shown == {path.name for path in IMAGES.glob("*.svg")}
    assert {"self-intersection.svg", "self-intersection-repaired.svg", "overlapping-plots.svg"} <= shown
