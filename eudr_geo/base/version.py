"""Version of the toolkit: the one that ``pyproject.toml`` gave the installed package."""

from importlib.metadata import version

VERSION = version("eudr-geo")
