"""Version 2: the whole lot side – storage, handovers, measurements, offers, costs, prices – and who stored a row when."""

from __future__ import annotations

from sqlalchemy import Connection

_TABLES = (
    """CREATE TABLE benchmark_price (fid INTEGER NOT NULL, form TEXT NOT NULL, market TEXT NOT NULL, date TEXT NOT
        NULL, price DOUBLE NOT NULL, currency TEXT NOT NULL, unit TEXT NOT NULL, incoterm TEXT DEFAULT '' NOT NULL,
        source TEXT DEFAULT '' NOT NULL, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL, src_row
        INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), UNIQUE (form, market, date), CONSTRAINT
        benchmark_price_positive CHECK (price > 0))""",
    """CREATE TABLE cost (fid INTEGER NOT NULL, code TEXT NOT NULL, stream_code TEXT NOT NULL, category TEXT NOT NULL,
        amount DOUBLE NOT NULL, currency TEXT NOT NULL, date TEXT NOT NULL, incremental BOOLEAN, variability TEXT
        DEFAULT '' NOT NULL, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL, src_row INTEGER,
        imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), CONSTRAINT cost_variability CHECK (variability IN ('',
        'fixed', 'variable')), UNIQUE (code), FOREIGN KEY(stream_code) REFERENCES stream (code))""",
    """CREATE TABLE handover (fid INTEGER NOT NULL, code TEXT NOT NULL, lot_code TEXT NOT NULL, from_org TEXT NOT NULL,
        to_org TEXT NOT NULL, date_sent TEXT NOT NULL, quantity_sent_kg DOUBLE NOT NULL, date_received TEXT DEFAULT ''
        NOT NULL, quantity_received_kg DOUBLE, bags INTEGER, moisture_percent DOUBLE, vehicle TEXT DEFAULT '' NOT NULL,
        driver TEXT DEFAULT '' NOT NULL, seal_sent TEXT DEFAULT '' NOT NULL, seal_received TEXT DEFAULT '' NOT NULL,
        signed_by_sender TEXT DEFAULT '' NOT NULL, signed_by_receiver TEXT DEFAULT '' NOT NULL, photo TEXT DEFAULT ''
        NOT NULL, bill_of_lading TEXT DEFAULT '' NOT NULL, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT ''
        NOT NULL, src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), CONSTRAINT
        handover_sent_positive CHECK (quantity_sent_kg > 0), CONSTRAINT handover_received_not_negative CHECK
        (quantity_received_kg >= 0), UNIQUE (code), FOREIGN KEY(lot_code) REFERENCES lot (code), FOREIGN KEY(from_org)
        REFERENCES organisation (code), FOREIGN KEY(to_org) REFERENCES organisation (code))""",
    """CREATE TABLE lot_attribution (fid INTEGER NOT NULL, lot_code TEXT NOT NULL, plot_code TEXT DEFAULT '' NOT NULL,
        producer_code TEXT DEFAULT '' NOT NULL, plot_version INTEGER, geometry_hash TEXT DEFAULT '' NOT NULL,
        quantity_kg DOUBLE NOT NULL, share DOUBLE NOT NULL, quantity_min_kg DOUBLE NOT NULL, quantity_max_kg DOUBLE NOT
        NULL, evidence_class TEXT NOT NULL, harvested_from TEXT DEFAULT '' NOT NULL, harvested_to TEXT DEFAULT '' NOT
        NULL, PRIMARY KEY (fid), UNIQUE (lot_code, plot_code, producer_code, evidence_class))""",
    """CREATE TABLE lot_flow (fid INTEGER NOT NULL, lot_code TEXT NOT NULL, kind TEXT NOT NULL, from_code TEXT NOT
        NULL, to_code TEXT NOT NULL, quantity_kg DOUBLE NOT NULL, geometry LINESTRING NOT NULL, PRIMARY KEY (fid))""",
    """CREATE TABLE measurement (fid INTEGER NOT NULL, lot_code TEXT, stream_code TEXT, indicator TEXT NOT NULL, value
        DOUBLE NOT NULL, unit TEXT DEFAULT '' NOT NULL, date TEXT DEFAULT '' NOT NULL, number INTEGER DEFAULT '1' NOT
        NULL, method TEXT DEFAULT '' NOT NULL, laboratory TEXT DEFAULT '' NOT NULL, sample TEXT DEFAULT '' NOT NULL,
        file TEXT DEFAULT '' NOT NULL, file_sha256 TEXT DEFAULT '' NOT NULL, limit_value DOUBLE, src_file TEXT DEFAULT
        '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL, src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY
        KEY (fid), UNIQUE (lot_code, stream_code, indicator, date, number), CONSTRAINT measurement_of_one_thing CHECK
        ((lot_code IS NULL) <> (stream_code IS NULL)), FOREIGN KEY(lot_code) REFERENCES lot (code), FOREIGN
        KEY(stream_code) REFERENCES stream (code))""",
    """CREATE TABLE offer (fid INTEGER NOT NULL, code TEXT NOT NULL, lot_code TEXT, stream_code TEXT, buyer TEXT NOT
        NULL, date TEXT NOT NULL, price DOUBLE NOT NULL, currency TEXT NOT NULL, unit TEXT DEFAULT 'kg' NOT NULL,
        incoterm TEXT DEFAULT '' NOT NULL, quantity_kg DOUBLE, status TEXT DEFAULT 'offered' NOT NULL, accepted_price
        DOUBLE, accepted_on TEXT DEFAULT '' NOT NULL, contract TEXT DEFAULT '' NOT NULL, payment_days INTEGER, claim
        TEXT DEFAULT '' NOT NULL, repeat_buyer BOOLEAN, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT
        NULL, src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), CONSTRAINT offer_of_something
        CHECK (lot_code IS NOT NULL OR stream_code IS NOT NULL), CONSTRAINT offer_price_positive CHECK (price > 0),
        CONSTRAINT offer_quantity_positive CHECK (quantity_kg > 0), CONSTRAINT offer_status CHECK (status IN ('',
        'offered', 'countered', 'accepted', 'rejected', 'expired')), UNIQUE (code), FOREIGN KEY(lot_code) REFERENCES lot
        (code), FOREIGN KEY(stream_code) REFERENCES stream (code))""",
    """CREATE TABLE storage_stay (fid INTEGER NOT NULL, lot_code TEXT NOT NULL, location_code TEXT NOT NULL, from_date
        TEXT NOT NULL, to_date TEXT DEFAULT '' NOT NULL, quantity_kg DOUBLE, bags INTEGER, label TEXT DEFAULT '' NOT
        NULL, seal TEXT DEFAULT '' NOT NULL, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL,
        src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), UNIQUE (lot_code, location_code,
        from_date), CONSTRAINT stay_quantity_positive CHECK (quantity_kg > 0), CONSTRAINT stay_bags_not_negative CHECK
        (bags IS NULL OR bags >= 0), FOREIGN KEY(lot_code) REFERENCES lot (code), FOREIGN KEY(location_code) REFERENCES
        location (code))""",
)
_COLUMNS = {  # table → columns
    "consignment": (
        "country TEXT NOT NULL DEFAULT ''",
        "incoterm TEXT NOT NULL DEFAULT ''",
        "ico_mark TEXT NOT NULL DEFAULT ''",
        "bill_of_lading TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "consignment_line": ("imported_at TEXT NOT NULL DEFAULT ''",),
    "dds_reference": (
        "status TEXT NOT NULL DEFAULT ''",
        "declared_set_sha256 TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "delivery": (
        "quantity_gross_kg DOUBLE",
        "tare_kg DOUBLE",
        "bags INTEGER",
        "unit TEXT NOT NULL DEFAULT ''",
        "collector_code TEXT REFERENCES organisation (code)",
        "collection_group TEXT NOT NULL DEFAULT ''",
        "ripeness TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "location": (
        "organisation_code TEXT REFERENCES organisation (code)",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "lot": (
        "crop_year TEXT NOT NULL DEFAULT ''",
        "grade TEXT NOT NULL DEFAULT ''",
        "gtin TEXT NOT NULL DEFAULT ''",
        "custodian_code TEXT REFERENCES organisation (code)",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "organisation": (
        "tax_id TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "plot": (
        "variety TEXT NOT NULL DEFAULT ''",
        "scheme_ids TEXT NOT NULL DEFAULT ''",
        "geo_id TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "plot_version": (
        "method TEXT NOT NULL DEFAULT ''",
        "accuracy_m DOUBLE",
        "mapper TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "process": (
        "moisture_in_percent DOUBLE",
        "moisture_out_percent DOUBLE",
        "sop_step TEXT NOT NULL DEFAULT ''",
        "operator TEXT NOT NULL DEFAULT ''",
        "equipment TEXT NOT NULL DEFAULT ''",
        "cleaned_on TEXT NOT NULL DEFAULT ''",
        "cleaning_record TEXT NOT NULL DEFAULT ''",
        "note TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "process_line": (
        "bags INTEGER",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "producer": (
        "collection_group TEXT NOT NULL DEFAULT ''",
        "national_id TEXT NOT NULL DEFAULT ''",
        "gender TEXT NOT NULL DEFAULT ''",
        "member_since TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "season": (
        "target_kg DOUBLE",
        "output_kg DOUBLE",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "stream": (
        "hypothesis TEXT NOT NULL DEFAULT ''",
        "owner TEXT NOT NULL DEFAULT ''",
        "target_customer TEXT NOT NULL DEFAULT ''",
        "sop_version TEXT NOT NULL DEFAULT ''",
        "imported_at TEXT NOT NULL DEFAULT ''",
    ),
    "stream_plot": ("imported_at TEXT NOT NULL DEFAULT ''",),
}
_INDEXED = (  # references among the new columns and tables: table, column
    ("cost", "stream_code"),
    ("delivery", "collector_code"),
    ("handover", "from_org"),
    ("handover", "lot_code"),
    ("handover", "to_org"),
    ("location", "organisation_code"),
    ("lot_attribution", "plot_code"),
    ("lot", "custodian_code"),
    ("lot_flow", "lot_code"),
    ("measurement", "lot_code"),
    ("measurement", "stream_code"),
    ("offer", "lot_code"),
    ("offer", "stream_code"),
    ("storage_stay", "location_code"),
    ("storage_stay", "lot_code"),
)


def run(connection: Connection) -> tuple[str, ...]:
    """Add tables, columns, and the layer of the ways that goods go."""
    sql = connection.exec_driver_sql
    for statement in _TABLES:
        sql(" ".join(statement.split()))
    for table, columns in _COLUMNS.items():
        for column in columns:
            sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    for table, column in _INDEXED:
        sql(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    for statement in _TABLES:
        name = statement.split()[2]
        kind, system = ("features", 4326) if name == "lot_flow" else ("attributes", 0)
        sql(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
            " VALUES (?,?,?,'1970-01-01T00:00:00.000Z',?)",
            (name, kind, name, system),
        )
    sql("INSERT INTO gpkg_geometry_columns VALUES ('lot_flow','geometry','LINESTRING',4326,0,0)")
    sql(
        "INSERT INTO gpkg_extensions VALUES ('lot_flow','geometry','gpkg_rtree_index',"
        "'http://www.geopackage.org/spec120/#extension_rtree','write-only')"
    )
    sql("CREATE VIRTUAL TABLE rtree_lot_flow_geometry USING rtree(id, minx, maxx, miny, maxy)")
    sql(
        "DELETE FROM layer_styles WHERE f_table_name = 'plots' AND styleName = 'findings'"
    )  # the style has another name now
    return ()
