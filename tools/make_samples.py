"""Make ``sample_plots/``: the invented cooperative, clean and messy. The same bytes every time.

Run it from anywhere: ``python tools/make_samples.py [--out FOLDER]``. Files that it no longer makes are removed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from samples import clean, coop
from samples.messy import expected, messy
from samples.readme import readme
from samples.season import Season


def make() -> dict[str, bytes]:
    """Return every file of the samples: path inside the folder → bytes."""
    plots = coop.plots()
    book = Season(plots).book()
    faulty = messy()
    return {
        **clean.files(plots),
        **clean.workbooks(plots, book),
        **{f"messy/{one.name}": one.data for one in faulty},
        "messy-expected.json": expected(faulty),
        "README.md": readme(plots, book, faulty),
    }


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files, and remove what is not among them."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "sample_plots")
    out = parser.parse_args().out
    files = make()
    write(out, files)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB in {out}")


if __name__ == "__main__":
    main()
