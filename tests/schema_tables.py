"""What the tables of a project are, in words that can be compared; and the list of what was published, version by version.

Run it (``python tests/schema_tables.py``) to write down the tables of the present version.
"""

import gzip
import hashlib
import json
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

PUBLISHED = Path(__file__).with_name("published_schema.json")
STORED = Path(__file__).with_name("store")
TOLD = """The tables of this eudr-geo are not those published as version {version} ({what}).
An older project would end in an error of the database. Do this:
1. While no release has version {version}: add the change to the step that leads to it, {step}.
   Else make the next step, a new file eudr_geo/store/migrations/v{version:02}_to_v{later:02}_NAME.py, and before that store
   a project of version {version} as tests/store/version-{version}.gpkg.gz.
2. Write the new tables down: python tests/schema_tables.py"""


def tables_of(path):
    """Every table, index, trigger and view of a project, but those of SQLite, of the standard and of the R-trees."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        names = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        return {
            "tables": {
                name: _table(db, name, sql) for name, sql in sorted(names) if not name.startswith(("rtree_", "gpkg_"))
            },
            "triggers": _seals(db, "trigger"),
            "views": _seals(db, "view"),
        }


def _table(db, name, sql):
    indexes = db.execute(f"PRAGMA index_list({name})").fetchall()
    stated = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
    return {
        "columns": {
            row[1]: " ".join(
                [row[2], *(["NOT NULL"] if row[3] else []), *([f"DEFAULT {row[4]}"] if row[4] is not None else [])]
            )
            for row in sorted(db.execute(f"PRAGMA table_info({name})"), key=lambda row: row[1])
        },
        "unique": sorted(
            ", ".join(row[2] for row in db.execute(f"PRAGMA index_info({index[1]})"))
            for index in indexes
            if index[3] == "u"
        ),
        "checks": sorted(_checks(sql)),
        "references": sorted(f"{row[3]} → {row[2]}.{row[4]}" for row in db.execute(f"PRAGMA foreign_key_list({name})")),
        "indexes": sorted(" ".join(stated[index[1]].split()) for index in indexes if index[3] == "c"),
    }


def _checks(sql):
    sql = " ".join(sql.split())
    for match in re.finditer(r"CHECK \(", sql):
        end, open_ = match.end(), 1
        while open_:
            open_ += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield sql[match.end() : end - 1]


def _seals(db, kind):
    """Name → how its text begins a hash: the texts are long, and only whether they are the same is asked."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE type = ? ORDER BY name", (kind,))
    return {name: hashlib.sha256(" ".join(sql.split()).encode()).hexdigest()[:16] for name, sql in rows}


def of_a_new_project(folder):
    from eudr_geo.store import create_store

    path = Path(folder) / "new.gpkg"
    create_store(path, organisation="Invented", country="VN").close()
    return tables_of(path)


def stored(version, folder):
    """Unpack the stored project of a version."""
    path = Path(folder) / f"of-version-{version}.gpkg"
    path.write_bytes(gzip.decompress((STORED / f"version-{version}.gpkg.gz").read_bytes()))
    return path


def differences(one, other):
    """Names of what is not the same in both, each as table and what of it."""
    found = [
        f"{kind[:-1]} {name}"
        for kind in ("triggers", "views")
        for name in sorted({*one[kind], *other[kind]})
        if one[kind].get(name) != other[kind].get(name)
    ]
    for name in sorted({*one["tables"], *other["tables"]}):
        first, second = (side["tables"].get(name, {}) for side in (one, other))
        found += [
            f"{part} of {name}: {a} / {b}"
            for part in ("columns", "unique", "checks", "references", "indexes")
            if (a := first.get(part)) != (b := second.get(part))
        ]
    return found


def drift(version, published, tables):
    """What to say when the tables are not those published; None when they are."""
    from eudr_geo.store import migrations

    if (known := published.get(str(version))) is not None and not (found := differences(known, tables)):
        return None
    step = next(one for one in Path(migrations.__path__[0]).iterdir() if f"_to_v{version:02}_" in one.name).name
    what = "nothing is published" if known is None else "; ".join(found)[:500]
    return TOLD.format(version=version, later=version + 1, step=step, what=what)


def publish():
    from eudr_geo.store.migrations import SCHEMA_VERSION

    published = json.loads(PUBLISHED.read_text()) if PUBLISHED.exists() else {}
    if (STORED / f"version-{SCHEMA_VERSION}.gpkg.gz").exists():
        raise SystemExit(f"version {SCHEMA_VERSION} is published with a stored project: make the next step")
    with tempfile.TemporaryDirectory() as folder:
        published[str(SCHEMA_VERSION)] = of_a_new_project(folder)
    PUBLISHED.write_text(json.dumps(published, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    publish()
