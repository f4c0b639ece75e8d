"""Lengths in the words of a finding, in a unit that a person walks or measures."""

from __future__ import annotations

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
