"""Personal columns that nothing uses are read past: one note each, neither stored nor written back."""

import openpyxl
import pytest

from eudr_geo.model.people import Producer
from eudr_geo.outputs.workbook.writing import write_corrected
from eudr_geo.sources.workbook.reading import read_book


def workbook(tmp_path, heading):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Producers"
    for row in (
        ("Producer code", "Name", heading, "Shoe size"),
        ("NH-1", "Trần Thị Hạnh", "051200000001", "38"),
    ):
        sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    "heading", ["National ID", "national_id", "Số CCCD", "Giới tính", "Sexo", "CPF", "Member since", "NIK"]
)
def test_a_personal_column_is_read_past_and_not_written_back(tmp_path, heading):
    reading = read_book(workbook(tmp_path, heading))
    notes = [one for one in reading.issues if "personal data" in one.why]
    assert [one.severity for one in notes] == ["note"]
    assert [one.heading for one in reading.extra] == ["Shoe size"]  # other columns are kept as before
    corrected = tmp_path / "corrected.xlsx"
    write_corrected(corrected, reading)
    cells = [str(cell) for sheet in openpyxl.load_workbook(corrected) for row in sheet.values for cell in row if cell]
    assert "38" in cells
    assert not any("051200000001" in cell for cell in cells)


def test_producers_have_no_such_columns():
    assert not {"national_id", "gender", "member_since"} & {column.name for column in Producer.__table__.columns}
