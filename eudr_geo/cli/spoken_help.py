"""Help and usage errors in the language that is spoken: every command of the folder is made so. No command.

The English help stands in the code, as click wants it. Other languages have theirs in ``words/help.csv``: a row for
each paragraph of a command (``check``, ``check.2`` …), for each option of one command (``trace.kind``), and for options
that several commands share (``option.project``). What has no row stays in English, and so do click's own sentences on
what is wrong with a command line.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click

from eudr_geo.cli import speech
from eudr_geo.words.tables import ENGLISH, table

_BLOCK = "\b\n"  # click's mark of lines that are not filled: examples
_HEADS = {"Example:": "example", "Examples:": "examples", "Start here:": "start_here"}
_EXPLAINED = re.compile(r"(\s*eudr-geo (\w+).*?\s{2,})(\S.*)")  # an example, its command, what it is for
_EXTRAS = {"env var:": "env_var", "default:": "default", "required": "required"}


def help_words() -> Mapping[str, str]:
    """Return the words of help in the language that is spoken; none in English, which stands in the code."""
    language = speech.language()
    said = {} if language == ENGLISH else table("help").get(language, {})
    return {key: text for key, text in said.items() if text} if said.get("usage") else {}


def paragraphs(command: click.Command) -> list[str]:
    """Return the paragraphs of a command's own help."""
    return inspect.cleandoc(command.help or "").split("\n\n")


def is_block(paragraph: str) -> bool:
    """Tell whether a paragraph holds examples, which are the same in every language but for their heading."""
    return paragraph.startswith(_BLOCK)


class UsageError(click.UsageError):
    """A usage error whose usage, hint and heading are in the language that is spoken."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it on stderr."""
        said = help_words()
        lines = []
        if self.ctx is not None:
            hint = said["try"].format(command=self.ctx.command_path, option=self.ctx.help_option_names[0])
            lines = [self.ctx.get_usage(), hint, ""]
        lines.append(f"{said['error']} {self.format_message()}")
        click.echo("\n".join(lines), file=file, err=True)


@contextmanager
def _spoken_errors() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        if not help_words() or type(error).show is not click.UsageError.show:  # shows itself, as help does
            raise
        raise UsageError(error.format_message(), error.ctx) from error


class Command(click.Command):
    """A command that explains itself in the language that is spoken."""

    key = ""
    """Where its words stand in ``words/help.csv``."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hear ``--lang`` wherever it stands: ``--help`` is answered before what stands behind it is looked at."""
        if any("--lang" in option.opts for option in self.params):
            speech.tell("asked", _asked_for(args))
        with _spoken_errors():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; usage errors are told in the language that is spoken."""
        with _spoken_errors():
            return super().invoke(ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that stands for it in the list of commands."""
        said = help_words().get(self.key, "")
        if not said:
            return super().get_short_help_str(limit)
        other = copy.copy(self)
        other.help, other.short_help = said, None
        return click.Command.get_short_help_str(other, limit)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how it is called."""
        said = help_words()
        if not said:
            super().format_usage(ctx, formatter)
            return
        pieces = " ".join(self.collect_usage_pieces(ctx)).replace("[OPTIONS]", said["some_options"])
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{said['usage']} ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what it does."""
        if not help_words():
            super().format_help_text(ctx, formatter)
            return
        other = copy.copy(self)
        other.help = "\n\n".join(self._paragraphs())
        click.Command.format_help_text(other, ctx, formatter)

    def _paragraphs(self) -> Iterator[str]:
        said, number = help_words(), 0
        for paragraph in paragraphs(self):
            if is_block(paragraph):
                head, *lines = paragraph.removeprefix(_BLOCK).splitlines()
                told = [_EXPLAINED.sub(lambda found: self._example(found, said), line) for line in lines]
                yield _BLOCK + "\n".join([said[_HEADS[head]] if head in _HEADS else head, *told])
            else:
                number += 1
                yield said.get(self.key if number == 1 else f"{self.key}.{number}", paragraph)

    def _example(self, found: re.Match[str], said: Mapping[str, str]) -> str:
        """An example with what it is for."""
        return found[1] + said.get(f"{self.key}.{found[2]}", found[3])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its options, and of a group its commands."""
        said = help_words()
        if not said:
            super().format_options(ctx, formatter)
            return
        records = [self._record(one, ctx, said) for one in self.get_params(ctx) if isinstance(one, click.Option)]
        if rows := [row for row in records if row is not None]:
            with formatter.section(said["options"]):
                formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def _record(self, option: click.Option, ctx: click.Context, said: Mapping[str, str]) -> tuple[str, str] | None:
        """How an option is written and what it does, with its default and variable."""
        told = copy.copy(option)
        told.help = next((said[key] for key in option_keys(self.key, option) if key in said), option.help)
        record = told.get_help_record(ctx)
        if record is None:
            return None
        name, text = record
        start = len(told.help or "")
        extras = re.sub("|".join(map(re.escape, _EXTRAS)), lambda found: said[_EXTRAS[found[0]]], text[start:])
        return name, text[:start] + extras


class Group(Command, click.Group):
    """A group that explains itself and its commands in the language that is spoken."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command of the group, made to explain itself."""
        found = super().get_command(ctx, cmd_name)
        return None if found is None else explained(found, f"{self.key}.{cmd_name}" if self.key else cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of its commands."""
        said = help_words()
        if not said:
            super().format_commands(ctx, formatter)
            return
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        limit = formatter.width - 6 - max((len(name) for name, _ in found), default=0)
        rows = [(name, one.get_short_help_str(limit)) for name, one in found if one is not None and not one.hidden]
        if rows:
            with formatter.section(said["commands"]):
                formatter.write_dl(rows)


def option_keys(command: str, option: click.Parameter) -> tuple[str, str]:
    """Return the keys under which the help of an option may stand, that of its command first."""
    name = max(option.opts, key=len).lstrip("-")
    return f"{command}.{name}", f"option.{name}"


def explained(command: click.Command, key: str) -> click.Command:
    """Return a command as one that explains itself in the language that is spoken.

    Parameters
    ----------
    command
        As its file made it.
    key
        Where its words stand in ``words/help.csv``.
    """
    kind = Group if isinstance(command, click.Group) else Command
    made = kind(command.name)
    vars(made).update(vars(command))
    made.key = key
    return made


def _asked_for(args: Sequence[str]) -> str | None:
    """The value of ``--lang`` in a command line, None where there is none."""
    for place, word in enumerate(args):
        if word == "--":
            return None
        if word == "--lang" and place + 1 < len(args):
            return args[place + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None
