"""Storing waivers: one step of the log, which takes the place of what was waived before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from eudr_geo.model.base import table_of
from eudr_geo.model.findings import Waiver
from eudr_geo.model.records import StoredWaiver

if TYPE_CHECKING:
    from eudr_geo.store import Store


def store_waivers(store: Store, waivers: Sequence[Waiver], *, now: str, who: str, name: str) -> None:
    """Make these the waivers of a project; those it had are taken away, and come back with ``undo``.

    Parameters
    ----------
    store
        A project opened for writing.
    waivers
        All that hold from now on.
    now, who
        UTC time and login name, for the log.
    name
        Of the file they came in.

    Raises
    ------
    StoreError
        When the project was opened read-only.
    """
    table = table_of(StoredWaiver)
    summary = f"{len(waivers)} waiver{'' if len(waivers) == 1 else 's'} from {name}"
    with store.writing(now=now, who=who, action="waive", summary=summary) as writer:
        writer.delete(table, store.table(StoredWaiver)["fid"].tolist())
        writer.insert(table, [asdict(one) for one in sorted(waivers, key=lambda one: (one.rule, one.code))])
