"""GML and File Geodatabases, written for tests."""

import warnings

import numpy as np
import shapely

RING = "12.68 108.05 12.68 108.06 12.69 108.06 12.68 108.05"
WGS84 = "urn:ogc:def:crs:EPSG::4326"
HEAD = (
    '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:x="urn:x" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{}>'
)
SHAPE = shapely.Polygon([(108.05, 12.68), (108.06, 12.68), (108.06, 12.69), (108.05, 12.68)])
GEODATABASE_ROWS = [(SHAPE, "0071"), (SHAPE, "B"), (None, "C")]


def polygon(ring=RING, system=WGS84, more=""):
    named = f' srsName="{system}"' if system else ""
    return (
        f"<gml:Polygon{named}{more}><gml:exterior><gml:LinearRing><gml:posList>{ring}</gml:posList></gml:LinearRing>"
        "</gml:exterior></gml:Polygon>"
    )


def record(code, shape, more="", tag="plots"):
    geom = f"<x:geom>{shape}</x:geom>" if shape else ""
    return f"<gml:featureMember><x:{tag}><x:plot_id>{code}</x:plot_id>{more}{geom}</x:{tag}></gml:featureMember>"


def plot(code, ring=RING, system=WGS84, more="", tag="plots"):
    return record(code, polygon(ring, system), more, tag)


def collection(*records, head=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + HEAD.format(head) + "".join(records) + "</gml:FeatureCollection>"
    )


def geodatabase(
    path, rows, *, layer="plots", kind="MultiPolygon", system="EPSG:4326", top="du lieu/plots.gdb/", append=False
):
    """Write a layer; return the files of the geodatabase as they stand in an archive."""
    import pyogrio

    shapes = [shape if isinstance(shape, bytes) or shape is None else shapely.to_wkb(shape) for shape, _ in rows]
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    columns = [np.array([code for _, code in rows], dtype=object), np.array([1.35] * len(rows))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a layer without a system, which is wanted
        pyogrio.raw.write(
            path, array if kind else None, columns, ["plot_id", "area_ha"], driver="OpenFileGDB", layer=layer,
            geometry_type=kind, crs=system, append=append,
        )  # fmt: skip
    return {f"{top}{one.name}": one.read_bytes() for one in sorted(path.iterdir())}
