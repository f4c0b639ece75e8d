"""One cooperative, two seasons, told step by step: after each the kilograms are those that were worked out beside it."""

import copy
import json

import pytest
from story.cooperative import Cooperative, origin, part
from tests_helpers import program

NEAR_KG = 0.01


class Teller:
    """Runs the program in one project, a day at a time."""

    def __init__(self, folder):
        self.folder, self.day = folder, "1764547200"  # 2025-12-01
        self.project = folder / "coop.gpkg"

    def run(self, *words, code=0):
        done = program(*words, "-p", self.project, SOURCE_DATE_EPOCH=self.day)
        assert done.returncode == code, f"{words}\n{done.stdout}{done.stderr}"
        return done

    def book(self, name, *words, code=0):
        return self.run("book", self.folder / name, "--yes", *words, code=code)

    def kilograms(self, code, key="plot_code"):
        found = {}
        for row in json.loads(self.run("trace", code, "--format", "json").stdout)["rows"]:
            found[row[key]] = found.get(row[key], 0.0) + row["kg_attributed"]
        return found

    def rows(self, code):
        return json.loads(self.run("trace", code, "--format", "json").stdout)["rows"]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    return tmp_path_factory.mktemp("story")


def same(found, right):
    found = {plot: kg for plot, kg in found.items() if kg > NEAR_KG}
    assert sorted(found) == sorted(right)
    assert found == pytest.approx(right, abs=NEAR_KG)


def holds(*seasons):
    """What every lot holds, by everything that was written down so far."""
    return origin(
        [row for one in seasons for row in one.receipts],
        sorted(
            (process for one in seasons for process in one.processes),
            key=lambda one: (one["day"], one["code"][0] == "M"),
        ),
    )


def test_two_seasons(story):
    told, coop = Teller(story), Cooperative()
    told.run("init", "--name", "HTX Ea Mẫu", "--country", "VN", "--season", "2025/26")

    # the boundaries of the sixty plots
    (story / "land.geojson").write_bytes(coop.boundaries(sorted(coop.owner), "2025-06-01"))
    told.run("add", story / "land.geojson", "--yes")

    # the first season's workbook
    coop.harvest("25")
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx")
    for lot in ("C25-1", "D25-6", "G25-A"):
        same(told.kilograms(lot), holds(coop)[lot])

    # read again: nothing is new
    told.book("coop.xlsx")
    same(told.kilograms("G25-A"), holds(coop)["G25-A"])

    corrections = correct(told, coop, story)
    ship(told, coop, story)
    corrections += correct_what_was_shipped(told, coop, story)
    assert corrections == 30
    second = second_season(told, coop, story)
    come_back(told, coop, second, story)


def correct(told, coop, story):
    """Twenty-nine corrections in the workbook, a kind at a time. Return how many were made."""
    numbered = [row for row in coop.receipts if row["receipt"]]
    lost = [row for row in coop.receipts if not row["receipt"]]

    # ten weights, three days, and three weights of receipts without a number: corrected is one row, not two
    for row in numbered[:10]:
        row["kg"] += 11.0
    for row in numbered[10:13]:
        row["day"] = row["day"][:8] + "26"
    for row in lost:
        row["kg"] -= 7.0
    coop.mill("25")
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx")
    for lot in ("C25-1", "C25-2", "C25-6", "G25-A", "G25-C"):
        same(told.kilograms(lot), holds(coop)[lot])

    # five to another plot, five to another lot: asked first, and nothing at all is stored
    before = copy.deepcopy(coop)
    for row in numbered[20:25]:
        row["plot"] = "P-59"
        row["producer"] = coop.owner["P-59"]
    for row in numbered[30:35]:
        row["lot"] = "C25-5"
    coop.mill("25")
    coop.workbook(story / "coop.xlsx")
    asked = told.book("coop.xlsx", code=1)
    assert "--correction" in asked.stdout + asked.stderr
    for lot in ("C25-3", "C25-4", "G25-A", "G25-B"):
        same(told.kilograms(lot), holds(before)[lot])
    told.book("coop.xlsx", "--correction", "read again from the paper receipts")
    for lot in ("C25-3", "C25-4", "C25-5", "G25-A", "G25-B"):
        same(told.kilograms(lot), holds(coop)[lot])

    # two rows are deleted: asked; kept; taken out
    before = copy.deepcopy(coop)
    for row in numbered[40:42]:
        coop.receipts.remove(row)
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx", code=1)
    same(told.kilograms("G25-B"), holds(before)["G25-B"])
    coop.mill("25")
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx", "--remove-missing")
    for lot in ("C25-5", "G25-B"):
        same(told.kilograms(lot), holds(coop)[lot])

    # a bag was weighed twice: its second receipt is void, stays in the log and brings nothing
    coop.receipts.append({**numbered[50], "receipt": "061", "double": True})
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx")
    same(told.kilograms("C25-6"), holds(coop)["C25-6"])
    told.run("void", "061", "--why", "weighed twice", "--yes")
    assert "weighed twice" in told.run("log").stdout
    coop.receipts[-1]["void"] = "weighed twice"
    for lot in ("C25-6", "G25-C"):
        same(told.kilograms(lot), holds(coop)[lot])
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx")
    for lot in ("C25-6", "G25-C"):
        same(told.kilograms(lot), holds(coop)[lot])
    return 10 + 3 + 3 + 10 + 2 + 1


def ship(told, coop, story):
    """Two lots of parchment lie in one silo, then three lots of green are shipped in two consignments, and packed."""
    told.day = "1774569600"  # 2026-03-27
    coop.stays = [
        ("D25-5", "SILO-1", "2025-12-01", "2026-01-10", "loose, as in a silo", "silo"),
        ("D25-6", "SILO-1", "2025-12-05", "2026-01-14", "loose, as in a silo", "silo"),
    ]
    stock = {lot: sum(its.values()) for lot, its in holds(coop).items()}
    half = round(stock["G25-A"] * 0.6, 1)
    coop.shipments = [
        ("EXP25-1", "G25-A", half, "2026-03-20"),
        ("EXP25-2", "G25-B", round(stock["G25-B"], 1), "2026-03-25"),
        ("EXP25-2", "G25-C", round(stock["G25-C"], 1), "2026-03-25"),
    ]
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx")
    shipped = holds(coop)
    same(told.kilograms("EXP25-1"), part(shipped, "G25-A", half))
    # what was mixed in the silo can be of the other lot too: every plot of either may stand in it
    mixed = {row["plot_code"] for row in told.rows("EXP25-2") if row["lot_code"] == "G25-C"}
    assert set(shipped["G25-C"]) <= mixed <= set(shipped["G25-B"]) | set(shipped["G25-C"])
    for code in ("EXP25-1", "EXP25-2"):
        told.run("package", code, "-o", story / code)
        verdict = program("verify", story / code)
        assert verdict.returncode == 0, verdict.stdout


def correct_what_was_shipped(told, coop, story):
    """The thirtieth correction comes after the ship: refused, then said to be one, and the package is superseded."""
    before = copy.deepcopy(coop)
    coop.receipts[0]["kg"] += 5.0
    coop.workbook(story / "coop.xlsx")
    told.book("coop.xlsx", code=1)
    code, lot, kg, _ = coop.shipments[0]
    same(told.kilograms(code), part(holds(before), lot, kg))
    done = told.book("coop.xlsx", "--correction", "the scale was read again")
    assert "EXP25-1" in done.stderr
    same(told.kilograms(code), part(holds(coop), lot, kg))
    return 1


def second_season(told, first, story):
    """New receipt books, three plots mapped again, two sold, one split; carried-over stock is blended and shipped."""
    told.day = "1804636800"  # 2027-03-10
    season25 = {code: told.rows(code) for code in ("EXP25-1", "EXP25-2")}

    second = Cooperative(seed=2027)
    for plot in ("P-01", "P-02", "P-03"):  # mapped again, a little larger
        second.land[plot][2] = 0.0012
    second.land["P-60"][2] = 0.0005  # split: the south-west quarter keeps the code
    west, south, _ = first.land["P-60"]
    second.land["P-60B"], second.owner["P-60B"] = [west + 0.0006, south + 0.0006, 0.0004], "H-60"
    for plot, buyer in (("P-11", "H-12"), ("P-21", "H-22")):  # sold
        second.owner[plot], second.since[plot] = buyer, "2026-06-15"
    mapped = ("P-01", "P-02", "P-03", "P-60", "P-60B", "P-11", "P-21")
    (story / "again.geojson").write_bytes(second.boundaries(mapped[:5], "2026-08-01"))
    told.run("add", story / "again.geojson", "--yes")

    second.harvest("26")
    second.receipts.append(
        {"receipt": "061", "day": "2026-11-20", "producer": "H-60", "plot": "P-60B", "lot": "C26-6", "kg": 250.0}
    )
    second.mill("26")
    second.workbook(story / "coop-26.xlsx")

    # receipt 001 and process W1 begin again: asked, nothing is stored, last season stays
    asked = told.book("coop-26.xlsx", "--as", "coop-26", code=1)
    assert "--prefix" in asked.stdout + asked.stderr
    same(told.kilograms("G25-A"), holds(first)["G25-A"])
    told.book("coop-26.xlsx", "--as", "coop-26", "--prefix", "26-")
    for lot in ("C26-1", "D26-6", "G26-A"):
        same(told.kilograms(lot), holds(second)[lot])
    same(told.kilograms("G25-A"), holds(first)["G25-A"])

    # what last season shipped rests on last season's land and owners
    for code, rows in season25.items():
        now = told.rows(code)
        for key in ("plot_code", "plot_version", "producer_code", "geometry_sha256", "kg_attributed"):
            assert [row[key] for row in now] == [row[key] for row in rows], (code, key)
    versions = {row["plot_code"]: row["plot_version"] for row in told.rows("C26-1")}
    assert versions["P-01"] != versions["P-04"], "this season's receipts come from the new survey"

    # what was left of G25-A is blended with G26-A and shipped
    left = round(sum(holds(first)["G25-A"].values()) - first.shipments[0][2], 1)
    new = round(sum(holds(second)["G26-A"].values()), 1)
    second.lots.append(("B26", "green", "2027-02-01"))
    second.processes.append(
        {
            "code": "X1",
            "step": "blend",
            "day": "2027-02-01",
            "ins": {"G25-A": left, "G26-A": new},
            "outs": {"B26": left + new},
        }
    )
    second.shipments = [("EXP26-1", "B26", round(left + new, 1), "2027-03-01")]
    second.workbook(story / "coop-26.xlsx")
    told.book("coop-26.xlsx", "--as", "coop-26")
    same(told.kilograms("EXP26-1"), part(holds(first, second), "B26", left + new))
    told.run("package", "EXP26-1", "-o", story / "EXP26-1")
    assert program("verify", story / "EXP26-1").returncode == 0
    return second


def come_back(told, first, second, story):
    """A hundred kilograms of last season's second consignment came back, and are shipped again."""
    first.returned = {("EXP25-2", "G25-B"): (100.0, "2027-01-20")}
    first.workbook(story / "coop.xlsx")
    told.book("coop.xlsx", "--correction", "100 kg came back")
    second.shipments.append(("EXP26-2", "G25-B", 100.0, "2027-03-05"))
    second.workbook(story / "coop-26.xlsx")
    told.book("coop-26.xlsx", "--as", "coop-26")
    same(told.kilograms("EXP26-2"), part(holds(first), "G25-B", 100.0))
    second.shipments[-1] = ("EXP26-2", "G25-B", 160.0, "2027-03-05")  # more than came back
    second.workbook(story / "coop-26.xlsx")
    told.book("coop-26.xlsx", "--as", "coop-26", "--correction", "weighed again", code=1)
    same(told.kilograms("EXP26-2"), part(holds(first), "G25-B", 100.0))
