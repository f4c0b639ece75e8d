"""The README of the samples, with its numbers taken from the samples themselves."""

from __future__ import annotations

from collections.abc import Sequence

from eudr_geo.lots.tracing import traces
from eudr_geo.model.lot_book import LotBook
from samples.clean import NAMES, parts
from samples.coop import NAME, SamplePlot
from samples.messy import Messy
from samples.season import CONSIGNMENT

_HOW = {
    "geojson": ("GeoJSON, Type II", "the four properties of the EU system; the plot code in `ProductionPlace`"),
    "kml": ("KML", "Google Earth, a folder for each hamlet"),
    "kmz": ("KMZ", "the same, zipped"),
    "shapefile": ("Shapefile, zipped", "field names cut to ten letters, UTF-8"),
    "geopackage": ("GeoPackage", "as a field app exports it"),
    "wkt": ("CSV", "boundaries as WKT in a column"),
    "csv": ("CSV", "points with their area"),
    "xlsx": ("XLSX", "points with their area, Vietnamese headings"),
}
_TEXT = """\
# Sample plots: one invented cooperative

Everything here is invented: the cooperative *{name}*, its people, its land, its coffee. The names are put
together by chance from common Vietnamese and Ê Đê names; a likeness to anybody is an accident. Nobody was asked or
measured.

All files are made by `python tools/make_samples.py`, the same bytes each time. Do not edit them by hand.

## The cooperative

- {producers} producers (`NH-001` …) in {hamlets} hamlets near Cư M'gar, Buôn Ma Thuột and Krông Pắc, Đắk Lắk, Viet Nam
- {plots} plots (`T-001-1` …) of robusta coffee: {boundaries} walked boundaries and {points} points of small plots;
  {least_ha:.1f} to {most_ha:.1f} ha, {large} of them above 4 ha
- hamlets: {hamlet_names}

## Clean files

The land is split over eight files, as eight collectors would send it. `eudr-geo check sample_plots/clean/*` finds
no error and no warning in them.

| file | format | plots | |
|---|---|---:|---|
{clean_rows}
| | | **{plots}** | |

## The season 2025/26 in kilograms

`cooperative.xlsx` is the lots workbook: {producers} producers, {plots} plots, {deliveries} deliveries, {lots} lots,
{processes} processes, one shipment. `cooperative-vi.xlsx` holds the same under Vietnamese headings, typed as in
Viet Nam: decimal commas, dates day first, as text. Both are read to the same book.

```
micro-lot ML01   cherry C1–C3 ──▶ parchment P ──▶ green G ───────────────┐
                                       └─▶ low grade LOW ──┐             │
bulk             cherry C01–C14 ─▶ parchment P1–P3 ─▶ D ──▶ BULK-G ──────┼──▶ {consignment}
micro-lot ML02   cherry C1–C4 ──▶ parchment P ──▶ green G ───────────────┘
                                       └─▶ low grade LOW (still in the store)
```

| lot | kg | bags of 60 kg | kg shipped | plots that fed it | producers |
|---|---:|---:|---:|---:|---:|
{lot_rows}

The low grade sorted out of ML01 ({low_kg:,.0f} kg) goes into the bulk. So the bulk lot comes from the {low_plots} plots
of ML01 too, although they delivered nothing into it: {low_share:,.0f} of its {bulk_kg:,.0f} kg are theirs. A list of the
plots that delivered into the bulk would miss them.

About a fifth of the cherry's weight becomes dry parchment, and four fifths of that green coffee; the rest is written
down as the loss of each process, so that everything adds up.

## Messy files

Each file in `messy/` has one everyday fault on the records named (the number of the feature, placemark or sheet row);
its other records are good. `messy-expected.json` tells the same to machines, and a test holds the toolkit to it.
Errors and warnings first; *in italics* what is only a note.

| file | what is wrong | found as |
|---|---|---|
{messy_rows}

`messy-expected.json`: file → `codes` (errors and warnings) and `notes`, each code with the records it stands on (none for
the file as a whole); `records` = `plots` + `rejected`; `together_with` names files that must be checked with it.
"""


def readme(plots: Sequence[SamplePlot], book: LotBook, messy: Sequence[Messy]) -> bytes:
    """Return README.md."""
    lots = book.table("lot").set_index("code")
    shipped = book.table("consignment_line").set_index("lot_code")["quantity_kg"]
    found = traces(book, [*shipped.index, CONSIGNMENT])
    areas = [plot.area_ha for plot in plots]
    hamlets = list(dict.fromkeys(plot.producer.hamlet.name for plot in plots))
    clean = [
        f"| `clean/{NAMES[kind]}` | {_HOW[kind][0]} | {len(part)} | {_HOW[kind][1]} |"
        for kind, part in parts(plots).items()
    ]
    fed = []
    for name in shipped.index:
        lot, rows = lots.loc[name], found[name].rows
        fed.append(
            f"| `{name}` | {lot['quantity_kg']:,.0f} | {lot['bags']} | {shipped[name]:,.0f} | "
            f"{rows['plot_code'].nunique()} | {rows['producer_code'].nunique()} |"
        )
    rows = found[CONSIGNMENT].rows
    fed.append(
        f"| **{CONSIGNMENT}** | | | **{shipped.sum():,.0f}** | **{rows['plot_code'].nunique()}** | "
        f"**{rows['producer_code'].nunique()}** |"
    )
    in_bulk = found["DL25-BULK-G"].rows
    from_low = in_bulk[in_bulk["plot_code"].isin(set(found["DL25-ML01-G"].rows["plot_code"]))]
    points = sum(plot.is_point for plot in plots)
    text = _TEXT.format(
        name=NAME,
        producers=len(book.table("producer")),
        hamlets=len(hamlets),
        hamlet_names=", ".join(hamlets),
        plots=len(plots),
        boundaries=len(plots) - points,
        points=points,
        least_ha=min(areas),
        most_ha=max(areas),
        large=sum(area > 4 for area in areas),
        clean_rows="\n".join(clean),
        deliveries=len(book.table("delivery")),
        lots=len(lots),
        processes=len(book.table("process")),
        consignment=CONSIGNMENT,
        lot_rows="\n".join(fed),
        low_kg=lots["quantity_kg"]["DL25-ML01-LOW"],
        low_plots=from_low["plot_code"].nunique(),
        low_share=from_low["kg_attributed"].sum(),
        bulk_kg=lots["quantity_kg"]["DL25-BULK-G"],
        messy_rows="\n".join(f"| `{one.name}` | {one.fault} | {_found(one)} |" for one in messy),
    )
    return text.encode()


def _found(one: Messy) -> str:
    listed = [f"`{code}` {_records(records)}".strip() for code, records in one.codes.items()]
    listed += [f"*`{code}`* {_records(records)}".strip() for code, records in one.notes.items()]
    return "; ".join(listed) or "nothing"


def _records(records: Sequence[int]) -> str:
    if len(records) > 3 and list(records) == list(range(records[0], records[-1] + 1)):
        return f"{records[0]}–{records[-1]}"
    return ", ".join(map(str, records))
