"""A page around its data: style sheets and scripts inside, values escaped, a policy that lets nothing else run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup, escape

from eudr_geo.outputs.maps.payload import clean
from eudr_geo.outputs.maps.vendored import leaflet_css, leaflet_js, policy
from eudr_geo.words.page import filled

_DATA = "@@data@@"
_CODE = re.compile(r"`([^`]+)`")


@cache
def _environment() -> jinja2.Environment:
    # Names and values come from strangers' files: everything is escaped unless the template says otherwise.
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(lambda name: asset("eudr_geo.outputs.pages", name)),
        finalize=_shown,
    )
    environment.filters["prose"] = prose
    environment.globals["filled"] = filled
    environment.globals["number"] = grouped
    return environment


def _shown(value: Any) -> Any:
    """Text of strangers as a page can hold it; what is ours stays as it is."""
    is_theirs = isinstance(value, str) and not isinstance(value, Markup)
    return clean(value).replace("\0", "\ufffd") if is_theirs else value


@cache
def asset(package: str, name: str) -> str:
    """Return the text of a file that comes with the package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def grouped(value: float, digits: int = 0) -> str:
    r"""Return a number with thin spaces between thousands: a comma or a point is read differently in every country.

    Examples
    --------
    >>> grouped(1234567), grouped(12.345, 1)
    ('1\u202f234\u202f567', '12.3')
    """
    return f"{value:,.{digits}f}".replace(",", "\u202f")


def prose(text: str) -> Markup:
    """Return a rule's text with its code words set apart; everything is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 – escaped before


@cache
def head(styles: Sequence[str], scripts: Sequence[tuple[str, str]], *, leaflet: bool) -> tuple[Markup, Markup]:
    """Return what goes into the head of a page, and its scripts, which stand at the end.

    Parameters
    ----------
    styles
        Style sheets of ``eudr_geo.outputs.pages``.
    scripts
        (package, file) in the order in which they need each other.
    leaflet
        Whether the page has a map.
    """
    sheets = [leaflet_css()] if leaflet else []
    sheets += [asset("eudr_geo.outputs.pages", name) for name in styles]
    texts = [leaflet_js()] if leaflet else []
    texts += [asset(package, name) for package, name in scripts]
    style = "\n".join(f"<style>{text}</style>" for text in sheets)
    script = "\n".join(f"<script>{text}</script>" for text in texts)
    quiet = '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">'
    # Our own files, no value of a user: the policy names them by their hashes.
    return Markup(f"{policy(style + script)}\n{quiet}\n{style}"), Markup(script)  # noqa: S704


def render(template: str, values: Mapping[str, Any], data: str) -> str:
    """Return a page.

    Parameters
    ----------
    template
        File of ``eudr_geo.outputs.pages``; it says where ``data`` goes.
    values
        For the template; escaped there.
    data
        JSON that is safe inside a script element.
    """
    page = _environment().get_template(template).render(**values, data=Markup(_DATA))  # noqa: S704 – our own word
    # The last one: a value may say the same words, and stands before it.
    before, _, after = page.rpartition(_DATA)
    return before + data + after
