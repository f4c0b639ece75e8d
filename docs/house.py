"""The map of the house: drawn from the folders of the package and from the contract that holds them on their floors."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "eudr_geo"
PURE = "The middle is pure"
"""How the contract begins whose wings are drawn as pure."""
FLOORS = {
    "web": "faces",
    "project": "the project",
    "sources": "edges",
    "checks": "judging",
    "screening": "evidence",
    "plots": "arithmetic",
    "model": "nouns",
    "base": "ground",
}
"""What a floor is called, by the wing that stands first on it; a floor of another first wing has no name."""

WIDTH, LEFT, RIGHT, GAP, PAD = 1000, 132, 62, 12, 14
LINE, TITLE, ROOF = 17, 24, 92
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #23302a; }
.name { font-size: 19px; font-weight: 650; }
.what { font-size: 13px; fill: #46544c; }
.room { font-size: 13px; font-family: ui-monospace, "DejaVu Sans Mono", monospace; fill: #5d4a1f; }
.floor { font-size: 14px; font-weight: 600; fill: #46544c; }
.small { font-size: 12.5px; fill: #66736b; }
.wing { fill: #fdf6e6; stroke: #b79a58; stroke-width: 1.3; }
.pure { fill: #e8f3ec; stroke: #5f9a78; }
.free { fill: none; stroke: #b9b3a8; stroke-dasharray: 5 4; }
.cellar { fill: #efece6; stroke: #a8a094; }
.line { fill: none; stroke: #8b978f; stroke-width: 1.6; }
.roof { fill: #7c4a35; }
"""


HEAD = (
    '<defs><marker id="head" markerWidth="9" markerHeight="9" refX="4.5" refY="4.5" orient="auto">'
    '<path d="M0 1 L8 4.5 L0 8 Z" fill="#8b978f"/></marker></defs>'
)


@dataclass(frozen=True)
class Wing:
    """A folder of the first level: what its first sentence says of it, and its own folders."""

    name: str
    what: str
    rooms: tuple[str, ...] = ()
    style: str = ""  # pure, free (a place that is kept for what is not built), cellar


def wings(root: Path = ROOT) -> tuple[list[list[Wing]], list[Wing]]:
    """Return the floors from the top down, and the folders that stand on none.

    Raises
    ------
    ValueError
        When a floor of the contract is no folder of the first level, or no contract begins as :data:`PURE` does.
    """
    linter = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one["layers"] for one in linter["contracts"] if one["type"] == "layers")
    pure = [one["source_modules"] for one in linter["contracts"] if one["name"].startswith(PURE)]
    if not pure:
        raise ValueError(f"no contract in pyproject.toml begins with {PURE!r}")
    folders = {path.parent.name: path for path in sorted((root / PACKAGE).glob("*/__init__.py"))}

    def wing(module: str, style: str = "") -> Wing:
        name = module.strip("()").removeprefix(f"{PACKAGE}.")
        if name not in folders:
            if module.startswith("("):
                return Wing(name, "not built yet", style="free")
            raise ValueError(f"{module} is a floor in pyproject.toml and no folder of {PACKAGE}/")
        doc = ast.get_docstring(ast.parse(folders[name].read_text(encoding="utf-8"))) or ""
        rooms = sorted(path.parent.name for path in folders[name].parent.glob("*/__init__.py"))
        style = style or ("pure" if f"{PACKAGE}.{name}" in pure[0] else "")
        return Wing(name, doc.split("\n")[0].split(". ")[0].rstrip("."), tuple(rooms), style)

    floors = [[wing(part.strip()) for part in layer.replace(":", "|").split("|")] for layer in layers]
    placed = {one.name for floor in floors for one in floor}
    return floors, [wing(name, "cellar") for name in sorted(set(folders) - placed)]


def page() -> str:
    """Return the map as SVG."""
    floors, cellar = wings()
    inner = WIDTH - LEFT - RIGHT
    body: list[str] = []
    y = ROOF + GAP
    for floor in floors:
        drawn, height = _row(floor, y, inner)
        body += drawn
        name = FLOORS.get(floor[0].name, "")
        body.append(f'<text class="floor" x="30" y="{y + height / 2 + 5:.0f}">{escape(name)}</text>')
        y += height + GAP
    ground = y
    body.append(f'<path class="line" d="M 16 {ground} H {WIDTH - 16}"/>')
    if cellar:
        drawn, height = _row(cellar, ground + GAP, inner)
        body += drawn
        body.append(f'<text class="floor" x="30" y="{ground + GAP + height / 2 + 5:.0f}">cellar</text>')
        y = ground + GAP + height + GAP
    x = WIDTH - RIGHT + 26
    turned = f"translate({x + 18} {(ROOF + ground) / 2:.0f}) rotate(90)"
    said = "imports go down, never up, never sideways"
    body += [
        f'<path class="line" d="M {x} {ROOF + GAP + 6} V {ground - 10}" marker-end="url(#head)"/>',
        f'<text class="small" transform="{turned}" text-anchor="middle">{said}</text>',
        f'<rect class="wing pure" x="{LEFT}" y="{y + 4}" width="16" height="16" rx="4"/>',
        f'<text class="small" x="{LEFT + 24}" y="{y + 17}">pure: no file formats, screens or databases</text>',
        f'<text class="room" x="{LEFT + 330}" y="{y + 17}">rules/</text>',
        f'<text class="small" x="{LEFT + 392}" y="{y + 17}">a folder of the wing</text>',
    ]
    height = y + 36
    roof = (
        f'<path class="roof" d="M {LEFT - 26} {ROOF} L {LEFT + inner / 2:.0f} 16 L {LEFT + inner + 26} {ROOF} Z"/>'
        f'<text x="{LEFT + inner / 2:.0f}" y="{ROOF - 16}" text-anchor="middle" '
        f'style="font-size:24px;font-weight:650;fill:#fff8ea">{PACKAGE}</text>'
    )
    described = "; ".join(", ".join(one.name for one in floor) for floor in floors)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        f'<title id="title">The wings of {PACKAGE} on their floors, from the top: {described}</title>',
        f"<style>{STYLE}</style>",
        HEAD,
        f'<rect width="{WIDTH}" height="{height}" rx="14" fill="#fffdf8"/>',
        roof,
        *body,
        "</svg>",
        "",
    ]
    return "\n".join(lines)


def _row(floor: list[Wing], y: int, inner: int) -> tuple[list[str], int]:
    """Boxes of one floor side by side, as high as the fullest needs, and that height."""
    width = (inner - GAP * (len(floor) - 1)) / len(floor)
    broad, narrow = int((width - 2 * PAD) / 6.7), int((width - 2 * PAD) / 8)  # signs of a line, about
    texts = [
        (textwrap.wrap(one.what, broad), textwrap.wrap("  ".join(f"{room}/" for room in one.rooms), narrow))
        for one in floor
    ]
    lines = max(len(what) + len(rooms) for what, rooms in texts)
    height = PAD + TITLE + lines * LINE + PAD
    drawn = []
    for place, (one, (what, rooms)) in enumerate(zip(floor, texts, strict=True)):
        x = LEFT + place * (width + GAP)
        drawn.append(
            f'<rect class="wing {one.style}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="8"/>'
        )
        drawn.append(f'<text class="name" x="{x + PAD:.1f}" y="{y + PAD + 14}">{one.name}</text>')
        at = y + PAD + TITLE + 12
        for css, text in [*(("what", text) for text in what), *(("room", text) for text in rooms)]:
            drawn.append(f'<text class="{css}" x="{x + PAD:.1f}" y="{at}">{escape(text)}</text>')
            at += LINE
    return drawn, height
