"""The command line: one file a command. A command parses, calls one verb, prints, and chooses the exit code.

Exit 0: done, nothing found at or above ``--fail-on``. 1: findings. 2: the work could not be done.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

EXIT_CLEAN, EXIT_FINDINGS, EXIT_FAILED = 0, 1, 2


def _files() -> set[str]:
    return {info.name for info in pkgutil.iter_modules(__path__)}


def _command(name: str) -> click.Command | None:
    """The command of a file of this folder; None for a file that only helps others."""
    command = getattr(importlib.import_module(f"{__name__}.{name}"), "command", None)
    return command if isinstance(command, click.Command) else None


class _Commands(click.Group):
    """Lists the folder; a command is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(name.rstrip("_") for name in _files() if _command(name) is not None)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        for name in (cmd_name, f"{cmd_name}_"):  # map_ would hide the builtin
            if name in _files() and not cmd_name.endswith("_"):
                return _command(name)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=2)
            if near and "No such command" in error.message:
                raise click.UsageError(f"{error.message} Did you mean {' or '.join(near)}?", ctx) from None
            raise


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eudr-geo", prog_name="eudr-geo", message="%(prog)s %(version)s")
def app() -> None:
    """Check plot boundaries, link them to micro-lots in kilograms, and build EUDR packages and maps. Offline.

    \b
    Start here:
      eudr-geo demo                          the whole job on an invented cooperative
      eudr-geo check plots.geojson           what is wrong with my boundaries?
      eudr-geo rules                         everything that is checked
    """  # noqa: D301 – \b is click's mark
    from eudr_geo.cli import speech

    speech.begin()


def main() -> None:
    """Run the program; a failure of the toolkit is one line and exit code 2."""
    from eudr_geo.base.errors import EudrGeoError
    from eudr_geo.cli.screen import use_utf8

    use_utf8()
    try:
        app(prog_name="eudr-geo")
    except EudrGeoError as error:
        from eudr_geo.cli.screen import say_error

        say_error(error)
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:  # the reader of our output went away: not our failure
        sys.stderr.close()
        sys.exit(EXIT_CLEAN)
