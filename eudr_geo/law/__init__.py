"""The law as data: every number of the regulation and of the EU system, with its source and date.

Nothing else in the toolkit holds such a number. The tables beside this file tell for each its article or document, the
day it was read, and how sure we are: A read in the official text, B told by sources that agree, C by one source or by
inference.

=========================== ============================================================
``limits.csv``              sizes, counts and lengths, and good practice where no number is published
``dates.csv``               the calendar
``eu_versions.csv``         what differs between versions of the EU documents
``eu_errors.csv``           the EU system's list of errors, and the rules that find each
``fact_ids.csv``            the facts that rules name as ``ids``; those without a rule say why
``commodities.csv``         Annex I, dated
``country_risk.csv``        classification of countries, dated
``countries.csv``           ISO 3166-1 codes in force
``country_names.csv``       what people write instead (names of Natural Earth, public domain, and common usage)
``plot_sizes.csv``          sizes beyond which a plot of a commodity is not plausible
``supplementary_units.csv`` units beside kilograms
=========================== ============================================================
"""

from __future__ import annotations

from collections.abc import Mapping

from eudr_geo.law.annex import AnnexEntry, annex_entries, annex_lines, in_annex, supplementary_unit
from eudr_geo.law.codes import (
    RISKS,
    alpha_3,
    country_candidates,
    country_code,
    country_names,
    country_risk,
    risk_is_settled,
)
from eudr_geo.law.tables import key_date, limit, source_of, table
from eudr_geo.law.versions import EU_VERSIONS, NEWEST_EU_VERSION, EuVersion, eu_version

__all__ = [
    "AMEND_HOURS",
    "APPLICATION_DATE",
    "AREA_MISMATCH_HA",
    "AREA_MISMATCH_SHARE",
    "COCOA_MOISTURE_MAX_PERCENT",
    "COMMODITIES",
    "COORDINATE_DECIMALS",
    "CUT_OFF_DATE",
    "ENTRY_INTO_FORCE",
    "EU_PROPERTIES",
    "EU_VERSIONS",
    "GEOLOCATION_MAX_BYTES",
    "GREEN_MOISTURE_MAX_PERCENT",
    "HUGE_PLOT_HA",
    "IMPLIED_OVERLAP_SHARE",
    "LINES_MAX_PER_STATEMENT",
    "MIN_RING_POSITIONS",
    "NEAR_LIMIT_SHARE",
    "NEWEST_EU_VERSION",
    "OVERLAP_HA",
    "OVERLAP_SHARE",
    "PLACE_NAME_MAX",
    "POINT_ANY_SIZE_COMMODITIES",
    "POINT_AREA_ASSUMED_HA",
    "POINT_AREA_MAX_HA",
    "POINT_AREA_MIN_HA",
    "POLYGON_REQUIRED_ABOVE_HA",
    "PRODUCERS_MAX_PER_LINE",
    "PRODUCERS_MAX_PER_STATEMENT",
    "PRODUCER_NAME_MAX",
    "RETENTION_YEARS",
    "RISKS",
    "SHARED_LOCATION_M",
    "SHARED_LOCATION_PLOTS",
    "SLIVER_LENGTH",
    "SLIVER_WIDTH_M",
    "TINY_POLYGON_HA",
    "AnnexEntry",
    "EuVersion",
    "alpha_3",
    "annex_entries",
    "annex_lines",
    "country_candidates",
    "country_code",
    "country_names",
    "country_risk",
    "eu_version",
    "in_annex",
    "key_date",
    "limit",
    "risk_is_settled",
    "source_of",
    "supplementary_unit",
    "table",
]

POLYGON_REQUIRED_ABOVE_HA = limit("polygon_required_above")
"""Article 2(28): a plot of more than this (not cattle) is described by polygons."""
POINT_AREA_MIN_HA = limit("point_area_min")
"""A point's area below this is refused by the EU system (not cattle)."""
POINT_AREA_MAX_HA = limit("point_area_max")
"""A point's area above this is refused by the EU system (not cattle)."""
POINT_AREA_ASSUMED_HA = limit("point_area_assumed")
"""The EU system stores this area for a point that states none."""
NEAR_LIMIT_SHARE = limit("near_limit_share")
"""Good practice: this close to 4 ha a polygon is the safe choice, because methods of measuring differ by 0.7 %."""
COORDINATE_DECIMALS = int(limit("coordinate_decimals"))
"""Article 2(28): at least so many decimal digits; the EU system cuts off what is beyond."""
MIN_RING_POSITIONS = int(limit("min_ring_positions"))
"""Positions of a ring, the closing one included."""
PRODUCER_NAME_MAX = int(limit("producer_name_max"))
"""Length of a producer's name in the EU system's schema."""
PLACE_NAME_MAX = int(limit("place_name_max"))
"""Good practice: the EU system publishes no limit for ProductionPlace."""
GEOLOCATION_MAX_BYTES = int(limit("geolocation_max"))
"""25 MB of geolocation a due diligence statement, read as 10^6 because the unit is not told."""
LINES_MAX_PER_STATEMENT = int(limit("lines_warn_per_statement"))
"""Commodity lines of a due diligence statement: 100 by the validation rules; the schema would take 200."""
PRODUCERS_MAX_PER_LINE = int(limit("producers_max_per_line"))
"""Producers of one commodity line."""
PRODUCERS_MAX_PER_STATEMENT = int(limit("producers_max_per_statement"))
"""Producers of one due diligence statement."""
AMEND_HOURS = int(limit("amend_hours"))
"""In which an available statement can be amended, hours."""
RETENTION_YEARS = int(limit("retention"))
"""For which the information is kept, years."""
TINY_POLYGON_HA = limit("tiny_polygon")
"""Good practice: a smaller polygon is a slip of digitising."""
AREA_MISMATCH_SHARE, AREA_MISMATCH_HA = limit("area_mismatch_share"), limit("area_mismatch")
"""Good practice: declared and measured area may differ by this share, and by this much."""
OVERLAP_SHARE, OVERLAP_HA = limit("overlap_share"), limit("overlap")
"""Good practice: neighbours may share this share of the smaller plot, and this much ground."""
SLIVER_WIDTH_M, SLIVER_LENGTH = limit("sliver_width"), limit("sliver_length")
"""Good practice: narrower than this on average, and so many times longer than wide, is a slip of digitising."""
SHARED_LOCATION_PLOTS, SHARED_LOCATION_M = int(limit("shared_location_plots")), limit("shared_location")
"""Good practice: so many plots, so close together, are not where their points say."""
IMPLIED_OVERLAP_SHARE = limit("implied_overlap_share")
"""Good practice: the disc implied by a point is a guess; only so large a share of it on another plot is named."""
EU_PROPERTIES = ("ProducerName", "ProducerCountry", "ProductionPlace", "Area")
"""EUDR GeoJSON File Description, 9.3: the properties that the EU system reads, in this spelling only."""
ENTRY_INTO_FORCE = key_date("entry_into_force")
"""Goods produced before this day are outside the regulation; ISO 8601."""
COCOA_MOISTURE_MAX_PERCENT = limit("cocoa_moisture_max")
"""Moisture of cocoa beans that are shipped, percent."""
GREEN_MOISTURE_MAX_PERCENT = limit("green_moisture_max")
"""Moisture of green coffee that is shipped, percent."""
CUT_OFF_DATE = key_date("cut_off")
"""Article 2(13): deforestation after this date."""
APPLICATION_DATE = key_date("application")
"""Article 38(2) as amended by Regulation (EU) 2025/2650."""
COMMODITIES = ("coffee", "cocoa", "rubber", "oil-palm", "soya", "cattle", "wood")
"""Article 2(1): the relevant commodities."""
POINT_ANY_SIZE_COMMODITIES = frozenset({"cattle"})
"""Article 2(28): establishments of cattle are described by a point whatever their size. Wood has no such exception."""
HUGE_PLOT_HA: Mapping[str, float] = {row["commodity"]: float(row["huge_above_ha"]) for row in table("plot_sizes.csv")}
"""Good practice: a larger boundary is rarely one plot but an estate, a district or a slip; "" for no commodity."""
