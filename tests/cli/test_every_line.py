"""Every line that a command says to a clerk comes from the tables of words: told by a language of marks."""

import csv
import re
import shutil
import string
import sys

import pytest
from tests_helpers import ROOT, program

from eudr_geo.checks import catalogue
from eudr_geo.cli import app, screen, speech
from eudr_geo.words import tables

SAMPLES = ROOT / "sample_plots"
MESSY = sorted((SAMPLES / "messy").iterdir())
DAY = {"SOURCE_DATE_EPOCH": "1796083200"}
INIT = ("init", "-p", "coop.gpkg", "--name", "HTX", "--country", "VN")


def forget():
    """Whatever remembers words reads them again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("eudr_geo."):
            for one in list(vars(module).values()):
                if getattr(one, "__module__", "") == name and hasattr(one, "cache_clear"):
                    one.cache_clear()


def marked(text):
    """A text with every part that is not a value between marks."""
    told = ""
    for part, name, form, turned in string.Formatter().parse(text):
        told += f"⟦{part.replace('{', '{{').replace('}', '}}')}⟧" if part else ""
        if name is not None:
            told += "{" + name + (f"!{turned}" if turned else "") + (f":{form}" if form else "") + "}"
    return told


@pytest.fixture(scope="module")
def _spoken(tmp_path_factory):
    """A further language in which every word of every table stands between marks."""
    folder = tmp_path_factory.mktemp("words") / "words"
    shutil.copytree(tables.FOLDER, folder, ignore=shutil.ignore_patterns("*.py"))
    (folder / "languages").mkdir(exist_ok=True)
    with (folder / "languages" / "xx.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("key", "text"))
        for name in tables.names():
            language = "en" if "en" in tables.own_languages(name) else tables.own_languages(name)[0]
            rows.writerows((f"{name}:{key}", marked(text)) for key, text in tables.words(name, language).items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "FOLDER", folder)
        patch.setattr(speech, "_ORDER", ("variable", "asked", "workbook", "project"))  # also where a workbook speaks
        patch.setattr(screen, "width_of", lambda _out: 5_000)
        forget()
        yield
    forget()


@pytest.fixture(scope="module")
def coop(tmp_path_factory):
    """The sample cooperative, stored, and a package of it."""
    folder = tmp_path_factory.mktemp("coop")
    for words in (
        INIT,
        ("add", *sorted((SAMPLES / "clean").iterdir()), "-p", "coop.gpkg", "--yes"),
        ("book", SAMPLES / "cooperative.xlsx", "-p", "coop.gpkg", "--yes"),
        ("package", "DL26-EXP-001", "-p", "coop.gpkg", "-o", "packed"),
    ):
        assert program(*words, cwd=folder, **DAY).returncode == 0
    return folder


COMMANDS = {
    "init": ("init", "-p", "new.gpkg", "--name", "HTX", "--country", "VN"),
    "init a season": ("init", "-p", "new.gpkg", "--name", "HTX", "--country", "VN", "--season", "25-26"),
    "no season": ("init", "-p", "new.gpkg", "--name", "HTX", "--country", "VN", "--season", "2025"),
    "no name": ("init", "-p", "new.gpkg", "--name", "", "--country", "VN"),
    "init twice": ("init", "-p", "coop.gpkg", "--name", "HTX", "--country", "VN"),
    "no country": ("init", "-p", "new.gpkg", "--name", "HTX", "--country", "XX"),
    "no project": ("audit", "-p", "none.gpkg"),
    "no file": ("check", "none.csv"),
    "no rule": ("rules", "bow-ties"),
    "check": ("check", *MESSY, "--country", "VN"),
    "check one": ("check", SAMPLES / "messy" / "bow-tie.geojson"),
    "add": ("add", *MESSY, "-p", "coop.gpkg", "--yes"),
    "audit": ("audit", "-p", "coop.gpkg"),
    "trace": ("trace", "DL26-EXP-001", "-p", "coop.gpkg"),
    "drill": ("trace", "DL26-EXP-001", "-p", "coop.gpkg", "--drill"),
    "recall": ("trace", "NH-001", "-p", "coop.gpkg", "--forward", "--drill"),
    "audit of a season": ("audit", "-p", "coop.gpkg", "--season", "2025/26"),
    "trace of a season": ("trace", "--season", "2025/26", "-p", "coop.gpkg"),
    "other season": ("trace", "--season", "2020/21", "-p", "coop.gpkg"),
    "recall of a season": ("trace", "NH-001", "-p", "coop.gpkg", "--forward", "--season", "2025/26"),
    "recall without a season": ("trace", "DL25-ML01-G", "-p", "coop.gpkg", "--forward", "--season", "2025/26"),
    "map": ("map", "-p", "coop.gpkg", "-o", "map.html"),
    "package": ("package", "DL26-EXP-001", "-p", "coop.gpkg", "-o", "again"),
    "package twice": ("package", "DL26-EXP-001", "-p", "coop.gpkg", "-o", "packed", "--zip"),
    "verify": ("verify", "packed"),
    "waive": ("waive", "-p", "coop.gpkg"),
    "void": ("void", "NONE-1", "-p", "coop.gpkg", "--why", "x"),
    "void it": ("void", "PN-0001", "-p", "coop.gpkg", "--why", "x", "--yes"),
    "nothing new": ("book", SAMPLES / "cooperative.xlsx", "-p", "coop.gpkg", "--yes"),
    "workbook": ("workbook", "new", "-o", "book.xlsx", "-p", "coop.gpkg"),
    "forget": ("forget", "NH-001", "-p", "coop.gpkg", "--yes"),
    "repair": ("repair", SAMPLES / "messy" / "bow-tie.geojson", "--dry-run"),
    "log": ("log", "-p", "coop.gpkg"),
    "statements": ("statements", "-p", "coop.gpkg"),
    "statements to a file": ("statements", "-p", "coop.gpkg", "-o", "statements.txt"),
    "undo": ("undo", "-p", "coop.gpkg"),
    "undo it": ("undo", "-p", "coop.gpkg", "--yes"),
    "calibrate": ("calibrate", "-p", "coop.gpkg", "-o", "bands.csv"),
    "report": ("check", SAMPLES / "messy" / "bow-tie.geojson", "--format", "html", "-o", "report.html"),
    "trace to a file": ("trace", "DL26-EXP-001", "-p", "coop.gpkg", "-o", "trace.txt"),
    "recall to a file": ("trace", "NH-001", "--forward", "-p", "coop.gpkg", "-o", "recall.txt"),
    "repair to files": ("repair", SAMPLES / "messy" / "bow-tie.geojson", "-o", "r.geojson", "--ledger", "l.jsonl"),
    "written over": ("map", "-p", "coop.gpkg", "-o", "coop.gpkg"),
    "not written over": ("audit", "-p", "coop.gpkg", "-o", "packed/trace.csv"),
    "a workbook added": ("add", SAMPLES / "cooperative.xlsx", "-p", "coop.gpkg"),
    "boundaries booked": ("book", SAMPLES / "clean" / "google-earth.kml", "-p", "coop.gpkg"),
    "a workbook waived": ("waive", SAMPLES / "cooperative.xlsx", "-p", "coop.gpkg"),
    "a project verified": ("verify", "coop.gpkg"),
    "a package audited": ("audit", "-p", "packed"),
    "a workbook audited": ("audit", "-p", SAMPLES / "cooperative.xlsx"),
    "a plot traced": ("trace", "T-003-2", "-p", "coop.gpkg"),
    "a stream packed": ("package", "ML01", "-p", "coop.gpkg", "-o", "x"),
    "a consignment recalled": ("trace", "DL26-EXP-001", "--forward", "-p", "coop.gpkg"),
    "rules": ("rules",),
    "demo": ("demo", "shown"),
    "wrong option": ("check", "--nope"),
    "all commands": ("--help",),
}
# What is data wherever it stands: units, names of formats and systems, what click calls a value.
_DATA = {
    "kg", "ha", "EUDR", "GEO", "LANG", "GeoJSON", "CSV", "KML", "KMZ", "GPX", "XLSX", "NDJSON", "Shapefile",
    "FlatGeobuf", "MapInfo", "VN", "XX", "HTX", "FILE", "COMMAND", "ARGS", "GmbH", "Kaffeehaus", "Musterhafen", "root",
    "packed", "again", "eudr-geo", "KHO",
    # Names of coordinate systems, countries and properties; what stands in the messy files.
    "WGS", "UTM", "zone", "Cambodia", "Vietnam", "VNM", "Việt", "Nma", "khoảng", "Area", "ProducerCountry",
    "ProducerName", "ProductionPlace", "productionplace", "Buôn", "nhóm",
    # Titles of the sheets of the sample, which is in English.
    "Deliveries", "Handovers", "Lots", "Organisations", "Places", "Plots", "Processing", "Producers", "Seasons",
    "Shipments", "Storage",
}  # fmt: skip
# Said by click itself; and the steps of the log, which stay as they were written.
_OTHERS = (
    r"No such option '--nope'. Did you mean '--ignore'\?",
    r"\d+ organisation, .*",
    r"\d+ plots new, .* refused$",
    r"package of DL26-EXP-001$",
    r"\bplots(?=⟦)",  # name of the layer in folder-without-prj.zip
)


def strange_words(text):
    """Words outside the marks that are no code, path, option, number or name."""
    found = []
    for word in re.sub(r"⟦[^⟧]*⟧", " ", text).split():
        bare = word.strip("'“”\"()[]:;,.…!?→–=+·%")
        is_code = re.search(r"[\d_/|.-]", bare) or bare in catalogue.load()
        if bare and bare.isprintable() and re.search(r"[^\W\d_]", bare) and not is_code and bare not in _DATA:
            found.append(bare)
    return found


@pytest.mark.usefixtures("_spoken")
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_line_comes_from_the_tables_of_words(words, coop, tmp_path):
    shutil.copytree(coop, tmp_path, dirs_exist_ok=True)
    done = program(*words, cwd=tmp_path, EUDR_GEO_LANG="xx", **DAY)
    text = done.stdout + done.stderr
    assert "⟦" in text
    for pattern in _OTHERS:
        text = re.sub(pattern, "", text, flags=re.MULTILINE)
    left = sorted(set(strange_words(text)) - set(app.list_commands(None)))
    assert not left, " ".join(left)
