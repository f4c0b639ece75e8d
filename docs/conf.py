"""Sphinx: Markdown through MyST, the Furo theme, nothing fetched from outside."""

import sys
from importlib.metadata import version as _version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from shown import LANGUAGES

project = "eudr-geo"
author = "eudr_geo maintainers"
copyright = "2026, eudr_geo maintainers"
release = version = _version("eudr-geo")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"  # beside each parameter; the line of the signature stays short
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_ivar = True
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "eudr-geo"
html_static_path = ["_static"]
html_css_files = ["front.css"]
exclude_patterns = ["_build"]
suppress_warnings = ["myst.header"]


def say_the_language(_app, pagename, _template, context, _doctree):
    """Tell browsers and screen readers the language of a page: that of its folder, else English."""
    folder = pagename.partition("/")[0]
    context["language"] = folder if folder in LANGUAGES else "en"


def setup(app):
    """Called by Sphinx."""
    app.connect("html-page-context", say_the_language)
