"""Identity: which plot it is and whose."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import clean_code, fold
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, plot_rule, plots_rule
from eudr_geo.checks.rules.neighbours import named, same_land
from eudr_geo.law import PLACE_NAME_MAX, PRODUCER_NAME_MAX
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Plots, Text
from eudr_geo.plots.shapes.rings import Ints, Mask


@plot_rule(severity=WARNING, basis=f"{GEO}, note 1 (recommended)", requires=("missing-properties",), ids=("P-06",))
def missing_plot_id(plots: Plots) -> Problems:
    """The plot has no code and no place name of its own.

    **Why it matters** No receipt can name it, so no lot can be traced to it. And nobody can ask about it: "the third
    plot from the top" is another plot tomorrow.

    **Example** A file whose *ProductionPlace* is the name of the village, the same for all forty plots.

    **How to correct it** Give each plot a short code that never changes, such as T-014-1: village, producer, plot.
    Write it into *ProductionPlace* and on every receipt.

    **Trap** The number of the row is no code: it changes with the next export. A code that tells the owner's name must
    change when the land is inherited.
    """
    return Problems(np.flatnonzero(plots["plot_id"] == ""))


@plots_rule(severity=ERROR, basis="good practice", ids=("R-14",))
def duplicate_plot_id(plots: Plots) -> Problems:
    """One plot code stands on two different pieces of land.

    **Why it matters** A receipt names the code. With two places behind it, nobody can tell which land the coffee comes
    from, and the lot cannot be declared.

    **Example** Two collectors began to count at T-014-1, in two valleys. Put together, the file has the code twice.

    **How to correct it** Ask the collectors which receipts mean which land. Give one of the two a new code and correct
    its receipts. If it is a new survey of the same plot, send only the new boundary. Pieces of one plot belong in one
    record; pieces that lie side by side and follow each other in one file, as the repair of a hole writes them, are
    one plot too.

    **Trap** Codes that differ only by case or blanks are the same code: ``t-014 -1`` is T-014-1. The same code with
    the same boundary is another fault: see identical-plots. And plots of two countries may bear the same code.
    """
    texts = plots["plot_id"]
    cleaned = {text: clean_code(text) for text in set(texts.tolist())}
    times = Counter(cleaned[text] for text in texts.tolist())
    twice = {code for code, number in times.items() if code and number > 1}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts.tolist()):  # groups of text: a dictionary is the fast way
        if twice and cleaned[text] in twice:
            groups[cleaned[text]].append(row)
    rows: list[int] = []
    others: list[int] = []
    for members in groups.values():  # only codes that stand twice
        stated = [plots["country"][row].upper() for row in members]
        one_country = len(set(stated) - {""}) <= 1  # a plot that names no country is of the one that others name
        first: dict[str, int] = {}
        for row, country in zip(members, stated, strict=True):
            earlier = first.setdefault("" if one_country else country, row)
            if earlier != row:
                rows.append(row)
                others.append(earlier)
    late, early = np.array(rows, dtype=np.int64), np.array(others, dtype=np.int64)
    differ = ~same_land(plots.geometry[early], plots.geometry[late])
    differ &= ~_pieces_of_one(plots, early, late)
    late, early = late[differ], early[differ]
    order = np.argsort(late, kind="stable")
    late, early = late[order], early[order]
    return Problems(
        late,
        measured={"other": [named(plots, a, b) for a, b in zip(late.tolist(), early.tolist(), strict=True)]},
    )


def _pieces_of_one(plots: Plots, early: Ints, late: Ints) -> Mask:
    """Tell which later record goes on with the plot of the earlier one, as a plot split along its hole is written.

    Its pieces follow each other in one file, under one producer, and each shares a side, but no ground, with one that
    came before it.
    """
    found = np.zeros(len(late), dtype=bool)
    source, producer, code = plots["source"], plots["producer"], plots["producer_id"]
    runs: dict[int, list[int]] = {}
    for at in np.argsort(late, kind="stable").tolist():  # only codes that stand twice
        first, row = int(early[at]), int(late[at])
        run = runs.setdefault(first, [first])
        one_record_on = row == run[-1] + 1 and source[row] == source[first]
        if not shapely.is_valid(plots.geometry[[*run, row]]).all():
            continue  # whether broken boundaries share a side cannot be told
        if one_record_on and (producer[row], code[row]) == (producer[first], code[first]):
            beside = shapely.relate_pattern(plots.geometry[run], plots.geometry[row], "F***1****")
            if beside.any():
                found[at] = True
                run.append(row)
    return found


@plot_rule(severity=WARNING, basis=f"{GEO}, 9.3", requires=("missing-properties",), ids=("P-01", "P-09"))
def missing_producer(plots: Plots) -> Problems:
    """The plot names no producer, neither by name nor by code.

    **Why it matters** The EU system sorts plots by producer and country. A buyer asks who grew the coffee, and a
    premium can only be paid to someone.

    **Example** A boundary file with plot codes only; the names are in another sheet at the office.

    **How to correct it** Add a column with the producer's code. That is enough for the lots; names may stay in the
    office and are added only where a buyer needs them.

    **Trap** The law does not ask for the name of every smallholder. And a file of one producer may leave the name out:
    then the statement itself names him or her.
    """
    return Problems(np.flatnonzero((plots["producer"] == "") & (plots["producer_id"] == "")))


@plot_rule(severity=WARNING, basis="schema of the EU system, release 8.2.1 (name of the producer)", ids=("P-07",))
def long_text(plots: Plots) -> Problems:
    """A name is longer than the EU system keeps.

    **Why it matters** The statement may be refused for it, or the name is cut in the middle of a word.

    **Example** A field of the producer's name that holds the whole history of the land, 612 characters long.

    **How to correct it** Keep the name only. Move everything else to a column of its own.

    **Trap** A letter with accents counts once: Vietnamese names are never too long for this.
    """
    lengths = {column: _lengths(plots[column]) for column in ("producer", "place")}
    too_long = {"producer": lengths["producer"] > PRODUCER_NAME_MAX, "place": lengths["place"] > PLACE_NAME_MAX}
    rows = np.flatnonzero(too_long["producer"] | too_long["place"])
    of_producer = too_long["producer"][rows]
    return Problems(
        rows,
        case=np.where(of_producer, "producer", "place").tolist(),
        measured={
            "characters": np.where(of_producer, lengths["producer"][rows], lengths["place"][rows]),
            "most": [PRODUCER_NAME_MAX] * len(rows),
            "place_most": [PLACE_NAME_MAX] * len(rows),
        },
    )


def _lengths(texts: Text) -> npt.NDArray[np.int64]:
    return np.array([len(text) for text in texts.tolist()], dtype=np.int64)


@plots_rule(
    severity=WARNING, basis=f"{GEO}, 9.3.2 (plots are grouped by name and country)", ids=("P-08",), reads=("producer",)
)
def producer_spellings(plots: Plots) -> Problems:
    """One producer is spelled in two ways.

    **Why it matters** The EU system makes two producers of them. They count twice against its limit of producers, and
    nobody finds all plots of one person any more.

    **Example** ``Y Blơm Êban`` in one file and ``Y BLOM EBAN`` in another; or two names under the code NH-014.

    **How to correct it** Choose one spelling, best as on the identity card with all accents, and use it everywhere.

    **Trap** Two people may bear names that differ only by accents: Hạnh and Hanh. Then give each a code; with two
    codes they are two people, and nothing is said.
    """
    names, codes, stated = plots["producer"], plots["producer_id"], plots["country"]
    spelled: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    folded = {name: fold(name) for name in {*names[codes == ""].tolist()}}
    cleaned = {code: clean_code(code) for code in set(codes.tolist())}
    whose: list[tuple[str, str]] = []
    for name, code, country in zip(names.tolist(), codes.tolist(), stated.tolist(), strict=True):
        # A code says who it is; without one, the name without case and accents does.
        key = (f"code {cleaned[code]}" if code else f"name {folded[name]}", country)
        whose.append(key)
        if name:
            spelled[key][name] += 1
    # The spelling used most is kept; between equals the one with more letters that are no plain ones, then by alphabet.
    kept = {
        key: max(found, key=lambda name: (found[name], sum(not char.isascii() for char in name), name))
        for key, found in spelled.items()
        if len(found) > 1
    }
    rows = [row for row, key in enumerate(whose) if key in kept and names[row] and names[row] != kept[key]]
    return Problems(
        rows,
        measured={"value": names[rows] if rows else [], "other": [kept[whose[row]] for row in rows]},
    )
