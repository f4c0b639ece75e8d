"""``eudr-geo package``."""

from __future__ import annotations

from pathlib import Path

import click

from eudr_geo.cli import options, screen
from eudr_geo.words.saying import counted, say
from eudr_geo.words.workbook import say_weights


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@options.project
@click.option("-o", "--out", required=True, metavar="DIR", help="Folder of the package (or file, with --zip).")
@click.option("--zip", "as_zip", is_flag=True, help="Write one zip file.")
@click.option(
    "--profile", default="traces", show_default=True, help="traces, or buyer: with a file of lots and kg too."
)
@click.option("--replace", is_flag=True, help="Take the place of an older package.")
@click.option("--with-names", is_flag=True, help="Show producers' names; otherwise their codes stand for them.")
@options.language
def command(
    codes: tuple[str, ...], project: str, out: str, as_zip: bool, profile: str, replace: bool, with_names: bool
) -> None:
    """Build the due-diligence package of a consignment or of lots.

    Refused while an error stands on one of its plots or lots; the message names it. The project notes that the package
    was built: what it rests on is then changed only by a correction with a reason.

    \b
    Example:
      eudr-geo package DL26-EXP-001 -p coop.gpkg -o DL26-EXP-001
    """  # noqa: D301
    from eudr_geo.base.errors import RefusedError
    from eudr_geo.base.writing import safe_name, write_file, write_folder, zip_bytes
    from eudr_geo.project.packaging import build_package, file_names
    from eudr_geo.project.recording import recorded

    path, now = Path(out), screen.now_utc()
    with options.open_project(project, write=True) as store, screen.progress(say("commands:progress.packing")) as step:
        step("", 0, 1)
        package = build_package(store, codes, with_names=with_names, profile=profile, on=now[:10])
        with recorded(store, codes, package.manifest_sha256, profile, now=now, who=screen.who_am_i()):
            if as_zip:
                if path.exists() and not replace:
                    raise RefusedError(say("errors:already_there", path=path), fix=say("errors:already_there.replace"))
                write_file(path, zip_bytes(package.files, folder=safe_name(codes[0])))
            else:
                write_folder(path, package.files, replace=replace, known=file_names())
    data = package.data
    sums = data.lots.fillna({"form": ""}).groupby("form")["quantity_kg"].sum().sort_index()
    by_form = {str(form): float(kg) for form, kg in sums.items()}
    several = len(by_form) > 1
    screen.say(
        say(
            "commands:package.made.forms" if several else "commands:package.made",
            out=out,
            plots=counted("trace:plots", len(data.plots)),
            lots=counted("trace:lots", len(data.lots)),
            **({"quantities": say_weights(by_form)} if several else {"quantity_kg": data.lots["quantity_kg"].sum()}),
            files=len(package.files),
        )
    )
    screen.say(say("commands:package.manifest", sha256=package.manifest_sha256))
