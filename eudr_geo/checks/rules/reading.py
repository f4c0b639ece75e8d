"""Reading: what could not be read, and what was lost or guessed on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eudr_geo.checks.catalogue import (
    ERROR,
    MEASURES,
    NOTE,
    WARNING,
    Problems,
    file_rule,
    offers,
    plot_rule,
    record_rule,
    repairs,
)
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Note, Plots, Reading
from eudr_geo.words.saying import joined, say

_GOOD = "good practice"


def _of_files(reading: Reading, code: str) -> Problems:
    """Every note of this code, as a finding about its file."""
    found = [(row, note) for row, file in enumerate(reading.files) for note in file.notes if note.code == code]
    if not found:
        return Problems.none()
    notes = [note for _, note in found]
    return Problems(
        [row for row, _ in found],
        messages=[note.why for note in notes],
        hints=[note.fix for note in notes],
        severity=[note.severity for note in notes],
        measured=_measured(notes),
    )


def _measured(notes: Sequence[Note]) -> Mapping[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {}
    if any(note.value for note in notes):
        columns["value"] = [note.value for note in notes]
    for name in MEASURES:
        if any(name in note.measured for note in notes):
            columns[name] = [note.measured.get(name) for note in notes]
    return columns


def _of_records(reading: Reading, code: str) -> Problems:
    """Every record rejected under this code."""
    rows = [row for row, record in enumerate(reading.rejected) if record.code == code]
    if not rows:
        return Problems.none()
    records = [reading.rejected[row] for row in rows]
    measured: dict[str, Sequence[Any]] = {}
    if any(record.value for record in records):
        measured["value"] = [record.value for record in records]
    whys, fixes = [record.why for record in records], [record.fix for record in records]
    return Problems(rows, messages=whys, hints=fixes, measured=measured)


@file_rule(severity=ERROR, basis=f"{GEO}, errors 8, 10 and 13", ids=("F-01",))
def unreadable_file(reading: Reading) -> Problems:
    """A file that cannot be read at all.

    **Why it matters** Not one of its plots was looked at. Nothing in it can be called good or bad.

    **Example** plots.geojson that breaks off in the middle because the telephone lost its connection; a PDF or a web
    page saved under the name of a map file.

    **How to correct it** Export or download the file again and compare its size with the original. Send the file the
    program wrote, not a picture or a print of it.

    **Trap** Do not repair a broken file by hand until it opens: the part that is missing stays missing, and nobody sees
    which plots were in it.
    """
    return _of_files(reading, "unreadable-file")


@file_rule(severity=ERROR, basis=f"{GEO}: GeoJSON only; {_GOOD} for the other formats", ids=("F-02",))
def unsupported_format(reading: Reading) -> Problems:
    """A file that is whole, but in a format that is not read here.

    **Why it matters** Its plots were not looked at.

    **Example** A Word document with a table of coordinates, or a drawing from a surveyor's program (DWG).

    **How to correct it** Export the plots as GeoJSON, KML, Shapefile (zipped), GeoPackage, CSV or XLSX from the program
    they were made in.

    **Trap** Changing the ending of the name does not change the format: the content decides.
    """
    return _of_files(reading, "unsupported-format")


@file_rule(severity=ERROR, basis="EUDR validation rules (2026-05-29): geolocation is mandatory", ids=("F-04",))
def empty_file(reading: Reading) -> Problems:
    """A file without a single plot.

    **Why it matters** A statement without geolocation is refused by the EU system, and an empty file often means that
    the export went wrong.

    **Example** A collection of features with no feature in it, or a sheet with headings only.

    **How to correct it** Open the file in the program it came from. Was a filter set, or nothing selected, when it was
    exported?

    **Trap** An empty file is not a clean file, although no plot in it is wrong.
    """
    return _of_files(reading, "empty-file")


@record_rule(severity=ERROR, basis=f"{GEO}, error 8", ids=("F-01",))
def unreadable_record(reading: Reading) -> Problems:
    """One record that cannot become a plot; the others go on.

    **Why it matters** This plot is missing from everything that follows: map, area, lots, package.

    **Example** A row of a sheet whose longitude says "see photo"; a feature whose brackets are nested wrongly.

    **How to correct it** Find the record by its number (feature, sheet row, placemark) and take its coordinates again
    from the device.

    **Trap** Deleting the record makes the message go away and the plot as well – the coffee that grew on it then has no
    origin.
    """
    return _of_records(reading, "unreadable-record")


@record_rule(severity=ERROR, basis="RFC 7946, 3.2; EUDR validation rules (2026-05-29)", ids=("F-05",))
def missing_geometry(reading: Reading) -> Problems:
    """A record without a place: no geometry, or an empty one.

    **Why it matters** A plot is its place. A producer's name and an area alone prove nothing.

    **Example** A farmer who was registered in the office and whose plot nobody has visited yet.

    **How to correct it** Visit the plot and record it. Until then leave its coffee out of EUDR lots.

    **Trap** Do not put in the coordinates of the village or the office to fill the gap.
    """
    return _of_records(reading, "missing-geometry")


@record_rule(severity=ERROR, basis=f"{GEO}, error 14", ids=("G-03",))
def nested_point(reading: Reading) -> Problems:
    """A point written as a list of positions.

    **Why it matters** The EU system takes the file and shows no place: the plot is lost without a word.

    **Example** {"type": "Point", "coordinates": [[108.05, 12.68]]} – one pair of brackets too many.

    **How to correct it** Write [108.05, 12.68]. The repair, when asked for by name, does so where there is exactly one
    position.

    **Trap** The official document prints this mistake as an example; its own list of errors forbids it.
    """
    return _of_records(reading, "nested-point")


offers("nested-point", safe=False)


@record_rule(severity=ERROR, basis=f"{GEO}, error 5", ids=("G-01", "G-02"))
def unsupported_geometry(reading: Reading) -> Problems:
    """A line, a curve or anything but points and polygons.

    **Why it matters** A line has no area; the EU system does not process it.

    **Example** The track of a walk round the plot, saved as a line instead of a boundary.

    **How to correct it** Record the plot in "area" or "polygon" mode. If the line comes back to its beginning, the
    repair, when asked for by name, makes a boundary of it.

    **Trap** A track is not always a boundary: it may hold the way from the village to the plot and back. Look at it
    before you ask for the repair.
    """
    return _of_records(reading, "unsupported-geometry")


offers("unsupported-geometry", safe=False)


@record_rule(severity=ERROR, basis="RFC 8259, 6: numbers only; RFC 7946, 3.1.1", ids=("C-14",))
def not_finite(reading: Reading) -> Problems:
    """A coordinate that is no number: text, NaN, infinity or nothing.

    **Why it matters** One such value makes the position unknown, and some programs silently put a zero in its place.

    **Example** "108,05" in quotation marks with a comma; NaN from a program that had no fix.

    **How to correct it** Write the number with a point and without quotation marks: 108.05. If the value was never
    measured, go and measure it.

    **Trap** Do not replace it by 0: that is a real place, in the sea.
    """
    return _of_records(reading, "not-finite")


@file_rule(severity=NOTE, basis=f"{GEO}, definitions; RFC 7946, 3.3", ids=("F-03",))
def bare_geometry(reading: Reading) -> Problems:
    """A lone geometry or feature instead of a collection.

    **Why it matters** Each payload the Commission shows is a FeatureCollection; a bare geometry has no place for the
    producer, the country or the area.

    **Example** {"type": "Polygon", "coordinates": […]} as the whole file.

    **How to correct it** Nothing has to be done: what is written here is always a FeatureCollection. Add the missing
    properties, or send a list of plots instead of single files.

    **Trap** The geometry itself may be perfect; this note says nothing against it.
    """
    return _of_files(reading, "bare-geometry")


offers("bare-geometry", safe=True)


@file_rule(severity=(WARNING, ERROR), basis=f"{GEO}: WGS 84 only; RFC 7946, 4", ids=("F-12",))
def crs_member(reading: Reading) -> Problems:
    """A GeoJSON file with a `crs` member.

    **Why it matters** GeoJSON knows one system only, WGS 84, and the member was taken out of the standard in 2016. Some
    programs obey it, some ignore it: the plots then lie in different places.

    **Example** "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}} written by an older
    export.

    **How to correct it** Nothing has to be done where the system is known: the coordinates are converted here and the
    member is left out of what is written. Where it is not known, export the file again in WGS 84 (EPSG:4326).

    **Trap** Deleting the member from a file in metres does not turn metres into degrees.
    """
    return _of_files(reading, "crs-member")


offers("crs-member", safe=True)


@file_rule(severity=ERROR, basis=f"{GEO}: WGS 84 only", ids=("C-02", "C-12"))
def unknown_crs(reading: Reading) -> Problems:
    """Coordinates whose system the file does not tell.

    **Why it matters** Without the system nobody knows where the plots are; guessing may shift them by a few hundred
    metres or by a hundred kilometres.

    **Example** A zipped Shapefile without its .prj file; a table with columns X and Y in metres.

    **How to correct it** Ask who made the file for the system (an EPSG number or the .prj file) and read it again with
    `--crs`.

    **Trap** A plot that appears in the right district is not proof: neighbouring systems differ by 200 m, which is
    another farmer's plot.
    """
    return _of_files(reading, "unknown-crs")


@file_rule(severity=WARNING, basis=_GOOD)
def unreadable_text(reading: Reading) -> Problems:
    """Text whose encoding the file does not tell and that was read by a guess.

    **Why it matters** A wrong guess turns names into other names (Nguyễn becomes Nguyá»…n), and one
    producer becomes two.

    **Example** A Shapefile without its .cpg file, written on an old Vietnamese Windows.

    **How to correct it** Look at some names. If they are wrong, export the file again as UTF-8 (for a Shapefile: with
    the .cpg file).

    **Trap** Names without accents always look right; look at the ones with accents.
    """
    return _of_files(reading, "unreadable-text")


@file_rule(severity=WARNING, basis=_GOOD)
def hidden_cells(reading: Reading) -> Problems:
    """A workbook that hides sheets, rows or columns with something in them.

    **Why it matters** They were read like all others. Whoever sent the file may have seen only the rows that a filter
    shows, and may mean only those.

    **Example** A list of all members, filtered in Excel to one village and saved: 40 rows are shown, 600 are there.

    **How to correct it** Show all rows, columns and sheets. Copy what is meant into a new workbook, or delete what is
    not.

    **Trap** Hiding is not deleting: names and places that nobody was to see travel with the file. Hidden rows are found
    in XLSX files only; hidden sheets in XLS and ODS too.
    """
    return _of_files(reading, "hidden-cells")


@file_rule(severity=NOTE, basis=_GOOD)
def several_layers(reading: Reading) -> Problems:
    """A file with more than one layer, folder or sheet.

    **Why it matters** One of them may hold other things than plots: roads, houses, an old version of the same plots.

    **Example** A GeoPackage with the layers "plots_2025" and "plots_2026".

    **How to correct it** Look at the list in the message. If only one layer is meant, name it with `--layer`.

    **Trap** The same plot in an old and a new layer is one plot: reading both counts its area twice.
    """
    return _of_files(reading, "several-layers")


@plot_rule(
    severity=WARNING, basis="RFC 7946, 3.2; good practice", ids=("F-05",), reads=("area_text", "extra", "misspelt")
)
def missing_properties(plots: Plots) -> Problems:
    """A record that holds a shape and nothing else.

    **Why it matters** Nobody can tell which plot it is, whose, or how large. GeoJSON asks for the properties of every
    feature; the EU system stores 4 ha for a point that tells no area.

    **Example** {"type": "Feature", "geometry": {…}} without "properties", as some drawing pages on the web write it.

    **How to correct it** Give each plot at least a code of its own, its producer and its country. If a list of farmers
    stands in another file, join the two by the order in which the plots were walked, and check some of them by name.

    **Trap** The shape itself may be perfect. Do not type the properties in by guessing from the place: two brothers may
    work side by side.
    """
    nothing = np.isnan(plots["area_ha"])
    for column in ("plot_id", "place", "producer", "producer_id", "area_text", "mapped_on", "misspelt", "extra"):
        nothing &= plots[column] == ""
    return Problems(np.flatnonzero(nothing))


@plot_rule(severity=WARNING, basis=f"{GEO}, 9.3 and error 9", ids=("F-06",), reads=("misspelt",))
def misspelt_property(plots: Plots) -> Problems:
    """A property that the EU system would ignore because of its spelling.

    **Why it matters** The EU system reads four names, letter by letter: ProducerName, ProducerCountry, ProductionPlace,
    Area. Anything else is skipped without a word; a point without "Area" then gets 4 hectares.

    **Example** "area_ha": 1.2 or "PRODUCER_NAME": "…".

    **How to correct it** Rename the column in the file. The value is used here all the same, and what is written here
    has the right names.

    **Trap** The file looks complete in every map program; only the EU system does not see the values.
    """
    rows = np.flatnonzero(plots["misspelt"] != "")
    texts = plots["misspelt"][rows].tolist()
    told = {text: _told_names(text) for text in set(texts)}  # one file misspells them the same way in all its records
    return Problems(rows, measured={"value": [told[text] for text in texts]})


def _told_names(misspelt: str) -> str:
    pairs = [pair.partition(">") for pair in misspelt.split("; ")]
    names = [
        say("findings:misspelt-property.name", given=given, official=official) if official else given
        for given, _, official in pairs
    ]
    return joined(names, ", ")


@repairs("misspelt-property", safe=True)
def spell_properties(plots: Plots) -> Plots:
    """What is written has the official names, so that nothing is misspelt any more."""
    return plots.with_columns(misspelt=np.full(len(plots), "", dtype=object))
