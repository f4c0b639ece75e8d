"""Identity: which plot it is and whose."""

from __future__ import annotations

import numpy as np

from eudr_geo.catalogue import ERROR, WARNING, Problems, plot_rule, plots_rule
from eudr_geo.cells import clean_code, fold
from eudr_geo.fingerprint import geometry_hashes
from eudr_geo.model.plots import Plots
from eudr_geo.regulation import PLACE_NAME_MAX, PRODUCER_NAME_MAX


@plot_rule(severity=WARNING, basis="EUDR GeoJSON File Description, note 1 (recommended)", ids=("P-06",))
def missing_plot_id(plots: Plots) -> Problems:
    """The plot has no code and no place name of its own.

    **Why it matters** No delivery can name it, so it can feed no lot; and nobody can ask about it.

    **Example** A file whose *ProductionPlace* is the name of the village for all its plots.

    **How to correct it** Give each plot a short code that never changes, such as T-014-1, and write it on receipts.

    **Trap** The number of the row is no code: it changes with the next export.
    """
    rows = np.flatnonzero(plots["plot_id"] == "")
    return Problems(rows, "the plot has no code", "give it a short code that never changes")


@plots_rule(severity=ERROR, basis="good practice", ids=("R-14",))
def duplicate_plot_id(plots: Plots) -> Problems:
    """One plot code stands on two different boundaries.

    **Why it matters** A delivery names the code; nobody can tell which land the goods come from.

    **Example** T-014-1 in two files of two collectors, at two places.

    **How to correct it** Ask the collectors. Give one of the two another code. If it is a new survey of the same plot,
    send only the new boundary.

    **Trap** Codes that differ only in case or blanks are the same code: ``t-014 -1`` is T-014-1.
    """
    codes = np.array([clean_code(text) for text in plots["plot_id"]], dtype=object)
    named = np.flatnonzero(codes != "")
    _, inverse, counts = np.unique(codes[named].astype(str), return_inverse=True, return_counts=True)
    twice = named[counts[inverse] > 1]
    if not len(twice):
        return Problems.none()
    hashes = np.array(geometry_hashes(plots.geometry[twice]), dtype=object)
    first: dict[str, tuple[int, str]] = {}
    rows: list[int] = []
    others: list[str] = []
    for row, digest in zip(twice.tolist(), hashes.tolist(), strict=True):  # only codes that stand twice
        code = codes[row]
        if code not in first:
            first[code] = (row, digest)
        elif first[code][1] != digest:
            rows.append(row)
            others.append(f"{plots['source'][first[code][0]]}, record {plots['record'][first[code][0]]}")
    return Problems(
        rows,
        "the code stands on another boundary too: {other}",
        "ask which is right; give one of them another code",
        measured={"other": others},
    )


@plot_rule(severity=WARNING, basis="EUDR GeoJSON File Description, 9.3", ids=("P-01",))
def missing_producer(plots: Plots) -> Problems:
    """The plot names no producer, neither by name nor by code.

    **Why it matters** The EU system groups plots by producer and country; a buyer asks who grew it.

    **Example** A boundary file with plot codes only.

    **How to correct it** Add a column with the producer's code. Names may stay at home.

    **Trap** A file of one producer may leave the name out; then the declaration names it.
    """
    rows = np.flatnonzero((plots["producer"] == "") & (plots["producer_id"] == ""))
    return Problems(rows, "the plot names no producer", "add a column with the producer's code")


@plot_rule(severity=WARNING, basis="schema of the EU system, release 8.2.1 (producer name)", ids=("P-07",))
def long_text(plots: Plots) -> Problems:
    """A name is longer than the EU system keeps.

    **Why it matters** It may be refused, or cut in the middle of a word.

    **Example** A whole address in the field of the producer's name.

    **How to correct it** Keep the name; move the rest to a column of its own.

    **Trap** Letters with accents count once each.
    """
    lengths = {
        column: np.array([len(text) for text in plots[column]], dtype=np.int64) for column in ("producer", "place")
    }
    rows = np.flatnonzero((lengths["producer"] > PRODUCER_NAME_MAX) | (lengths["place"] > PLACE_NAME_MAX))
    return Problems(
        rows,
        "a name has {positions} characters",
        f"keep producers' names below {PRODUCER_NAME_MAX} and place names below {PLACE_NAME_MAX} characters",
        measured={"positions": np.maximum(lengths["producer"], lengths["place"])[rows]},
    )


@plots_rule(severity=WARNING, basis="EUDR GeoJSON File Description, 9.3.2 (grouping)", ids=("P-08",))
def producer_spellings(plots: Plots) -> Problems:
    """One producer is spelled in two ways.

    **Why it matters** The EU system makes two producers of them, and they count twice against its limits.

    **Example** ``Y Blơm Êban`` and ``Y BLOM EBAN``.

    **How to correct it** Choose one spelling, best with all accents, and use it everywhere.

    **Trap** Two people may bear names that differ only in accents. Then give them codes.
    """
    names = plots["producer"]
    spellings: dict[str, str] = {}
    rows: list[int] = []
    others: list[str] = []
    for row in range(len(plots)):  # names are compared as text; a dictionary is the fast way
        if names[row] and not plots["producer_id"][row]:
            kept = spellings.setdefault(fold(names[row]), names[row])
            if kept != names[row]:
                rows.append(row)
                others.append(kept)
    return Problems(
        rows, "the same producer is also spelled {other}", "choose one spelling", measured={"other": others}
    )
