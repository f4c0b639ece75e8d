"""Proof of origin for EUDR: check plots, link them to lots in kilograms, build packages and maps, offline.

The verbs, each imported when first used:

========================== ====================================================================
``read_plots(paths)``      read boundary files, nothing lost (:mod:`eudr_geo.sources.reading`)
``read_geodataframe(gdf)`` plots that are in a notebook already (:mod:`eudr_geo.sources.frames`)
``check(reading)``         every rule on every plot (:mod:`eudr_geo.checks.checking`)
``repair(reading)``        safe repairs with a receipt (:mod:`eudr_geo.checks.repairing`)
``open_store(path)``       a project, one GeoPackage (:mod:`eudr_geo.store`)
``read_book(path)``        the lots workbook (:mod:`eudr_geo.sources.workbook.reading`)
``trace(book, code)``      which plots fed a lot, in kilograms (:mod:`eudr_geo.lots.tracing`)
``build_package(…)``       the due-diligence package (:mod:`eudr_geo.project.packaging`)
``verify(path)``           check a package, offline (:mod:`eudr_geo.project.verifying`)
========================== ====================================================================
"""

from __future__ import annotations

from typing import Any

_WHERE = {
    "build_package": "project.packaging",
    "check": "checks.checking",
    "check_lots": "checks.checking",
    "create_store": "store",
    "open_store": "store",
    "read_book": "sources.workbook.reading",
    "read_geodataframe": "sources.frames",
    "read_plots": "sources.reading",
    "repair": "checks.repairing",
    "trace": "lots.tracing",
    "verify": "project.verifying",
    "VERSION": "base.version",
}

__all__ = sorted(_WHERE)  # noqa: PLE0605 – the table above is the list


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'eudr_geo' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"eudr_geo.{_WHERE[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(_WHERE)
