"""Place: in the declared country, and the country named as the EU system reads it."""

from __future__ import annotations

import numpy as np
import shapely

from eudr_geo import countries
from eudr_geo.catalogue import ERROR, WARNING, Problems, plot_rule, plots_rule, repairs
from eudr_geo.model.plots import Plots
from eudr_geo.regulation import country_code, country_names

GEO = "EUDR GeoJSON File Description"


def codes_of(plots: Plots) -> np.ndarray:
    """Alpha-2 code that each plot's country can only mean, "" where there is none, shape (n,)."""
    meant = {text: country_code(text) for text in set(plots["country"].tolist())}
    return np.array([meant[text] for text in plots["country"].tolist()], dtype=object)


@plots_rule(severity=ERROR, basis=f"{GEO}, 9.3.2 (Type II)", ids=("P-03",))
def missing_country(plots: Plots) -> Problems:
    """The plot names no producer country, in a file that needs one on every plot.

    **Why it matters** A file of many producers is loaded at commodity level, and there the EU system refuses a plot
    without its country.

    **Example** 200 plots with ``ProducerCountry``, and three without.

    **How to correct it** Fill in the two letters of the country, or say it for the whole run: ``--country VN``.

    **Trap** A file of one producer may leave the country out: there the declaration itself names it.
    """
    missing = plots["country"] == ""
    # The whole file decides: some plots name a country, or there are several producers.
    many = np.zeros(len(plots), dtype=bool)
    for source in np.unique(plots["source"][missing]).tolist():
        rows = plots["source"] == source
        names = set(plots["producer"][rows].tolist()) | set(plots["producer_id"][rows].tolist())
        many[rows] = bool((~missing[rows]).any()) or len(names - {""}) > 1
    return Problems(
        np.flatnonzero(missing & many),
        "the plot names no country",
        "fill in the two letters of the country, or say --country for the whole run",
    )


@plot_rule(severity=ERROR, basis=f"{GEO}, error 12", ids=("P-04",))
def unknown_country(plots: Plots) -> Problems:
    """The country is not one of the two-letter codes in force.

    **Why it matters** The EU system reads ISO 3166-1 alpha-2 codes only and refuses anything else.

    **Example** ``CIV``, ``Ghana``, ``UK`` or ``EL``.

    **How to correct it** Write CI, GH, GB or GR. Where a text can mean one country only, a safe repair does it.

    **Trap** Lower-case letters are no code either: ``vn`` becomes VN.
    """
    codes = codes_of(plots)
    rows = np.flatnonzero((plots["country"] != "") & (plots["country"] != codes))
    names = country_names()
    return Problems(
        rows,
        "{value} is no country code",
        "",
        measured={"value": plots["country"][rows], "candidates": codes[rows]},
        hints=[
            f"write {code} for {names[code]}" if code else "write the two letters, like VN"
            for code in codes[rows].tolist()
        ],
    )


@repairs("unknown-country", safe=True, what="country written as its two-letter code")
def _write_code(plots: Plots) -> Plots:
    codes = codes_of(plots)
    return plots.with_columns(country=np.where(codes != "", codes, plots["country"]))


@plot_rule(
    severity=(WARNING, ERROR),
    basis="Commission FAQ v5, 7.13; good practice",
    requires=("projected-coordinates", "swapped-axes", "out-of-range", "null-island", "unknown-country"),
    ids=("C-13",),
)
def outside_country(plots: Plots) -> Problems:
    """The plot lies outside its declared country.

    **Why it matters** Either the place is wrong or the country. A buyer's first look at the map will find it.

    **Example** A plot declared for Viet Nam that lies 69 km inside Cambodia.

    **How to correct it** Look at the place on a map. Correct the country, or take the position again.

    **Trap** Close to a border or coast our boundaries are off by up to a kilometre: up to 5 km nothing is said, beyond
    50 km it is an error. Some borders are disputed; ours are drawn as they are de facto.
    """
    codes = codes_of(plots)
    away = np.zeros(len(plots))
    for code in sorted(set(codes.tolist()) - {""}):
        rows = np.flatnonzero(codes == code)
        away[rows] = np.nan_to_num(countries.distance_km(code, plots.geometry[rows]))
    rows = np.flatnonzero(away > countries.TOLERANCE_KM)
    lon, lat = plots.points_lon_lat()
    found: list[str] = list(countries.find(lon[rows], lat[rows]))
    names = country_names()
    return Problems(
        rows,
        "the plot lies {distance_m:,.0f} m outside {country}, {value}",
        "look at it on a map: the position or the country is wrong",
        measured={
            "distance_m": away[rows] * 1_000,
            "country": codes[rows],
            "value": [f"in {names.get(code, code)}" if code else "at sea" for code in found],
        },
        severity=np.where((away[rows] > countries.FAR_KM) | (np.array(found, dtype=object) == ""), ERROR, WARNING),
    )


@plot_rule(
    severity=WARNING,
    basis="Commission FAQ v5, 7.13",
    requires=("outside-country", "self-intersection", "too-few-vertices"),
    ids=("C-13",),
)
def crosses_border(plots: Plots) -> Problems:
    """A polygon lies in two countries.

    **Why it matters** A producer has one country. Land on both sides of a border is declared apart, for each country.

    **Example** A plot on a border river, drawn to the middle of the other bank.

    **How to correct it** If the plot really crosses, make two plots of it. Else draw the boundary again.

    **Trap** Our boundaries are off by up to a kilometre. Only a plot that reaches more than that across is named.
    """
    codes = codes_of(plots)
    rows: list[int] = []
    reach: list[float] = []
    for code in sorted(set(codes.tolist()) - {""}):
        if not countries.is_known(code):
            continue
        mine = np.flatnonzero((codes == code) & (shapely.get_dimensions(plots.geometry) == 2))
        over = mine[~shapely.covers(countries.shape(code), plots.geometry[mine])]
        for row in over.tolist():  # only plots on the line are measured, corner by corner
            corners = shapely.points(shapely.get_coordinates(plots.geometry[row]))
            far = float(np.nanmax(countries.distance_km(code, corners)))
            if far > 1.0:
                rows.append(row)
                reach.append(far * 1_000)
    order = np.argsort(rows)
    return Problems(
        np.array(rows, dtype=np.int64)[order],
        "the boundary reaches {distance_m:,.0f} m across the border",
        "make two plots of it, one for each country, or draw the boundary again",
        measured={"distance_m": np.array(reach)[order]},
    )
