"""What a file is, whatever its name: which command reads it. Looked at in the cage, like everything of strangers."""

from __future__ import annotations

from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits, configured
from eudr_geo.base.said import Said
from eudr_geo.sources import cage
from eudr_geo.words.saying import say

_MANIFEST = "manifest.json"


def kind_of(path: str | Path, *, limits: Limits | None = None) -> str:
    """Return what a file or folder is.

    Parameters
    ----------
    path
        A file or a folder; not a project that this process has open.
    limits
        How much the file may ask of us.

    Returns
    -------
    str
        ``project``, ``package``, ``book``, ``boundaries``, ``waivers``, ``bands`` or ``report``; "" for what is not
        there, and for what no command reads.

    Examples
    --------
    >>> kind_of("sample_plots/cooperative.xlsx"), kind_of("sample_plots/clean/google-earth.kmz"), kind_of("README.md")
    ('book', 'boundaries', '')
    """
    path = Path(path)
    if path.is_dir():
        return "package" if (path / _MANIFEST).is_file() else ""
    if not path.is_file():
        return ""
    _, found = cage.read(path, path.name, {"kind": "look"}, limits or configured())
    return str(found[""][0][0]) if found else ""


def cure(path: str | Path, *, but: str = "") -> Said | None:
    """Say what a file is and which command reads it; None where nobody knows, or where it is ``but``.

    Parameters
    ----------
    path
        The file or folder, as the user wrote it.
    but
        The kind that was wanted: nothing is wrong with the door then.
    """
    kind = kind_of(path)
    if kind in {"", but}:
        return None
    return say("doors:instead", what=say(f"doors:kind.{kind}"), do=say(f"doors:kind.{kind}.do", name=path))


def refuse_package(folder: Path) -> None:
    """Refuse a folder that is a package: its files are not what somebody sent.

    Raises
    ------
    InputError
        Naming the command that reads packages.
    """
    if kind_of(folder) == "package":
        raise InputError(_is(folder, "package"), fix=say("doors:kind.package.do", name=folder))


def _is(path: str | Path, kind: str) -> Said:
    return say("doors:file", name=path, what=say(f"doors:kind.{kind}"))
