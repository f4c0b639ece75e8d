"""One invented season each of cocoa, rubber and wood: a workbook, its audit, the right kilograms, a package that is good."""

import csv
import json

import openpyxl
import pytest
from story.cooperative import origin, part
from tests_helpers import program

NEAR_KG = 0.01
NEWEST_DAY = "1798761600"  # 2027-01-01


def square(west, south, side=0.0012):
    """A plot of about 1.7 ha, corners as a handset gives them."""
    ring = [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
    return "POLYGON((" + ", ".join(f"{x + 1e-6:.6f} {y + 3e-6:.6f}" for x, y in ring) + "))"


class Season:
    """A project in a folder, and the sheets that its clerk fills."""

    def __init__(self, folder, country, commodity):
        self.folder, self.project = folder, folder / "p.gpkg"
        self.run("init", "--name", "A", "--country", country, "--commodity", commodity, "--season", "2025/26")

    def run(self, *words, code=0):
        done = program(*words, "-p", self.project, SOURCE_DATE_EPOCH=NEWEST_DAY, cwd=self.folder)
        assert done.returncode == code, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def book(self, sheets, code=0):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(self.folder / "book.xlsx")
        return self.run("book", "book.xlsx", "--yes", code=code)

    def errors(self):
        """Rules that find an error, sorted."""
        done = program("audit", "-p", self.project, "--format", "json", SOURCE_DATE_EPOCH=NEWEST_DAY)
        found = json.loads(done.stdout)["findings"]
        return sorted({one["rule"] for one in found if one["severity"] == "error"})

    def kilograms(self, code):
        found = {}
        for row in json.loads(self.run("trace", code, "--format", "json"))["rows"]:
            found[row["plot_code"]] = found.get(row["plot_code"], 0.0) + row["kg_attributed"]
        return found

    def packed(self, code):
        """Rows of the commodity lines of a package that is verified."""
        self.run("package", code, "-o", "out")
        done = program("verify", self.folder / "out")
        assert done.returncode == 0, done.stdout + done.stderr
        lines = next(self.folder.glob("out/**/dds_lines.csv"))
        return list(csv.DictReader(lines.read_text(encoding="utf-8-sig").splitlines()))


def receipts(*rows):
    return [{"lot": lot, "plot": plot, "kg": kg} for lot, plot, kg in rows]


def process(ins, outs):
    return {"ins": ins, "outs": outs}


def same(found, right):
    assert sorted(found) == sorted(right)
    assert found == pytest.approx(right, abs=NEAR_KG)


# --- cocoa, Côte d'Ivoire, in French ---------------------------------------------------------------------------------

COCOA_LAND = {"P-1": (-6.4, 6.8), "P-2": (-6.39, 6.8), "P-3": (-6.38, 6.8)}
WET = (("R1", "P-1", 420.0), ("R2", "P-2", 380.0))  # kg of fresh beans
SACKS = (("R3", "P-3", 6, 389.0), ("R4", "P-1", 2, 131.0))  # sacks of dry beans, and what they weighed


def cocoa(dry_kg=330.0, sacks_alone=False):
    """Fresh beans are fermented and dried here; dry ones come in sacks. Both are blended for one shipment."""
    fresh, sacked = sum(kg for *_, kg in WET), sum(kg for *_, kg in SACKS)
    day = "2025-11-10"
    return {
        "Producteurs": [["Code du producteur", "Nom"], *((f"H-{n}", f"Kouassi {n}") for n in (1, 2, 3))],
        "Parcelles": [
            ["Code de la parcelle", "Code du producteur", "Culture", "Pays", "Superficie (ha)", "Contour (WKT)"],
            *((code, f"H-{code[-1]}", "cacao", "CI", 1.77, square(*at)) for code, at in COCOA_LAND.items()),
        ],
        "Livraisons": [
            ["Reçu", "Date de livraison", "Code du producteur", "Code de la parcelle", "Code du lot", "Poids net", "Unité",
             "Sacs", "Forme", "Récolté du", "Récolté au"],
            *((code, day, f"H-{plot[-1]}", plot, "FRAIS", kg, "kg", None, "fèves fraîches", day, day)
              for code, plot, kg in WET),
            *((code, day, f"H-{plot[-1]}", plot, "SACS", *((n, "sac") if sacks_alone else (kg, "kg")), n, "fèves sèches",
               day, day) for code, plot, n, kg in SACKS),
        ],
        "Lots": [
            ["Code du lot", "Type", "Forme", "Créé le", "Code SH"],
            ["FRAIS", "vrac", "fèves fraîches", day, None],
            ["SEC", "vrac", "fèves sèches", "2025-11-20", "180100"],
            ["SACS", "vrac", "fèves sèches", day, "180100"],
            ["EXPORT", "vrac", "fèves sèches", "2025-12-01", "180100"],
        ],
        "Traitement": [
            ["Numéro de traitement", "Étape", "Date", "Lot entrant", "Poids entrant", "Lot sortant", "Poids sortant"],
            ["F1", "fermentation", "2025-11-10", "FRAIS", fresh, "SEC", dry_kg],
            ["M1", "mélange", "2025-12-01", "SEC", dry_kg, "EXPORT", dry_kg + sacked],
            ["M1", "mélange", "2025-12-01", "SACS", sacked, None, None],
        ],
        "Expéditions": [
            ["Code d'expédition", "Code du lot", "Poids net", "Date d'expédition", "Acheteur", "Pays de l'acheteur"],
            ["EX1", "EXPORT", 700.0, "2027-01-15", "Chocolaterie", "BE"],
        ],
    }  # fmt: skip


def test_a_season_of_cocoa(tmp_path):
    told = Season(tmp_path, "CI", "cocoa")
    told.book(cocoa())
    assert told.errors() == []
    came = receipts(*(("FRAIS", plot, kg) for _, plot, kg in WET), *(("SACS", plot, kg) for _, plot, _, kg in SACKS))
    sacked = sum(kg for *_, kg in SACKS)
    right = origin(
        came,
        [
            process({"FRAIS": 800.0}, {"SEC": 330.0}),
            process({"SEC": 330.0, "SACS": sacked}, {"EXPORT": 330.0 + sacked}),
        ],
    )
    same(told.kilograms("EXPORT"), right["EXPORT"])
    same(told.kilograms("EX1"), part(right, "EXPORT", 700.0))
    (line,) = told.packed("EX1")
    assert (line["hs_code"], line["net_mass_kg"], line["producer_country"]) == ("180100", "700.0", "CI")
    assert (line["supplementary_unit"], line["supplementary_quantity"], line["scientific_names"]) == ("", "", "")


def test_more_dry_cocoa_than_the_fresh_beans_give(tmp_path):
    told = Season(tmp_path, "CI", "cocoa")
    told.book(cocoa(dry_kg=500.0))
    assert told.errors() == ["implausible-outturn"]


def test_a_sack_is_no_weight(tmp_path):
    """No source tells what a sack of cocoa weighs in Côte d'Ivoire: it is asked for, never assumed."""
    told = Season(tmp_path, "CI", "cocoa")
    assert "'sac'" in told.book(cocoa(sacks_alone=True), code=1)


# --- rubber, Thailand ------------------------------------------------------------------------------------------------

RUBBER_LAND = {"P-1": (99.4, 7.9), "P-2": (99.41, 7.9), "P-3": (99.42, 7.9)}
LATEX = (("R1", "P-1", 600.0), ("R2", "P-2", 400.0))
LUMP = (("R3", "P-2", 300.0), ("R4", "P-3", 500.0))


def rubber(crop="rubber"):
    """Latex becomes sheets, cup lump becomes blocks; each is a line of the shipment."""
    day = "2025-11-10"
    return {
        "Producers": [["Producer code", "Name"], *((f"H-{n}", f"Somchai {n}") for n in (1, 2, 3))],
        "Plots": [
            ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Boundary (WKT)"],
            *((code, f"H-{code[-1]}", crop, "TH", 1.76, square(*at)) for code, at in RUBBER_LAND.items()),
        ],
        "Deliveries": [
            ["Receipt", "Delivery date", "Producer code", "Plot code", "Lot code", "Net weight (kg)", "Form",
             "Harvested from", "Harvested to"],
            *((code, day, f"H-{plot[-1]}", plot, "LATEX", kg, "latex", day, day) for code, plot, kg in LATEX),
            *((code, day, f"H-{plot[-1]}", plot, "LUMP", kg, "cup lump", day, day) for code, plot, kg in LUMP),
        ],
        "Lots": [
            ["Lot code", "Type", "Form", "Created on", "HS code"],
            ["LATEX", "bulk", "latex", day, None],
            ["LUMP", "bulk", "cup lump", day, None],
            ["RSS", "bulk", "rubber sheets", "2025-11-20", "400121"],
            ["TSR", "bulk", "TSR", "2025-11-20", "400122"],
        ],
        "Processing": [
            ["Process number", "Step", "Date", "Input lot", "Input weight (kg)", "Output lot", "Output weight (kg)"],
            ["S1", "rubber mill", "2025-11-20", "LATEX", 1000.0, "RSS", 330.0],
            ["B1", "rubber mill", "2025-11-20", "LUMP", 800.0, "TSR", 440.0],
        ],
        "Shipments": [
            ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "Buyer's country"],
            ["EX1", "RSS", 330.0, "2027-01-15", "Tyres BV", "NL"],
            ["EX1", "TSR", 400.0, "2027-01-15", "Tyres BV", "NL"],
        ],
    }  # fmt: skip


def test_a_season_of_rubber(tmp_path):
    told = Season(tmp_path, "TH", "rubber")
    told.book(rubber())
    assert told.errors() == []
    came = receipts(*(("LATEX", plot, kg) for _, plot, kg in LATEX), *(("LUMP", plot, kg) for _, plot, kg in LUMP))
    right = origin(came, [process({"LATEX": 1000.0}, {"RSS": 330.0}), process({"LUMP": 800.0}, {"TSR": 440.0})])
    same(told.kilograms("RSS"), right["RSS"])
    same(told.kilograms("TSR"), right["TSR"])
    lines = told.packed("EX1")
    assert [(one["lot_code"], one["hs_code"], one["net_mass_kg"], one["plots"]) for one in lines] == [
        ("RSS", "400121", "330.0", "2"),
        ("TSR", "400122", "400.0", "2"),
    ]


def test_rubber_from_a_coffee_plot(tmp_path):
    told = Season(tmp_path, "TH", "rubber")
    told.book(rubber(crop="coffee"))
    assert "commodity-mismatch" in told.errors()


# --- wood, Cameroon --------------------------------------------------------------------------------------------------

WOOD_LAND = {"C-1": (11.5, 4.1), "C-2": (11.51, 4.1)}
LOGS = (("R1", "C-1", 12.0, None), ("R2", "C-2", 8.0, 6800.0))  # m³, kg where the lorry was weighed
LOG_DENSITY, SAWN_KG, SAWN_M3 = 800.0, 6200.0, 9.4


def wood(names=("Khaya ivorensis", "African mahogany"), density=LOG_DENSITY, shipped_m3=5.0):
    """Logs by the cubic metre are sawn; some logs are shipped as they are."""
    day = "2025-11-10"
    return {
        "Producers": [["Producer code", "Name"], ["H-1", "Forêt communale 1"], ["H-2", "Forêt communale 2"]],
        "Plots": [
            ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Boundary (WKT)"],
            *((code, f"H-{code[-1]}", "wood", "CM", 1.77, square(*at)) for code, at in WOOD_LAND.items()),
        ],
        "Deliveries": [
            ["Receipt", "Delivery date", "Producer code", "Plot code", "Lot code", "Net weight (kg)", "Volume (m³)",
             "Form", "Harvested from", "Harvested to"],
            *((code, day, f"H-{plot[-1]}", plot, "LOGS", kg, m3, "logs", day, day) for code, plot, m3, kg in LOGS),
        ],
        "Lots": [
            ["Lot code", "Type", "Form", "Created on", "HS code", "Species", "Common name", "Weight of a cubic metre"],
            ["LOGS", "bulk", "logs", day, "440349", *names, density],
            ["SAWN", "bulk", "sawn wood", "2025-12-01", "440729", None, None, None],
        ],
        "Processing": [
            ["Process number", "Step", "Date", "Input lot", "Input weight (kg)", "Input volume (m³)", "Output lot",
             "Output weight (kg)", "Output volume (m³)"],
            ["S1", "saw", "2025-12-01", "LOGS", None, 15.0, "SAWN", SAWN_KG, SAWN_M3],
        ],
        "Shipments": [
            ["Shipment code", "Lot code", "Net weight (kg)", "Volume (m³)", "Ship date", "Buyer", "Buyer's country"],
            ["EX1", "SAWN", 6000.0, 9.1, "2027-01-15", "Scierie", "FR"],
            ["EX2", "LOGS", 3900.0 if shipped_m3 is None else None, shipped_m3, "2027-01-15", "Scierie", "FR"],
        ],
    }  # fmt: skip


def test_a_season_of_wood(tmp_path):
    told = Season(tmp_path, "CM", "wood")
    told.book(wood())
    assert told.errors() == []
    came = receipts(*(("LOGS", plot, m3 * LOG_DENSITY if kg is None else kg) for _, plot, m3, kg in LOGS))
    right = origin(came, [process({"LOGS": 15.0 * LOG_DENSITY}, {"SAWN": SAWN_KG})])
    same(told.kilograms("SAWN"), right["SAWN"])
    same(told.kilograms("EX2"), part(right, "LOGS", 5.0 * LOG_DENSITY))
    (sawn,) = told.packed("EX1")
    assert (sawn["net_mass_kg"], sawn["supplementary_unit"], sawn["supplementary_quantity"]) == ("6000.0", "", "")
    assert (sawn["scientific_names"], sawn["common_names"]) == ("Khaya ivorensis", "African mahogany")


def test_logs_are_declared_in_cubic_metres_and_not_in_kilograms_that_nobody_weighed(tmp_path):
    told = Season(tmp_path, "CM", "wood")
    told.book(wood())
    (logs,) = told.packed("EX2")
    assert (logs["supplementary_unit"], logs["supplementary_quantity"], logs["net_mass_kg"]) == ("MTQ", "5.0", "")


def test_the_trace_says_that_no_band_is_known(tmp_path):
    """Sawn wood that nobody measured: kilograms say nothing of the outturn, for wood dries."""
    told, sheets = Season(tmp_path, "CM", "wood"), wood()
    sheets["Processing"][1][-1] = None
    told.book(sheets)
    assert "nobody knows what is usual for these: S1" in " ".join(told.run("trace", "SAWN").split())


@pytest.mark.parametrize(
    ("rule", "faulty"),
    [
        ("species-missing", {"names": (None, None)}),
        ("species-missing", {"names": ("Khaya ivorensis", None)}),
        ("supplementary-unit-missing", {"shipped_m3": None}),
    ],
)
def test_wood_that_cannot_be_declared(tmp_path, rule, faulty):
    told = Season(tmp_path, "CM", "wood")
    told.book(wood(**faulty))
    assert rule in told.errors()
    told.run("package", "EX2", "-o", "out", code=2)


def test_cubic_metres_that_nobody_can_weigh_are_refused(tmp_path):
    told = Season(tmp_path, "CM", "wood")
    said = told.book(wood(density=None), code=1)
    assert "12.000 m³ without a weight" in said
    assert "Lots sheet" in said


# --- cattle ----------------------------------------------------------------------------------------------------------


def cattle(heads=14):
    day = "2026-04-10"
    return {
        "Producers": [["Producer code", "Name"], ["H-1", "Estancia 1"]],
        "Plots": [
            ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Latitude", "Longitude"],
            ["E-1", "H-1", "cattle", "UY", 850, -32.123457, -56.234561],
        ],
        "Deliveries": [
            ["Receipt", "Delivery date", "Producer code", "Plot code", "Lot code", "Net weight (kg)", "Heads", "Form",
             "Harvested from", "Harvested to"],
            ["R1", day, "H-1", "E-1", "HERD", 6300.0, 14, "live cattle", day, day],
        ],
        "Lots": [
            ["Lot code", "Type", "Form", "Created on", "HS code"],
            ["HERD", "bulk", "live cattle", day, "010229"],
        ],
        "Shipments": [
            ["Shipment code", "Lot code", "Net weight (kg)", "Heads", "Ship date", "Buyer", "Buyer's country"],
            ["EX1", "HERD", 6300.0, heads, "2027-01-15", "Viandes SA", "FR"],
        ],
    }  # fmt: skip


def test_cattle_are_counted_and_their_establishment_is_a_point_of_any_size(tmp_path):
    told = Season(tmp_path, "UY", "cattle")
    told.book(cattle())
    assert told.errors() == []
    (line,) = told.packed("EX1")
    assert (line["supplementary_unit"], line["supplementary_quantity"], line["net_mass_kg"]) == (
        "NAR",
        "14.0",
        "6300.0",
    )


def test_half_an_animal_is_no_head(tmp_path):
    told = Season(tmp_path, "UY", "cattle")
    assert "whole number" in told.book(cattle(heads=13.5))
    assert told.errors() == ["supplementary-unit-missing"]


# --- oil palm and soya -----------------------------------------------------------------------------------------------


def milled(country, crop, form, made, hs, in_kg=20_000.0):
    """One plot's harvest, milled into a main product and a by-product; both are shipped where they have a code."""
    day = "2025-11-10"
    (main, main_kg), (second, second_kg) = made
    return {
        "Producers": [["Producer code", "Name"], ["H-1", "Grower 1"], ["H-2", "Grower 2"]],
        "Plots": [
            ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Boundary (WKT)"],
            *((f"P-{n}", f"H-{n}", crop, country, 17.7, square(102.3 + n / 10, 0.5, 0.0038)) for n in (1, 2)),
        ],
        "Deliveries": [
            ["Receipt", "Delivery date", "Producer code", "Plot code", "Lot code", "Net weight (kg)", "Form",
             "Harvested from", "Harvested to"],
            ["R1", day, "H-1", "P-1", "IN", in_kg * 0.6, form, day, day],
            ["R2", day, "H-2", "P-2", "IN", in_kg * 0.4, form, day, day],
        ],
        "Lots": [
            ["Lot code", "Type", "Form", "Created on", "HS code"],
            ["IN", "bulk", form, day, None],
            ["MAIN", "bulk", main, "2025-11-11", hs[0]],
            ["SECOND", "bulk", second, "2025-11-11", hs[1]],
        ],
        "Processing": [
            ["Process number", "Step", "Date", "Input lot", "Input weight (kg)", "Output lot", "Output weight (kg)",
             "Kind of output"],
            ["M1", "oil mill", "2025-11-11", "IN", in_kg, "MAIN", main_kg, "main"],
            ["M1", "oil mill", "2025-11-11", None, None, "SECOND", second_kg, "by-product"],
        ],
        "Shipments": [
            ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "Buyer's country"],
            ["EX1", "MAIN", main_kg, "2027-01-15", "Oils BV", "NL"],
            ["EX1", "SECOND", second_kg, "2027-01-15", "Oils BV", "NL"],
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sheets", "country", "commodity"),
    [
        (
            milled("ID", "oil palm", "FFB", (("CPO", 4_200.0), ("palm kernels", 1_000.0)), ("151110", "120710")),
            "ID", "oil-palm",
        ),
        (
            milled("ID", "soya", "soya beans", (("soya meal", 15_800.0), ("soya oil", 3_700.0)), ("230400", "150710")),
            "ID", "soya",
        ),
    ],
    ids=["oil palm", "soya"],
)  # fmt: skip
def test_a_mill_with_two_products(tmp_path, sheets, country, commodity):
    told = Season(tmp_path, country, commodity)
    told.book(sheets)
    assert told.errors() == []
    for row in sheets["Processing"][1:]:
        lot, kg = row[5], row[6]
        same(told.kilograms(lot), {"P-1": kg * 0.6, "P-2": kg * 0.4})
    assert {one["lot_code"]: one["net_mass_kg"] for one in told.packed("EX1")} == {
        row[1]: str(row[2]) for row in sheets["Shipments"][1:]
    }


def test_more_palm_oil_than_the_bunches_hold(tmp_path):
    told = Season(tmp_path, "ID", "oil-palm")
    told.book(milled("ID", "oil palm", "FFB", (("CPO", 6_400.0), ("palm kernels", 1_000.0)), ("151110", "120710")))
    assert "implausible-outturn" in told.errors()
