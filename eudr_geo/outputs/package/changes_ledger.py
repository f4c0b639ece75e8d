"""``changes.jsonl``: the receipt of every repair, in the order it was made."""

from __future__ import annotations

from eudr_geo.base.writing import json_lines
from eudr_geo.model.package import PackageData

SUMMARY = "the receipt of every repair (JSON, one line a change)"
FILE = "changes.jsonl"


def render(package: PackageData) -> bytes:
    """Return one change a line; replaying them on the delivered files gives the packed plots."""
    return json_lines(change.to_dict() for change in package.changes)
