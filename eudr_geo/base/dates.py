"""Days as they are kept: ISO 8601 text, "" where nobody says; they compare as text."""

from __future__ import annotations

from datetime import date, timedelta


def day_before(day: str) -> str:
    """Return the day before a day; "" for what is no day.

    Examples
    --------
    >>> day_before("2026-01-01"), day_before(""), day_before("in May")
    ('2025-12-31', '', '')
    """
    return _moved(day, -1)


def day_after(day: str) -> str:
    """Return the day after a day; "" for what is no day.

    Examples
    --------
    >>> day_after("2025-12-31")
    '2026-01-01'
    """
    return _moved(day, 1)


def _moved(day: str, days: int) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):  # what is no day has none before it and none after it
        return ""


def days_between(one: str, other: str) -> int:
    """Return how many days are between two days, in any order; 0 where one lacks its month or year.

    Examples
    --------
    >>> days_between("2026-01-02", "2026-02-02"), days_between("2026", "2026-02-02")
    (31, 0)
    """
    try:
        return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)
    except ValueError:  # nobody can tell how far it is
        return 0
