"""Place: in the declared country, and the country named as the EU system reads it."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, plot_rule, plots_rule, repairs
from eudr_geo.checks.lengths import either
from eudr_geo.law import country_candidates, country_code, country_names
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Array, Plots, Text
from eudr_geo.plots import countries
from eudr_geo.words.saying import say

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_COUNTRY, NO_CODE, NO_OUTLINE = "no country", "unknown country", "no outline of this country"
"""Why a plot was not compared with its country."""
BORDER_KM = 1.0
"""Good practice: the outlines are off by up to a kilometre; only what reaches farther across a border is named."""
ISLAND_KM = 500.0
"""Good practice: a place in the sea farther from its country than this is no island of it that the outlines miss."""


def codes_of(plots: Plots) -> Text:
    """Alpha-2 code that each plot's country can only mean, "" where there is none, shape (n,)."""
    stated = plots["country"]
    meant = {text: country_code(text) for text in set(stated.tolist())}
    return np.array([meant[text] for text in stated.tolist()], dtype=object)


def _not_compared(plots: Plots, codes: Text) -> dict[str, Ints]:
    known = np.array([countries.is_known(code) for code in codes.tolist()], dtype=bool)
    stated = plots["country"] != ""
    return {
        NO_COUNTRY: np.flatnonzero(~stated),
        NO_CODE: np.flatnonzero(stated & (codes == "")),
        NO_OUTLINE: np.flatnonzero((codes != "") & ~known),
    }


@plots_rule(severity=ERROR, basis=f"{GEO}, 9.3.2 (files of Type II)", ids=("P-02", "P-03"))
def missing_country(plots: Plots) -> Problems:
    """The plot names no country, in a file that needs one on every plot.

    **Why it matters** A file with the plots of many producers is loaded for a whole commodity. There the EU system
    sorts the plots by producer and country, and refuses a plot that names no country.

    **Example** 200 plots with ``ProducerCountry`` VN, and three that were added later without it.

    **How to correct it** Write the two letters of the country in the column *ProducerCountry*. If the whole file is
    from one country, it is enough to say so when checking: `--country VN`.

    **Trap** A file with the plots of one single producer may leave the country out: there the statement itself names
    it. Such a file is right as it is, and nothing is said.
    """
    missing = plots["country"] == ""
    if not missing.any():
        return Problems.none()
    needed = np.zeros(len(plots), dtype=bool)
    source = plots["source"]
    # The whole file decides: some plot names a country, or there are several producers.
    for name in sorted(set(source[missing].tolist())):
        rows = np.flatnonzero(source == name)
        part = missing[rows]
        needed[rows] = not part.all() or _several(plots["producer_id"][rows]) or _several(plots["producer"][rows])
    return Problems(np.flatnonzero(missing & needed))


def _several(texts: Text) -> bool:
    return len({text.casefold() for text in texts.tolist()} - {""}) > 1


@plot_rule(severity=ERROR, basis=f"{GEO}, error 12; ISO 3166-1", ids=("P-04",))
def unknown_country(plots: Plots) -> Problems:
    """The country is not one of the two-letter codes in force.

    **Why it matters** The EU system reads the two letters of ISO 3166-1 and nothing else. It refuses a plot with
    another word, even if every person understands it.

    **Example** ``CIV``, ``Ghana``, ``Việt Nam``, ``UK``.

    **How to correct it** Write CI, GH, VN, GB. Where the text can mean one country only, the repair does it for you.

    **Trap** Some codes are known from elsewhere and still wrong: the United Kingdom is GB, not UK; Greece is GR, not
    EL. "Congo" alone may be CG or CD: ask. And ``vn`` in small letters is no code either.
    """
    codes = codes_of(plots)
    stated = plots["country"]
    rows = np.flatnonzero((stated != "") & (stated != codes))
    found = [country_candidates(text) for text in stated[rows].tolist()]
    return Problems(
        rows,
        case=["one" if len(several) == 1 else "several" if several else "" for several in found],
        measured={
            "value": stated[rows],
            "candidates": [", ".join(several) for several in found],
            "answers": [_answers(several) for several in found],
        },
    )


@cache
def _answers(found: tuple[str, ...]) -> str:
    if not found:
        return ""
    names = country_names()
    return either([say("findings:country.code", letters=code, name=names[code]) for code in found])


@repairs(
    "unknown-country",
    safe=True,
)
def write_code(plots: Plots) -> Plots:
    """Write the code of a country that the text can only mean; leave the others."""
    codes = codes_of(plots)
    return plots.with_columns(country=np.where(codes != "", codes, plots["country"]))


@plot_rule(
    severity=(WARNING, ERROR),
    basis="good practice; Commission FAQ v5, 7.13",
    requires=("projected-coordinates", "swapped-axes", "out-of-range", "null-island", "crosses-antimeridian"),
    ids=("C-13",),
)
def outside_country(plots: Plots) -> Problems:
    """The plot lies outside its declared country.

    **Why it matters** Either the place is wrong or the country. The country decides how closely the goods are looked
    at, so a wrong one is more than a slip. Every buyer who opens the map sees it.

    **Example** A plot declared for Viet Nam at 107.05 12.68: that is 45 km inside Cambodia. One digit of the longitude
    is wrong; it should be 108.05.

    **How to correct it** Look at the place on a map, together with someone who knows the farm. Correct the country, or
    take the position again. If thousands of plots are outside, the file has another coordinate system.

    **Trap** The outlines of countries are off by up to a kilometre, and some borders are disputed. Up to 5 km nothing
    is said; beyond 50 km, or in the sea, it is an error. Where land belongs to no country of the outlines (Abyei, the
    Golan Heights, Bir Tawil, some bases and shoals) the message names it; for a country that claims it, it stays a
    warning. A small island may be missing: then say so, and set the finding aside with that reason, or give the
    official outlines of your country with `--boundaries FILE`.
    """
    codes = codes_of(plots)
    away_km = np.zeros(len(plots))
    for code in sorted(set(codes.tolist()) - {""}):  # one country at a time
        if countries.is_known(code):
            rows = np.flatnonzero(codes == code)
            away_km[rows] = countries.distance_km(code, plots.geometry[rows])
    rows = np.flatnonzero(away_km > countries.TOLERANCE_KM)
    found, disputed = _found(plots, rows)
    claimed = np.array([countries.claims(*pair) for pair in zip(codes[rows], disputed, strict=True)], dtype=bool)
    at_sea = (found == "") & (disputed == "")
    names = country_names()
    return Problems(
        rows,
        case=np.select(
            [at_sea & (away_km[rows] <= ISLAND_KM), at_sea, claimed, disputed != ""],
            ["island", "sea", "claimed", "disputed"],
            default="country",
        ).tolist(),
        measured={
            "distance_m": away_km[rows] * 1_000,
            "country": codes[rows],
            "candidates": found,
            "km": away_km[rows],
            "name": [names[code] for code in codes[rows].tolist()],
            "there": [
                land or (countries.name(code) if code else "")
                for code, land in zip(found.tolist(), disputed.tolist(), strict=True)
            ],
        },
        severity=np.where(((away_km[rows] > countries.FAR_KM) & ~claimed) | at_sea, ERROR, WARNING),
        unseen=_not_compared(plots, codes),
    )


def _found(plots: Plots, rows: Ints) -> tuple[Text, Text]:
    """Countries in which these plots lie, by the first position, else by the middle; and disputed land."""
    lon, lat = (values[rows] for values in plots.points_lon_lat())
    found, disputed = countries.find(lon, lat), countries.disputed(lon, lat)
    at_sea = np.flatnonzero((found == "") & (disputed == ""))
    middle = shapely.centroid(plots.geometry[rows[at_sea]])
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    found[at_sea], disputed[at_sea] = countries.find(x, y), countries.disputed(x, y)
    return found, disputed


@plot_rule(
    severity=WARNING,
    basis="Commission FAQ v5, 7.13",
    requires=("outside-country", "self-intersection", "too-few-vertices", "zero-area", "stray-corner"),
    ids=("C-13",),
)
def crosses_border(plots: Plots) -> Problems:
    """The plot lies in two countries.

    **Why it matters** A producer of a statement has one country. Land on the other side of a border must be declared
    apart, with its own country and under its own laws.

    **Example** An estate at the border of Honduras, drawn as one polygon that reaches 2.4 km into Guatemala.

    **How to correct it** If the land really lies on both sides, make two plots of it, one for each country. If not,
    draw the boundary again.

    **Trap** The outlines of countries are off by up to a kilometre. Only a plot that reaches farther across is named;
    a coast is no border.
    """
    codes = codes_of(plots)
    polygons = shapely.get_dimensions(plots.geometry) == 2
    reach = np.zeros(len(plots))
    place = np.full((len(plots), 2), np.nan)
    other = np.full(len(plots), "", dtype=object)
    for code in sorted(set(codes.tolist()) - {""}):  # one country at a time
        if countries.is_known(code):
            rows = np.flatnonzero((codes == code) & polygons)
            rows = rows[~shapely.covers(countries.shape(code), plots.geometry[rows])]
            _reach_across(code, plots.geometry, rows, reach, place, other)
    rows = np.flatnonzero(reach > BORDER_KM)
    return Problems(
        rows,
        lon=place[rows, 0],
        lat=place[rows, 1],
        measured={
            "distance_m": reach[rows] * 1_000,
            "country": codes[rows],
            "other": other[rows],
            "km": reach[rows],
            "there": [countries.name(code) for code in other[rows].tolist()],
        },
        unseen=_not_compared(plots, codes),
    )


def _reach_across(code: str, geometries: Array, rows: Ints, reach: Floats, place: Floats, other: Text) -> None:
    """Put down for these rows how far, where and into which country their farthest foreign corner reaches."""
    corners, owner = shapely.get_coordinates(geometries[rows], return_index=True)
    away = countries.distance_km(code, shapely.points(corners))
    across = np.flatnonzero(away > BORDER_KM)
    there = countries.find(corners[across, 0], corners[across, 1])
    foreign = across[(there != "") & (there != code)]
    there = there[(there != "") & (there != code)]
    order = np.argsort(away[foreign], kind="stable")  # the farthest comes last, and stays
    row = rows[owner[foreign[order]]]
    reach[row], place[row], other[row] = away[foreign[order]], corners[foreign[order]], there[order]
