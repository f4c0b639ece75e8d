"""Traces, recalls and exercises as text for the terminal, in the language that is spoken. No command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eudr_geo.cli import screen, speech
from eudr_geo.words.saying import counted, joined, knows, say
from eudr_geo.words.workbook import say_weights

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.lots.declared import DeclaredSet
    from eudr_geo.model.trace import Node, Recall, Trace

_NUMBERS = ("kg", "share", "between", "kg_in_all", "in_stock", "at_most")
_MOST_EXCESS = 10
_told = screen.told


def drill_text(record: Sequence[tuple[str, str]], taken_s: float) -> str:
    """Return the record of an exercise, with room for a signature.

    Parameters
    ----------
    record
        Pairs of heading and text, from :mod:`eudr_geo.lots.drilling`.
    taken_s
        Seconds it took.
    """
    lines = [(speech.spoken(label), speech.spoken(text)) for label, text in record]
    lines.append((_told("trace:record.took"), _told("trace:record.seconds", seconds=taken_s)))
    lines += [(_told(f"trace:record.{one}"), "_" * 24) for one in ("by", "signed")]
    wide = max(len(label) for label, _ in lines)
    return "\n".join(["", _told("trace:record"), *(f"  {label:{wide}}  {text}" for label, text in lines), ""])


def trace_text(found: Trace, its: DeclaredSet, width: int, most: int, *, seasons: Sequence[str] = ()) -> str:
    """Return where a lot or consignment came from: the sum, the tree, the plots of each lot, what is in excess.

    Parameters
    ----------
    found
        The trace.
    its
        The plots to declare for it.
    width
        Characters in a line of a table.
    most
        Plots shown of each lot; the number of the others is told.
    seasons
        Lines about the seasons of its goods, as they are spoken.
    """
    totals, by_form = found.totals(), found.kg_by_form()
    several = len(by_form) > 1
    lines = [
        _told(
            "trace:from.forms" if several else "trace:from",
            kind=say(f"nouns:{found.kind}"),
            code=found.code,
            **({"quantities": say_weights(by_form)} if several else {"quantity_kg": found.quantity_kg}),
            plots=counted("trace:plots", totals["plots"]),
            producers=counted("trace:producers", totals["producers"]),
        ),
        _told(_custody(found)),
        *seasons,
    ]
    lines += [
        _told("trace:identity.lost", **vars(one) | {"others": ", ".join(one.others)}) for one in found.identity_losses
    ]
    lines += _unknown(found)
    for end in found.identity_ends:
        lines.append(_told("trace:ends.on" if end.date else "trace:ends", **vars(end)))
    lines += ["", *found.tree_lines(_node), ""]
    heads = ("plot", "producer", "kg", "share", "between", "harvested", "evidence")
    parts = []
    frame = found.to_frame()
    for lot, own in frame.groupby("lot_code", sort=True):
        if found.kind == "consignment":
            parts.append(f"{_told('trace:lot_kg', lot=lot, quantity_kg=own['kg_attributed'].sum())}\n")
        rows = [
            (
                row.plot_code or row.upstream_reference or _told("trace:evidence.unknown"),
                row.producer_code,
                _kg(row.kg_attributed),
                f"{row.share:.1%}",
                _told("trace:kg.between", least_kg=row.kg_min, most_kg=row.kg_max),
                _days(row.harvest_from, row.harvest_to),
                _evidence(row),
            )
            for row in own.nlargest(most, "kg_attributed").sort_index().itertuples()
        ]
        parts.append(_table(heads, rows, width))
        if len(own) > most:
            parts.append(f"{_told('trace:most', shown=most, all=len(own))}\n")
    return "\n".join(lines) + "\n" + "\n".join(parts) + _assumed(found) + _excess(its)


def recall_text(found: Recall, width: int) -> str:
    """Return where something went: what is still in stock, what was shipped, what is used up.

    Parameters
    ----------
    found
        The recall.
    width
        Characters in a line of a table.
    """
    frame = found.to_frame()
    lots, shipped = frame[frame["kind"] == "lot"], frame[frame["kind"] == "consignment"]
    in_stock = lots[lots["in_stock_kg"] > 0]
    several = len(found.kg_by_form) > 1
    text = _told(
        "trace:went_into.forms" if several else "trace:went_into",
        kind=say(f"nouns:{found.kind}"),
        code=found.code,
        **({"quantities": say_weights(found.kg_by_form)} if several else {"quantity_kg": found.quantity_kg}),
        lots=counted("trace:lots", len(lots)),
        consignments=counted("trace:consignments", len(shipped)),
    )
    text += "\n"
    if len(in_stock):
        text += f"\n{_held_back(in_stock)}\n"
        held = [
            (row.code, speech.spoken(_form(row.label)), row.stores or "–", _kg(row.in_stock_kg),
             _kg(row.kg_attributed), _kg(row.kg_max), _reached_by(row.reached_by))
            for row in in_stock.itertuples()
        ]  # fmt: skip
        text += _table(("lot", "form", "store", "in_stock", "kg", "at_most", ""), held, width)
    if len(shipped):
        text += f"\n{_told('trace:inform')}\n"
        papers = [
            (row.code, row.label, row.ship_date, row.dds_references or "–", _kg(row.quantity_kg),
             _kg(row.kg_attributed), _kg(row.kg_max), _reached_by(row.reached_by))
            for row in shipped.itertuples()
        ]  # fmt: skip
        heads = ("consignment", "buyer", "shipped", "statement", "kg_in_all", "kg", "at_most", "")
        text += _table(heads, papers, width)
    used = lots[lots["in_stock_kg"] <= 0]
    if len(used):
        text += f"\n{_told('trace:used_up', lots=', '.join(used['code']))}\n"
    return text


def _held_back(in_stock: pd.DataFrame) -> str:
    """What is still in stock, form by form where there are several."""
    by_form = in_stock.groupby("label")["in_stock_kg"].sum().sort_index()
    if len(by_form) > 1:
        kg = {str(form): float(one) for form, one in by_form.items()}
        return _told("trace:hold_back.forms", quantities=say_weights(kg))
    return _told("trace:hold_back", quantity_kg=in_stock["in_stock_kg"].sum())


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> str:
    said = {head: _told(f"trace:head.{head}") if head else "" for head in heads}
    right = [said[head] for head in heads if head in _NUMBERS]
    return screen.table(tuple(said.values()), rows, right=right, width=width)


def _kg(quantity_kg: float) -> str:
    return _told("trace:kg", quantity_kg=quantity_kg)


def _reached_by(way: str) -> str:
    return "" if way == "goods" else _told(f"trace:reached.{way}")


def _form(label: str, choice: str = "form") -> str:
    """Return the word of the lists to choose from for a form or a kind of process; what is on no list stays."""
    key = f"choices:{choice}.{label}"
    return say(key) if knows(key) else label.replace("_", " ")


def _node(node: Node, kg: float, is_above: bool) -> str:
    """Return the line of a lot, process or consignment in the tree."""
    line: str
    if node.kind == "process":
        label = _form(node.label, "process_type") if node.label else say("nouns:process")
        line = say("trace:tree.went_in", code=node.code, label=label, quantity_kg=node.quantity_kg)
    elif node.kind == "consignment":
        key, buyer = ("trace:tree.consignment_for", {"buyer": node.label}) if node.label else (
            "trace:tree.consignment", {}
        )  # fmt: skip
        line = say(key, code=node.code, quantity_kg=kg, **buyer)
    elif node.label:
        line = say("trace:tree.of_form", code=node.code, quantity_kg=kg, form=_form(node.label))
    else:
        line = say("trace:tree.of", code=node.code, quantity_kg=kg)
    if node.deliveries and node.kind != "process":
        deliveries, plots = counted("trace:deliveries", node.deliveries), counted("trace:plots", node.plots)
        line = say("trace:tree.fed", node=line, deliveries=deliveries, plots=plots)
    return speech.spoken(say("trace:tree.above", node=line) if is_above else line)


def _days(first: str, last: str) -> str:
    """A span of days, the year once where it is the same."""
    if not first or first == last:
        return first or last
    return f"{first}…{last[5:]}" if first[:4] == last[:4] else f"{first}…{last}"


def _custody(found: Trace) -> str:
    if found.identity_losses and not found.unknown_lots:
        return "trace:custody.mixed.identity"
    if found.references() and not found.unknown_lots:
        return "trace:custody.segregated.referenced"
    return f"trace:custody.{found.custody_model.replace(' ', '_')}"


def _assumed(found: Trace) -> str:
    """What "between" takes for granted, where processes change the form."""
    its = found.outturns
    if its is None:
        return ""
    case = "none" if set(its.without_band) == set(its.processes) else "some" if its.without_band else "all"
    text = _told(f"trace:outturn.{case}", least=its.least, most=its.most, processes=", ".join(its.without_band))
    return f"\n{text}\n"


def _evidence(row: Any) -> str:
    """Return the evidence of a plot; where kilograms of several classes are its, each with its kilograms."""
    names = row.evidence_class.split("; ")
    if len(names) == 1:
        return _told(f"trace:evidence.{names[0]}")
    parts = [
        say("trace:evidence.of_kg", evidence=say(f"trace:evidence.{name}"), quantity_kg=getattr(row, f"kg_{name}"))
        for name in names
    ]
    return speech.spoken(joined(parts, ", "))


def _unknown(found: Trace) -> list[str]:
    """What stands in the way of a package, in words."""
    if not found.unknown_lots:
        return [_told("trace:unknown.scales", quantity_kg=found.unknown_kg)] if found.unknown_kg > 0 else []
    named: str = ", ".join(found.unknown_lots[:_MOST_EXCESS])
    more = len(found.unknown_lots) - _MOST_EXCESS
    if more > 0:
        named = say("trace:and_more", named=named, count=more)
    if found.unknown_kg >= found.unknown_max_kg:
        return [_told("trace:unknown", quantity_kg=found.unknown_kg, lots=named, code=found.code)]
    return [_told("trace:unknown.up_to", most_kg=found.unknown_max_kg, lots=named, code=found.code)]


def _excess(its: DeclaredSet) -> str:
    if not its.excess:
        return ""
    lines = ["", _told("trace:excess", plots=counted("trace:plots", len(its.plots)), excess=len(its.excess))]
    for one in its.excess[:_MOST_EXCESS]:
        who = one.producer_code or say("trace:excess.no_producer")
        lines.append(f"  {_told('trace:excess.one_plot', plot=one.plot_code, producer=who, why=one.why)}")
    if len(its.excess) > _MOST_EXCESS:
        lines.append(f"  {_told('trace:excess.more', count=len(its.excess) - _MOST_EXCESS)}")
    return "\n".join([*lines, *(f"→ {speech.spoken(one)}" for one in its.advice())]) + "\n"
