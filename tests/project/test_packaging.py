"""The package: from the sample cooperative, as a user builds it."""

import csv
import io
import json
import random
import shutil
import sqlite3
from contextlib import closing

import pytest
import shapely

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.base.writing import write_folder, zip_bytes
from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.lots.tracing import trace
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.project.packaging import build_package
from eudr_geo.project.verifying import verify
from eudr_geo.sources.reading import read_plots
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store, open_store

EVENT = {"now": "2026-01-01T00:00:00Z", "who": "test"}
CONSIGNMENT = "DL26-EXP-001"
LINES = 3
"""Commodity lines of that consignment."""


@pytest.fixture(scope="module")
def project(tmp_path_factory, samples):
    path = tmp_path_factory.mktemp("project") / "coop.gpkg"
    done = repair(read_plots(sorted((samples / "clean").iterdir()), commodity="coffee"))
    result = check(done.reading)
    with create_store(path, organisation="Invented", country="VN", season="2025/26") as store:
        apply_plots(store, preview_plots(store, done.reading, result, done.changes), **EVENT)
        book = read_book(samples / "cooperative.xlsx", country="VN")
        apply_book(store, preview_book(store, book.book, book.file), **EVENT)
    return path


@pytest.fixture(scope="module")
def package(project):
    with open_store(project) as store:
        return build_package(store, [CONSIGNMENT])


@pytest.fixture
def folder(package, tmp_path):
    write_folder(tmp_path / "package", package.files)
    return tmp_path / "package"


def features(package):
    """Features of all commodity lines."""
    files = sorted(name for name in package.files if name.endswith(".geojson") and "geolocation/" in name)
    assert files
    return [feature for name in files for feature in json.loads(package.files[name])["features"]]


def rows(package):
    return list(csv.DictReader(io.StringIO(package.files["trace.csv"].decode("utf-8-sig"))))


def test_the_organisation_that_says_so_is_named_and_nothing_else_of_it_leaves(project, tmp_path):
    path = tmp_path / "coop.gpkg"
    shutil.copy(project, path)
    own = {
        "code": "OWN", "name": "Invented and Daughters", "is_own": True, "address": "7 Quiet Lane", "eori": "VN7654321",
        "email": "office@daughters.example", "tax_id": "0312345678", "gln": "9521234000006",
    }  # fmt: skip
    place = {"code": "SECRET-STORE", "name": "At the chairman's", "geometry": shapely.Point(108.051234, 12.681234)}
    with open_store(path, write=True) as store:
        apply_book(store, preview_book(store, book_of({"organisation": [own], "location": [place]})), **EVENT)
        files = build_package(store, [CONSIGNMENT]).files
    assert json.loads(files["manifest.json"])["organisation"]["organisation"] == "Invented and Daughters"
    for private in (own["address"], own["eori"], own["email"], own["tax_id"], own["gln"], place["name"], "108.051234"):
        assert not [name for name, content in files.items() if private.encode() in content], private


def test_only_the_plots_that_fed_the_lots_are_declared(package):
    declared = {feature["properties"]["ProductionPlace"] for feature in features(package)}
    assert declared == {row["plot_code"] for row in rows(package)}
    assert 0 < len(declared) < 240
    assert {feature["properties"]["ProducerCountry"] for feature in features(package)} == {"VN"}


def test_the_kilograms_add_up_to_what_is_shipped(package):
    lots = {lot["code"]: lot["quantity_kg"] for lot in json.loads(package.files["manifest.json"])["lots"]}
    traced = dict.fromkeys(lots, 0.0)
    for row in rows(package):
        traced[row["lot_code"]] += float(row["kg_attributed"])
        assert float(row["kg_min"]) <= float(row["kg_attributed"]) <= float(row["kg_max"])
    assert traced == pytest.approx(lots, abs=0.002)


def test_names_leave_only_when_asked_for(package, project, samples):
    name = read_book(samples / "cooperative.xlsx").book.table("producer")["name"][0].encode()
    assert not any(name in data for data in package.files.values())
    with open_store(project) as store:
        named = build_package(store, [CONSIGNMENT], with_names=True)
    assert all(name in data for file, data in named.files.items() if file == "geolocation/line-1.geojson")


def test_a_buyer_gets_kilograms_beside_the_official_properties(package, project):
    with open_store(project) as store:
        bought = build_package(store, [CONSIGNMENT], profile="buyer")
        with pytest.raises(InputError, match="profile"):
            build_package(store, [CONSIGNMENT], profile="nobody")
    assert set(bought.files) == {*package.files, "plots_by_lot.geojson"}
    sold = json.loads(bought.files["plots_by_lot.geojson"])["features"]
    assert len(sold) == len(rows(package))
    assert list(sold[0]["properties"])[:3] == ["ProducerName", "ProducerCountry", "ProductionPlace"]
    kg = sum(feature["properties"]["kg"] for feature in sold)
    assert kg == pytest.approx(sum(float(row["kg_attributed"]) for row in rows(package)))


def test_the_same_project_gives_the_same_bytes(package, project):
    with open_store(project) as store:
        assert build_package(store, [CONSIGNMENT]).files == package.files


def test_a_good_package_verifies_as_folder_and_zip(package, folder, tmp_path):
    verdict = verify(folder, manifest_sha256=package.manifest_sha256)
    assert verdict.is_good
    assert verdict.files == len(package.files) == 7 + LINES
    path = tmp_path / "package.zip"
    path.write_bytes(zip_bytes(package.files, folder="x"))
    assert verify(path).is_good


def test_every_changed_byte_is_found(package, folder):
    rng = random.Random(7)
    for name, data in package.files.items():
        for _ in range(25):
            if not data:  # a package may have no changes to tell of: then only an added byte can be wrong
                (folder / name).write_bytes(b"\n")
                assert not verify(folder, manifest_sha256=package.manifest_sha256).is_good, name
                break
            at = rng.randrange(len(data))
            changed = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
            (folder / name).write_bytes(changed)
            assert not verify(folder, manifest_sha256=package.manifest_sha256).is_good, (name, at)
        (folder / name).write_bytes(data)
    assert verify(folder).is_good


@pytest.mark.parametrize(
    "fault", ["file-missing", "file-added", "file-changed", "kilograms-differ", "plot-not-declared"]
)
def test_each_defect_has_its_code(package, folder, fault):
    files = dict(package.files)
    if fault == "file-missing":
        (folder / "map.html").unlink()
    elif fault == "file-added":
        (folder / "note.txt").write_text("hello")
    elif fault == "file-changed":
        (folder / "findings.json").write_text("{}")
    else:  # somebody who writes a new manifest as well
        import hashlib

        if fault == "kilograms-differ":
            lines = files["trace.csv"].splitlines(keepends=True)
            files["trace.csv"] = b"".join(lines[:-1])
        else:
            document = json.loads(files["geolocation/line-1.geojson"])
            document["features"] = document["features"][1:]
            files["geolocation/line-1.geojson"] = json.dumps(document).encode()
        manifest = json.loads(files["manifest.json"])
        for name in ("trace.csv", "geolocation/line-1.geojson"):
            manifest["files"][name] = {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        files["manifest.json"] = json.dumps(manifest).encode()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        assert {d.code for d in verify(folder, manifest_sha256=package.manifest_sha256).defects} >= {
            "manifest-replaced"
        }
    assert fault in {defect.code for defect in verify(folder).defects}


def test_no_package_while_an_error_stands(project, tmp_path):
    copy = tmp_path / "copy.gpkg"
    shutil.copy(project, copy)
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE plot SET country = 'Vietnam' WHERE code = (SELECT plot_code FROM delivery LIMIT 1)")
    connection.commit()
    connection.close()
    with open_store(copy) as store, pytest.raises(RefusedError, match="unknown-country on T-"):
        build_package(store, [CONSIGNMENT])


def changed(project, path, *statements):
    """A copy of the project after some SQL."""
    shutil.copy(project, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # the triggers of an index ask for them
            connection.create_function(name, 1, lambda _: True)
        for statement in statements:
            connection.execute(statement)
    return path


MICRO, OTHER = "DL25-ML01-G", "DL25-ML02-C1"
"""A lot to pack, and one that is not behind it."""


def test_an_error_on_any_record_behind_the_lots_stops_the_package(project, tmp_path):
    """Not only on plots and lots: a receipt without its harvest, a handover under another seal."""
    with open_store(project) as store:
        deliveries = store.lot_book().table("delivery")
    receipt = deliveries.loc[deliveries["lot_code"] == "DL25-ML01-C1", "code"].min()
    no_date = f"UPDATE delivery SET harvested_from = '', harvested_to = '' WHERE code = '{receipt}'"
    with (
        open_store(changed(project, tmp_path / "a.gpkg", no_date)) as store,
        pytest.raises(RefusedError, match=f"missing-harvest-date on {receipt}"),
    ):
        build_package(store, [MICRO])
    organisations = "INSERT INTO organisation (code, name) VALUES ('COOP', 'Cooperative'), ('EXP', 'Exporter')"
    handover = (
        "INSERT INTO handover (code, lot_code, from_org, to_org, date_sent, quantity_sent_kg, date_received,"
        " quantity_received_kg, seal_sent, seal_received)"
        " VALUES ('HO-1', '{}', 'COOP', 'EXP', '2026-06-01', 10, '2026-06-02', 10, '4471', '4417')"
    )
    with (
        open_store(changed(project, tmp_path / "b.gpkg", organisations, handover.format(MICRO))) as store,
        pytest.raises(RefusedError, match="custody-gap on HO-1"),
    ):
        build_package(store, [MICRO])
    with open_store(changed(project, tmp_path / "c.gpkg", organisations, handover.format(OTHER))) as store:
        assert build_package(store, [MICRO]).files, "the seal of another lot is no matter of this one"


def test_what_lay_in_one_silo_is_declared_with_it(project, tmp_path):
    silo = "INSERT INTO location (code, kind, storage_mode) VALUES ('SILO-1', 'silo', 'loose')"
    stays = (
        "INSERT INTO storage_stay (lot_code, location_code, from_date, to_date)"
        f" VALUES ('{OTHER}', 'SILO-1', '2026-06-01', '2026-06-05'), ('{MICRO}', 'SILO-1', '2026-06-03', '')"
    )
    apart = f"UPDATE lot SET stream_code = NULL WHERE code = '{MICRO}'"
    with (
        open_store(changed(project, tmp_path / "micro.gpkg", silo, stays)) as store,
        pytest.raises(RefusedError, match=f"identity-lost on {MICRO}"),
    ):
        build_package(store, [MICRO])
    with open_store(changed(project, tmp_path / "silo.gpkg", silo, stays, apart)) as store:
        made = build_package(store, [MICRO])
        own, fed = (trace(store.lot_book(), code) for code in (MICRO, OTHER))
    exact = set(own.rows.loc[own.rows["kg_attributed"] > 0, "plot_code"])
    places = {
        feature["properties"]["ProductionPlace"]
        for feature in json.loads(made.files["geolocation/line-1.geojson"])["features"]
    }
    assert places == exact | set(fed.rows.loc[fed.rows["kg_attributed"] > 0, "plot_code"])
    added = [row for row in rows(made) if row["evidence_class"] == "silo"]
    assert {row["plot_code"] for row in added} == places - exact != set()
    assert {row["kg_attributed"] for row in added} == {"0.0"}


def test_unknown_codes_are_refused_by_name(project):
    with open_store(project) as store, pytest.raises(InputError, match="NO-SUCH-LOT"):
        build_package(store, ["NO-SUCH-LOT"])


def test_what_is_no_package_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        verify(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"no manifest\.json"):
        verify(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputError, match="neither a folder nor a zip"):
        verify(tmp_path / "x.zip")


@pytest.mark.parametrize("code", ["huge-polygon", "over-draw"])
def test_no_package_is_built_while_a_rule_crashes(project, monkeypatch, code):
    """Nobody looked: that is not the same as nothing found."""
    run = catalogue.Rule.run

    def crashing(rule, given, eu):
        if rule.code == code:
            raise ZeroDivisionError
        return run(rule, given, eu)

    monkeypatch.setattr(catalogue.Rule, "run", crashing)
    with open_store(project) as store, pytest.raises(RefusedError, match=code):
        build_package(store, [CONSIGNMENT])
