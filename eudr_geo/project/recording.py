"""Packages that were built, as the project remembers them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eudr_geo.model.base import table_of
from eudr_geo.model.lineage import BuiltPackage
from eudr_geo.store.journal import PACKAGE
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    from eudr_geo.project.port import Project
    from eudr_geo.store import Store


@contextmanager
def recorded(
    store: Store, codes: Sequence[str], manifest_sha256: str, profile: str, *, now: str, who: str
) -> Iterator[None]:
    """Note that a package was built, if what is done inside succeeds; the same package is noted once.

    Parameters
    ----------
    store
        The project, opened for writing.
    codes, manifest_sha256
        Codes it is of, and the SHA-256 of its manifest.
    profile
        Profile it was built with.
    now, who
        For the log: UTC time (ISO 8601) and login name.
    """
    summary = str(say("imports:package.log", codes=", ".join(codes)))
    with store.writing(now=now, who=who, action=PACKAGE, summary=summary) as writer:
        rows = store.table(BuiltPackage)
        if not ((rows["manifest_sha256"] == manifest_sha256) & (rows["superseded_at"] == "")).any():
            row = {"codes": json.dumps(list(codes), ensure_ascii=False), "manifest_sha256": manifest_sha256}
            writer.insert(table_of(BuiltPackage), [{**row, "profile": profile, "built_at": now}])
        yield


def superseded(project: Project, codes: Sequence[str]) -> list[dict[str, str]]:
    """Return the earlier packages of the same codes that no longer say what the project says, oldest first."""
    rows = project.table(BuiltPackage)
    return [
        {"manifest_sha256": digest, "built": built, "superseded": at, "why": why}
        for held, digest, built, at, why in zip(
            *(rows[name] for name in ("codes", "manifest_sha256", "built_at", "superseded_at", "superseded_why")),
            strict=True,
        )
        if at and json.loads(held) == list(codes)
    ]
