"""A clerk with a workbook: a station of two producers and two plots, sheets filled in, read, corrected, read again."""

import csv
import io
from datetime import date

import openpyxl
from click.testing import CliRunner

from eudr_geo.cli import app
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.project.packaging import build_package
from eudr_geo.store import open_store

_WEST = 108.06
LAND = {
    "Producers": [["Producer code", "Name", "Country"], ["H-1", "Y Blơm", "VN"], ["H-2", "Đậu", "VN"]],
    "Plots": [
        ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Boundary (WKT)"],
        *(
            [f"T-{n}", f"H-{n}", "coffee", "VN", 1.2, f"POLYGON(({_WEST + n / 100:.6f} 12.71, {_WEST + n / 100 + 0.001:.6f} 12.71, {_WEST + n / 100 + 0.001:.6f} 12.711, {_WEST + n / 100:.6f} 12.711, {_WEST + n / 100:.6f} 12.71))"]
            for n in (1, 2)
        ),
    ],
    "Lots": [["Lot code", "Type", "Form", "Created on", "HS code"], ["G", "bulk", "green", date(2025, 11, 15), "090111"]],
    "Deliveries": [
        ["Receipt", "Delivery date", "Lot code", "Producer code", "Plot code", "Net weight (kg)", "Harvested from", "Harvested to"],
        ["R1", date(2025, 11, 15), "G", "H-1", "T-1", 1000, date(2025, 11, 14), date(2025, 11, 15)],
        ["R2", date(2025, 11, 15), "G", "H-2", "T-2", 800, date(2025, 11, 14), date(2025, 11, 15)],
    ],
}  # fmt: skip


class Clerk:
    """A project in a folder, and the workbook that is read into it."""

    def __init__(self, folder):
        self.folder = folder
        self.path = str(folder / "p.gpkg")
        self.sheets = {name: [list(row) for row in rows] for name, rows in LAND.items()}
        made = self.run("init", "--name", "Coop", "--country", "VN", "--season", "2025/26")
        assert made.exit_code == 0, made.output

    def run(self, *words):
        """A command, in this process."""
        return CliRunner().invoke(app, [*map(str, words), "-p", self.path])

    def read(self, *words, name="book.xlsx", code=0, **sheets):
        """Fill in sheets, save the workbook as a program would, read it; return what was said."""
        self.sheets |= sheets
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in self.sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(self.folder / name)
        done = self.run("book", self.folder / name, "--yes", *words)
        assert done.exit_code == code, done.output
        return " ".join(done.output.split())

    def rows(self, table, *columns):
        """What the project holds."""
        with open_store(self.path) as store:
            frame = store.table(BOOK_TABLES[table])
        return [
            tuple(None if one != one else one for one in row) for row in frame[list(columns)].itertuples(index=False)
        ]  # noqa: PLR0124

    def package(self, *codes, on="2026-08-01"):
        """Files of a package."""
        with open_store(self.path) as store:
            return build_package(store, list(codes), on=on).files

    def told(self, *rules):
        """Findings of an audit on a fixed day: rule, severity, code."""
        from eudr_geo.project.auditing import audit

        with open_store(self.path) as store:
            found = audit(store, today="2026-08-01").findings
        return sorted((one.rule, one.severity, one.code) for one in found if not rules or one.rule in rules)


def table(data):
    """Rows of a CSV file of a package."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
