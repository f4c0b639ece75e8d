"""The coordinates of a row of a sheet: the cell of its boundary, or its two numbers, however they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eudr_geo.base.cells import fold, parse_number, shown, text_of
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.records.angles import parse_angle, side_words
from eudr_geo.sources.records.cell_log import CellLog
from eudr_geo.sources.records.cell_shapes import accuracy_m, has_empty_positions, looks_like_odk, parse
from eudr_geo.sources.records.pairs import pair_of
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import ERROR_CELLS, NO_VALUE, TOTAL_WORDS

_COORDINATE = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d{1,2})?")
_TAIL = 60  # characters of a long cell that are logged
_LONGEST_ANGLE = 40
_SRID = re.compile(r"\s*SRID\s*=\s*(\d{1,6})\s*;\s*", re.IGNORECASE)
_OF_WGS84 = {"0", "4326", "4979"}
_NO_BOUNDARY = {"[]", "[[]]", "{}"}  # what apps write for none
_NO_DEGREES = 180.0
_DECIMAL_DEGREES = "tables:coordinate.do"


def refuse_failed(value: Any, heading: str) -> None:
    """Stop at a cell that holds no value but the error of a formula: an empty cell would be another statement.

    Raises
    ------
    RecordError
        Naming the heading of its column.
    """
    if isinstance(value, str) and (text := value.strip()) in ERROR_CELLS:
        raise RecordError(
            "unreadable-record",
            say("tables:formula.no-value", heading=shown(heading))
            if text == NO_VALUE
            else say("tables:formula.failed", heading=shown(heading), text=text),
            say("tables:formula.do"),
            text,
        )


class SheetCoordinates:
    """What the cells of a sheet say of the place of each row.

    Parameters
    ----------
    columns
        Places of the columns that are understood, by what they mean.
    headings
        Of all columns, as written.
    marks
        Decimal mark of each column of numbers.
    rows
        All rows of the sheet: they tell what language its angles are in.
    log
        Takes what was understood only after a change.
    """

    def __init__(
        self,
        columns: Mapping[str, int],
        headings: Sequence[str],
        marks: Mapping[str, str],
        rows: Sequence[Sequence[Any]],
        log: CellLog,
    ) -> None:
        self._columns, self._headings, self._marks, self._rows, self._log = columns, headings, marks, rows, log
        self._words: set[str] | None = None
        self.start_row()

    def start_row(self) -> None:
        """Forget what the row before said."""
        self.as_written: dict[str, str] = {}  # coordinates of the row at hand that are no plain numbers
        self.decimals: dict[str, int] = {}  # and to how many decimals of a degree they were written
        self.told_system = ""  # system that the row at hand names for itself

    def place(self, cells: Sequence[Any], number: int) -> tuple[str, Any, bool]:
        """Return kind and positions of a row, and whether they are in the system that the user may have named.

        Raises
        ------
        RecordError
            When there are none, or they cannot be told.
        """
        text = text_of(cells[self._columns["wkt"]]) if "wkt" in self._columns else ""
        if text and text not in _NO_BOUNDARY:
            refuse_failed(text, self._headings[self._columns["wkt"]])
            if told := _SRID.match(text):
                self.told_system = self._named_by(told[1])
                text = text[told.end() :]
            if (pair := pair_of(text)) is not None:
                place = self._columns["wkt"]
                lat, lon = (
                    self.degrees(one, key, place, number) for one, key in zip(pair, ("lat", "lon"), strict=True)
                )
                return "Point", [lon, lat], False
            if has_empty_positions(text):
                self._log.add(number, self._columns["wkt"], text[-_TAIL:], "left out", "empty-position")
            if (worst := accuracy_m(text)) is not None:
                self.as_written["accuracy (m)"] = f"{worst:g}"
            return *parse(text), not looks_like_odk(text)
        is_degrees = {"lat", "lon"} <= set(self._columns)
        first, second = ("lon", "lat") if is_degrees else ("x", "y")
        if not {first, second} <= set(self._columns):
            raise RecordError("missing-geometry", say("tables:boundary-empty"), say("tables:boundary-empty.do"))
        self._check_total(cells, first, second)
        position = [self.ordinate(cells, first, number), self.ordinate(cells, second, number)]
        # Metres under the heading of a latitude are metres all the same, once somebody has named their system.
        is_metres = not is_degrees or all(abs(float(one)) > _NO_DEGREES for one in position)
        return "Point", position, is_metres

    def _named_by(self, number: str) -> str:
        """Code of the system that a cell names by its number; "" for WGS 84."""
        from eudr_geo.plots.projecting import known

        if number in _OF_WGS84:
            return ""
        if (code := known(number)) is None:
            raise RecordError(
                "unreadable-record",
                say("shapes:unknown-system", name=f"SRID={number}"),
                say("tables:srid.do"),
                number,
            )
        return code

    def _check_total(self, cells: Sequence[Any], first: str, second: str) -> None:
        if text_of(cells[self._columns[first]]) == self._headings[self._columns[first]]:
            raise RecordError(
                "missing-geometry", say("tables:headings-again"), say("tables:headings-again.do"), self._headings[0]
            )
        if text_of(cells[self._columns[first]]) or text_of(cells[self._columns[second]]):
            return
        word = fold(next(text for cell in cells if (text := text_of(cell))))
        if word in TOTAL_WORDS or word.startswith(("total ", "tong ")):
            raise RecordError("missing-geometry", say("tables:total"), say("tables:total.do"), word)

    def ordinate(self, cells: Sequence[Any], key: str, row: int) -> NumberText:
        """Return one coordinate of a row, as a number with the digits it was written with.

        Raises
        ------
        RecordError
            When the cell is empty, or no coordinate.
        """
        value = cells[self._columns[key]]
        refuse_failed(value, self._headings[self._columns[key]])
        text = text_of(value).replace("\u2212", "-")
        if not text:
            raise RecordError(
                "missing-geometry",
                say("tables:coordinate-empty", heading=shown(self._headings[self._columns[key]])),
                say("tables:coordinate-empty.do"),
            )
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return NumberText(repr(float(value)))
        return self.degrees(text, key, self._columns[key], row)

    def degrees(self, text: str, key: str, place: int, row: int) -> NumberText:
        """Return a coordinate given as text; it is logged where it was no plain number.

        Raises
        ------
        RecordError
            When it is no coordinate.
        """
        before = text
        if text.startswith("'"):  # the mark of a spreadsheet that the cell is text
            text = text[1:].strip()
        if text.startswith(("=", "#")):
            raise RecordError(
                "not-finite",
                say("tables:formula.cell", heading=shown(self._headings[place]), text=shown(text)),
                say("tables:formula.cell.do"),
                text,
            )
        mark = self._marks.get(key, "")
        # In degrees a comma can only be a decimal mark: nobody writes thousands of them.
        if _COORDINATE.fullmatch(text) and not ("," in text and mark == "."):
            self._log.number(row, place, before, text.replace(",", "."))
            return NumberText(text.replace(",", "."))
        if key in {"lat", "lon"} and len(text) <= _LONGEST_ANGLE:
            return self._angle(text, key, place, row)
        metres = parse_number(text, mark) if key in {"x", "y"} else None
        if metres is None:
            raise RecordError("not-finite", say("tables:coordinate", text=shown(text)), say(_DECIMAL_DEGREES), text)
        self._log.number(row, place, before, repr(metres))
        return NumberText(repr(metres))

    def _angle(self, text: str, key: str, place: int, row: int) -> NumberText:
        """A coordinate in degrees, minutes and seconds, or with the side of the globe beside it."""
        try:
            found = parse_angle(text, key, self._side_words())
        except ValueError as error:
            raise RecordError(
                "unreadable-record",
                say("tables:angle", text=shown(text), why=error.args[0]),
                say("tables:angle.do"),
                text,
            ) from error
        if found is None:
            raise RecordError("not-finite", say("tables:coordinate", text=shown(text)), say(_DECIMAL_DEGREES), text)
        value, self.decimals[key] = found
        heading = self._headings[place]
        self.as_written[heading] = ", ".join(filter(None, [self.as_written.get(heading), text]))
        self._log.add(row, place, text, repr(value), "angle")
        return NumberText(repr(value))

    def _side_words(self) -> set[str]:
        """Words for north, east … in the table: they tell what language its letters are in."""
        if self._words is None:
            places = [self._columns[key] for key in ("lat", "lon") if key in self._columns]
            self._words = side_words(
                text
                for row in self._rows
                for place in places
                if place < len(row) and isinstance(row[place], str) and len(text := row[place]) <= _LONGEST_ANGLE
            )
        return self._words
