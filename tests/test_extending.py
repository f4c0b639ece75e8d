"""A rule, a report, a command, a language and a column are added to a copy of the house as CONTRIBUTING says.

Then the copy's own laws are asked, and the new things are used. What was touched is counted: everything else lists its
drawer or follows the model, and generated files are made by the commands that CONTRIBUTING names.
"""

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests_helpers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TAKEN = ("eudr_geo", "tests", "docs", "benchmarks", "sample_plots", "tools", "maps")
GENERATED = (
    "docs/rules/",
    "docs/reference/",
    "docs/images/",
    "docs/explanation/how-it-is-tested.md",
    "tests/published_",
)

RULE = '''

@plot_rule(severity=WARNING, basis="good practice")
def shouted_place(plots: Plots) -> Problems:
    """A place whose name shouts.

    **Why it matters** Names in capital letters are hard to tell apart, and lists sort them away from the others.

    **Example** EA TUL, where the others of the file say Ea Tul.

    **How to correct it** Write the name of the village as it stands on the sign at its entrance.

    **Trap** A code such as the one of the plot is no name: it may stay as it is.
    """
    places = plots["place"]
    return Problems(np.flatnonzero([name.isupper() and name.replace(" ", "").isalpha() for name in places]))
'''
SEED = """

@fault("shouted-place")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, properties={**plot.properties, "ProductionPlace": "EA TUL"})
"""
CASE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"ProducerName": "Hoa", "ProducerCountry": "VN", "ProductionPlace": "EA TUL", "Area": 1.02},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [108.050001, 12.680102], [108.050921, 12.680003], [108.051003, 12.680911],
                        [108.050072, 12.681004], [108.050001, 12.680102],
                    ]
                ],
            },
        }
    ],
}  # fmt: skip
REPORT = '''"""``--format loud``: how many errors, and nothing else."""

from __future__ import annotations

from eudr_geo.model.report import Report

SUMMARY = "the number of errors"


def render(report: Report) -> str:
    """Return one line."""
    return f"{report.result.findings.counts()['error']} errors!"
'''
COMMAND = '''"""``eudr-geo greet``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen
from eudr_geo.words.saying import say


@click.command()
@click.argument("name")
@options.language
def command(name: str) -> None:
    """Greet somebody.

    \\b
    Example:
      eudr-geo greet Thu
    """  # noqa: D301
    screen.say(say("commands:greeting", name=name))
'''
STEP = '''"""Version 6: how a lot smells."""

from __future__ import annotations

from sqlalchemy import Connection


def run(connection: Connection) -> tuple[str, ...]:
    """Add the column; nothing is lost."""
    connection.exec_driver_sql("ALTER TABLE lot ADD COLUMN smell TEXT NOT NULL DEFAULT ''")
    return ()
'''
MADE = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from schema_tables import stored
from eudr_geo.store import open_store
path = stored(4, Path(sys.argv[1]))
open_store(path, write=True).close()
path.rename(Path(sys.argv[1]) / "old.gpkg")
"""
"""A project of the present version: the stored one before it, brought up to date."""
LANGUAGES = ("en", "vi", "es", "fr", "pt", "id")


class Copy:
    """A copy of the house, and what was touched in it."""

    def __init__(self, root: Path):
        self.root = root
        root.mkdir()
        for name in TAKEN:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "_build", ".venv"))
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy(path, root / path.name)
        self.before = self.contents()

    def contents(self):
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and ".pytest_cache" not in path.parts
        }

    def touched(self):
        """Files that were made or changed since the last call, generated ones left out."""
        now = self.contents()
        found = {name for name, content in now.items() if self.before.get(name) != content}
        self.before = now
        return {name for name in found if not name.startswith(GENERATED) and not name.startswith(".")}

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add_words(self, name, *rows):
        with (self.root / "eudr_geo" / "words" / name).open("a", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)

    def run(self, *words, code=0):
        shared = os.environ.get("EUDR_GEO_SHARED", str(ROOT.parent / "shared"))
        where = {**os.environ, "PYTHONPATH": str(self.root), "EUDR_GEO_SHARED": shared, "EUDR_GEO_LANG": ""}
        done = subprocess.run(
            [sys.executable, *words], cwd=self.root, env=where, capture_output=True, text=True, check=False, timeout=550
        )
        assert done.returncode == code, done.stdout[-6000:] + done.stderr[-3000:]
        return done

    def laws(self, *words):
        self.run("docs/generate.py")
        self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *words)

    def program(self, *words, code=0):
        return self.run("-m", "eudr_geo", *words, code=code)


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path / "house")


def said(text):
    """The same words in each language, so that they differ from English."""
    return [text, *(f"{text} ({language})" for language in LANGUAGES[1:])]


def test_a_rule_is_one_function_its_cases_and_its_words(copy):
    for name, add in (("eudr_geo/checks/rules/identity.py", RULE), ("benchmarks/fault_generator.py", SEED)):
        copy.write(name, (copy.root / name).read_text(encoding="utf-8") + add)
    text = json.dumps(CASE)
    copy.write("tests/rules/cases/shouted-place/fail-a-village.geojson", text)
    copy.write("tests/rules/cases/shouted-place/pass-written-small.geojson", text.replace("EA TUL", "Ea Tul"))
    copy.add_words("faults.csv", ["shouted-place", *(f"Địa danh viết hoa {one}." for one in LANGUAGES[1:])])
    copy.add_words("faults.csv", ["shouted-place.do", *(f"Viết lại {one}." for one in LANGUAGES[1:])])
    copy.add_words("findings.csv", ["shouted-place", *said("the name of the place is all capitals")])
    copy.add_words("findings.csv", ["shouted-place.do", *said("write it as the sign of the village does")])
    copy.laws("tests/test_house.py", "tests/outputs/test_words.py", "tests/rules/test_seeded_faults.py")
    copy.laws("tests/rules/test_cases.py", "tests/rules/test_reads.py", "-k", "shouted or reads")
    done = copy.program("check", "tests/rules/cases/shouted-place/fail-a-village.geojson", "--lang", "fr")
    assert "all capitals (fr)" in done.stdout
    assert copy.touched() == {
        "eudr_geo/checks/rules/identity.py",
        "tests/rules/cases/shouted-place/fail-a-village.geojson",
        "tests/rules/cases/shouted-place/pass-written-small.geojson",
        "benchmarks/fault_generator.py",
        "eudr_geo/words/faults.csv",
        "eudr_geo/words/findings.csv",
    }


def test_a_report_is_one_file(copy):
    copy.write("eudr_geo/outputs/reports/as_loud.py", REPORT)
    copy.laws("tests/test_house.py", "-k", "report or generated or command")
    done = copy.program("check", "sample_plots/messy/bow-tie.geojson", "--format", "loud", code=1)
    assert done.stdout == "2 errors!\n"
    assert "loud" in copy.program("check", "--help").stdout
    assert copy.touched() == {"eudr_geo/outputs/reports/as_loud.py"}


def test_a_command_is_one_file_and_its_words(copy):
    copy.write("eudr_geo/cli/greet.py", COMMAND)
    copy.add_words("commands.csv", ["greeting", *(f"{{name}}: {text}" for text in said("good day"))])
    copy.laws("tests/test_house.py", "tests/outputs/test_words.py", "-k", "command or generated or word")
    assert "greet" in copy.program("--help").stdout
    assert copy.program("greet", "Thu").stderr == "Thu: good day\n"
    assert copy.program("greet", "Thu", "--lang", "id").stderr == "Thu: good day (id)\n"
    assert copy.touched() == {"eudr_geo/cli/greet.py", "eudr_geo/words/commands.csv"}


def test_a_language_is_one_file(copy):
    rows = [["key", "text", "also"]]
    for path in sorted((copy.root / "eudr_geo/words").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            table = list(csv.DictReader(lines))
        if "key" in table[0] and "vi" in table[0]:
            rows += [[f"{path.stem}:{row['key']}", f"·{row['vi']}", ""] for row in table]
    with (copy.root / "eudr_geo/words/languages/sw.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
    copy.laws("tests/outputs/test_words.py", "tests/test_house.py", "-k", "word or language or generated or command")
    assert "|sw]" in copy.program("check", "--help").stdout
    done = copy.program("check", "sample_plots/messy/bow-tie.geojson", "--lang", "sw", code=1)
    assert "·" in done.stdout
    copy.program("workbook", "new", "-o", "sw.xlsx", "--lang", "sw")
    copy.program("init", "-p", "sw.gpkg", "--name", "Coop", "--country", "KE")
    (copy.root / "sw.xlsx").unlink()
    (copy.root / "sw.gpkg").unlink()
    assert copy.touched() == {"eudr_geo/words/languages/sw.csv"}


def test_a_column_is_the_model_its_words_and_a_named_migration_with_its_project(copy):
    folder = copy.root / "made"
    folder.mkdir()
    copy.run("-c", MADE, str(folder))
    packed = copy.root / "tests/store/version-5.gpkg.gz"
    packed.write_bytes(gzip.compress((folder / "old.gpkg").read_bytes(), mtime=0))
    shutil.rmtree(folder)
    model = copy.root / "eudr_geo/model/lots.py"
    line = '    __tablename__ = "lot"\n'
    text = model.read_text(encoding="utf-8")
    assert text.count(line) == 1
    column = '    smell: Mapped[str] = col("how it smells", default="", sheet="lots.smell")\n'
    model.write_text(text.replace(line, line + column), encoding="utf-8")
    copy.add_words("columns.csv", ["lots.smell", "Smell", "Mùi", "Olor", "Odeur", "Cheiro", "Bau", ""])
    copy.write("eudr_geo/store/migrations/v05_to_v06_smell.py", STEP)
    copy.run("tests/schema_tables.py")
    copy.laws("tests/store/test_migrations.py", "tests/test_house.py", "-k", "not generated")
    assert "how it smells" in (copy.root / "docs/reference/data.md").read_text(encoding="utf-8")
    assert copy.touched() == {
        "eudr_geo/model/lots.py",
        "eudr_geo/words/columns.csv",
        "eudr_geo/store/migrations/v05_to_v06_smell.py",
        "tests/store/version-5.gpkg.gz",
    }
