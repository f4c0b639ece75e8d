"""Outlines of countries that a user has given: asked before those that come with the toolkit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import shapely


@dataclass(frozen=True)
class Outlines:
    """Better outlines of some countries than those that come with the toolkit.

    Parameters
    ----------
    edition
        What they are, for reports.
    shapes
        ISO 3166-1 alpha-2 → polygons, lon lat, valid.
    """

    edition: str
    shapes: Mapping[str, Any]
    coasts: dict[tuple[str, int], Any] = field(default_factory=dict)  # made as they are needed


_OWN: ContextVar[Outlines | None] = ContextVar("outlines", default=None)


@contextmanager
def using(outlines: Outlines | None) -> Iterator[None]:
    """Ask these outlines first, as long as the context lasts; None changes nothing."""
    if outlines is None:
        yield
        return
    for land in outlines.shapes.values():
        shapely.prepare(land)
    token = _OWN.set(outlines)
    try:
        yield
    finally:
        _OWN.reset(token)


def in_use() -> Outlines | None:
    """Return the outlines in use, if any."""
    return _OWN.get()


def own(code: str) -> Any:
    """Return the outline in use for a country; None where there is none."""
    given = _OWN.get()
    return None if given is None else given.shapes.get(code)
