"""Write the pages that are made from the code: rules, command line, data dictionary, verbs. CI checks for drift.

In the pages in other languages only what commands print is written anew.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import house
import pictures
import python_pages
import shown
import tested

DOCS = Path(__file__).parent
PUBLISHED = DOCS.parent / "tests" / "published_rules.json"


def main() -> None:
    """Write every generated page; remove pages of rules that are gone."""
    made = pages()
    for old in (*(DOCS / "rules").glob("*.md"), *(DOCS / "rules" / "images").glob("*.svg")):
        if old.relative_to(DOCS).as_posix() not in made:
            old.unlink()
    for language in shown.LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            made |= shown.pages(language, Path(folder), shown.in_this_process(language))
    for name, text in made.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    publish_rules()


def publish_rules() -> None:
    """Note the code of each rule as public: from then on it may be retired, and never just disappears."""
    from eudr_geo.checks.catalogue import load

    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    if new := sorted(set(load()) - set(published)):
        PUBLISHED.write_text(json.dumps(sorted([*published, *new]), indent=1) + "\n", encoding="utf-8")


def pages() -> dict[str, str]:
    """Every generated page and picture: name below ``docs/`` → text."""
    return {
        **rule_pages(),
        "reference/cli.md": cli_page(),
        "reference/data.md": data_page(),
        "reference/coverage.md": coverage_page(),
        "reference/limits.md": limits_page(),
        "reference/python.md": python_pages.page(),
        "images/house.svg": house.page(),
        "explanation/how-it-is-tested.md": tested.page(),
    }


def rule_pages() -> dict[str, str]:
    """One page a rule, and the list."""
    from eudr_geo.checks.catalogue import HEADINGS, RULES_VERSION, load

    rules = sorted(load().values(), key=lambda rule: rule.code)
    families = sorted({rule.family for rule in rules})
    index = [
        "# Rules",
        "",
        f"Everything that is checked: {len(rules)} rules, version {RULES_VERSION}.",
        "*Error*: the law forbids it, the EU system refuses it, or nobody could make sense of it.",
        "*Warning*: accepted, but probably wrong or riskier. *Note*: worth knowing.",
        "",
    ]
    pages = {}
    for family in families:
        index += [
            f"## {family.capitalize()}",
            "",
            "| rule | severity | fault | repair |",
            "|---|---|---|---|",
        ]
        for rule in rules:
            if rule.family == family:
                step = rule.correction
                repair = "–" if step is None else "safe" if step.safe else "by name"
                index.append(
                    f"| [{rule.code}]({rule.code}.md) | {' or '.join(rule.severities)} | {rule.fault} | {repair} |"
                )
        index.append("")
    index += ["```{toctree}", ":hidden:", "", *(rule.code for rule in rules), "```", ""]
    pages["rules/index.md"] = "\n".join(index)
    drawn = pictures.of_rules(rules)
    pages |= {f"rules/images/{name}": text for name, text in drawn.items()}
    for rule in rules:
        lines = [f"# {rule.code}", "", f"*{' or '.join(rule.severities)}* · {rule.fault}", ""]
        for heading in HEADINGS:
            lines += [f"## {heading}", "", rule.section(heading), ""]
            if heading == "Example":
                lines += pictures.lines(rule, drawn)
        lines += ["## Facts", "", f"- Basis: {rule.basis}"]
        if rule.requires:
            lines.append("- Looks only at plots that pass: " + ", ".join(f"[{c}]({c}.md)" for c in rule.requires))
        step = rule.correction
        if step is not None:
            how = "runs whenever repairs are asked for" if step.safe else f"only by name: `--also {rule.code}`"
            lines.append(f"- Repair: {step.what} ({how})")
        pages[f"rules/{rule.code}.md"] = "\n".join([*lines, ""])
    return pages


def cli_page() -> str:
    """Help of every command, as the program prints it."""
    import click

    from eudr_geo.cli import app, speech

    speech.forget()  # this page is the English one, whatever was spoken before
    lines = [
        "# Command line",
        "",
        "Made from `--help`. Exit code 0: done. 1: findings. 2: the work could not be done.",
        "",
    ]
    context = click.Context(app, info_name="eudr-geo", **app.context_settings)

    def add(name: str, command: click.Command, parent: click.Context) -> None:
        inner = click.Context(command, info_name=name, parent=parent, max_content_width=100, terminal_width=100)
        lines.extend([f"## {inner.command_path}", "", "```text", command.get_help(inner).rstrip(), "```", ""])
        if isinstance(command, click.Group):
            for sub in command.list_commands(inner):
                found = command.get_command(inner, sub)
                if found is not None:
                    add(sub, found, inner)

    for name in app.list_commands(context):
        command = app.get_command(context, name)
        if command is not None:
            add(name, command, context)
    return "\n".join(lines)


def limits_page() -> str:
    """Every limit of reading a file, with its unit, default and variable."""
    from dataclasses import fields

    from eudr_geo.base.limits import PREFIX, Limits

    lines = [
        "# Limits of reading",
        "",
        "Made from `eudr_geo/base/limits.py`. A file that asks for more is not read: the report says which limit.",
        "A record that asks for more is rejected and counted. No honest delivery that we know of comes near; should",
        "yours, set the variable before you run the command, for instance `EUDR_GEO_LIMIT_RECORDS=500000`, or give",
        "`limits=` to `eudr_geo.read_plots` in Python. A variable that names no limit is an error: typing mistakes",
        "are seen.",
        "",
        "| what | at most | unit | variable |",
        "|---|---:|---|---|",
    ]
    lines += [
        f"| {spec.metadata['doc']} | {spec.default:,} | {spec.metadata['unit']} | `{PREFIX}{spec.name.upper()}` |"
        for spec in fields(Limits)
    ]
    return "\n".join([*lines, ""])


def coverage_page() -> str:
    """Every official error and every fact of the plot side, with the rules that see to it, or why none does."""
    from eudr_geo.checks import catalogue
    from eudr_geo.law import table

    rules = catalogue.load()

    def links(codes: list[str]) -> str:
        return ", ".join(f"[{code}](../rules/{code}.md)" for code in codes)

    by_id: dict[str, list[str]] = {}
    for code, rule in rules.items():
        for one in rule.ids:
            by_id.setdefault(one, []).append(code)
    errors = table("eu_errors.csv")
    facts = table("fact_ids.csv")
    found = sum(bool(row["rules"]) for row in errors)
    seen = sum(row["id"] in by_id for row in facts)
    lines = [
        "# What is covered",
        "",
        "Made from `eudr_geo/law/eu_errors.csv`, `fact_ids.csv` and the rules themselves.",
        "Where nothing is implemented, it says so, and why.",
        "",
        "## Errors that the EU system names",
        "",
        f"{found} of {len(errors)} have a rule.",
        "",
        "| no. | error | versions of the document | rules | remark |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['error']} | {row['what']} | {row['versions']} | {links(row['rules'].split()) or 'not implemented'} "
        f"| {row['note']} |"
        for row in errors
    ]
    lines += [
        "",
        "## Facts about files, shapes, coordinates, places, people and areas",
        "",
        f"{seen} of {len(facts)} are judged by a rule; the others are no matter of a plot, for the reason given.",
        "",
        "| id | fact | rules | why there is none |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['id']} | {row['what']} | {links(sorted(by_id.get(row['id'], [])))} "
        f"| {row['reason'] or ('' if row['id'] in by_id else 'not implemented yet')} |"
        for row in facts
    ]
    return "\n".join([*lines, ""])


def data_page() -> str:
    """The data dictionary: every table and column, with its unit and its place in the lots workbook."""
    import importlib
    import pkgutil

    import eudr_geo.model
    from eudr_geo.lots.sheets import sheets
    from eudr_geo.model.base import Base
    from eudr_geo.model.plots import PLOT_COLUMNS

    for info in pkgutil.iter_modules(eudr_geo.model.__path__):
        importlib.import_module(f"eudr_geo.model.{info.name}")
    lines = [
        "# Data dictionary",
        "",
        "Made from the classes in `eudr_geo/model/`. A project is one GeoPackage with these tables.",
        "The last column tells the sheet of the lots workbook and the heading under which a value is filled in.",
        "",
    ]
    places: dict[tuple[str, str], list[str]] = {}
    for spec in sheets():
        for field in spec.fields:
            places.setdefault((field.table, field.column), []).append(f"{spec.en}: {field.en}")
    tables = {mapper.local_table.name: mapper for mapper in Base.registry.mappers}
    for name in sorted(tables):
        summary = (tables[name].class_.__doc__ or "").strip()
        lines += [
            f"## {name}",
            "",
            re.sub(r"\s+", " ", summary),
            "",
            "| column | unit | meaning | in the workbook |",
            "|---|---|---|---|",
        ]
        for column in tables[name].local_table.columns:
            place = "; ".join(places.get((name, column.name), ()))
            lines.append(f"| `{column.name}` | {column.info.get('unit', '')} | {column.doc or ''} | {place} |")
        lines.append("")
    lines += [
        "## Plots in memory",
        "",
        "The columns of `eudr_geo.model.plots.Plots`.",
        "",
        "| column | unit | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{name}` | {column.unit} | {column.doc} |" for name, column in PLOT_COLUMNS.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
