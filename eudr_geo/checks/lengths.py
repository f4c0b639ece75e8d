"""Parts of the sentences of findings: lengths in a unit that a person walks or measures, and one thing or another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from eudr_geo.words.saying import say


def say_length(metres: float) -> str:
    """Return a length in mm, m or km, as a part of a sentence.

    Examples
    --------
    >>> [str(say_length(metres)) for metres in (0.0004, 0.012, 12.3, 1234.5, 10_900)]
    ['less than a millimetre', '12 mm', '12.3 m', '1,234.5 m', '10.9 km']
    """
    if metres < 0.001:
        return say("findings:length.tiny")
    if metres < 0.1:
        return say("findings:length.mm", value=metres * 1_000)
    return (
        say("findings:length.m", value=metres) if metres < 10_000 else say("findings:length.km", value=metres / 1_000)
    )


def say_distance(metres: float) -> str:
    """Return a distance in whole m, or in km from 10 km on, as a part of a sentence.

    Examples
    --------
    >>> [str(say_distance(metres)) for metres in (61.7, 1234.5, 10_900)]
    ['62 m', '1,234 m', '10.9 km']
    """
    if metres >= 10_000:
        return say("findings:length.km", value=metres / 1_000)
    return say("findings:length.metres", value=metres)


def say_width(metres: float) -> str:
    """Return a width in cm or m, as a part of a sentence.

    Examples
    --------
    >>> [str(say_width(metres)) for metres in (0.304, 1.52)]
    ['30 cm', '1.5 m']
    """
    if metres >= 1:
        return say("findings:length.m", value=metres)
    return say("findings:length.cm", value=metres * 100)


def either(names: Sequence[str]) -> str:
    """Return one or more things of which one is meant, as a part of a sentence.

    Examples
    --------
    >>> str(either(["EPSG:3405"])), str(either(["EPSG:3405", "EPSG:3406", "EPSG:4756"]))
    ('EPSG:3405', 'EPSG:3405 or EPSG:3406 or EPSG:4756')
    """
    return reduce(lambda first, second: say("findings:or", first=first, second=second), names)
