"""What every page of ours carries inside: Leaflet, and the policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import Any


@cache
def _leaflet(name: str) -> Any:
    import xstatic.pkg.leaflet as carrier

    return resources.files(carrier) / "data" / name


def leaflet_js() -> str:
    """Return the script of Leaflet."""
    text: str = _leaflet("leaflet.js").read_text(encoding="utf-8").replace("\r\n", "\n")
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", text)  # browsers' tools would go and look for it


def leaflet_css() -> str:
    """Return the style sheet of Leaflet with its pictures inside."""
    text: str = _leaflet("leaflet.css").read_text(encoding="utf-8").replace("\r\n", "\n")

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode(_leaflet(match[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inline, text)


def policy(page: str) -> str:
    """Return the policy of a page as its meta element: exactly these scripts and styles, and nothing from elsewhere.

    Takes the page before any value of a user is in it.
    """

    def allowed(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found
        )

    rules = (
        "default-src 'none'",
        f"script-src {allowed('script')}",
        f"style-src {allowed('style')}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}" />'
