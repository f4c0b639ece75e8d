"""In which language commands speak: ``--lang``, the workbook's own, ``EUDR_GEO_LANG``, the project's, English."""

from __future__ import annotations

import os
from contextvars import ContextVar

from eudr_geo.base.errors import EudrGeoError, InputError
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import in_language, say
from eudr_geo.words.tables import ENGLISH

VARIABLE = "EUDR_GEO_LANG"
_ORDER = ("asked", "workbook", "variable", "project")
"""Who may say which language is spoken; the first that does is heard."""
_said: ContextVar[dict[str, str] | None] = ContextVar("said", default=None)


def begin() -> None:
    """Forget what an earlier command of this process was told, and ask the environment.

    Raises
    ------
    InputError
        When :data:`VARIABLE` names a language that nobody speaks here.
    """
    _said.set({})
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    if wanted and wanted not in languages():
        raise InputError(
            say("commands:unknown_language", variable=VARIABLE, value=wanted),
            fix=say("commands:one_of", values=", ".join(languages())),
        )
    tell("variable", wanted)


def forget() -> None:
    """Forget what this process was told: English is spoken until somebody asks again."""
    _said.set(None)


def tell(who: str, language: str | None) -> None:
    """Note which language one of :data:`_ORDER` asks for; a language that nobody speaks here is not heard.

    Examples
    --------
    >>> begin(); tell("project", "vi"); language()
    'vi'
    >>> tell("asked", "fr"); tell("workbook", "es"); language()
    'fr'
    >>> begin()
    """
    if who not in _ORDER:
        raise ValueError(f"{who} has no say in it")
    heard = dict(_said.get() or {})
    if language in languages():
        heard[who] = str(language)
    _said.set(heard)


def language() -> str:
    """Return the language that is spoken now."""
    heard = _said.get() or {}
    return next((heard[who] for who in _ORDER if who in heard), ENGLISH)


def asked() -> str:
    """Return the language that ``--lang`` asks for; "" where it is not said."""
    return (_said.get() or {}).get("asked", "")


def spoken(text: str) -> str:
    """Return a sentence in the language that is spoken now; plain text as it is."""
    return in_language(text, language())


def spoken_error(error: EudrGeoError) -> str:
    """Return what an error says, and what to do about it, in the language that is spoken now."""
    return " – ".join(spoken(part) for part in (error.message, error.fix) if part)
