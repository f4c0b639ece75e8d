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
