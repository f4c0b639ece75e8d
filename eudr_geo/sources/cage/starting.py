"""How a cage starts: the line that starts Python with this package only, and the whole environment it gets."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from eudr_geo.sources.cage.drivers import SKIPPED

_LIBRARIES = ("site-packages", "dist-packages")
_START = (
    "import json, sys; ours, *theirs = json.loads(sys.argv.pop(1)); "
    f"sys.path[:0] = [] if ours.endswith({_LIBRARIES!r}) else [ours]; "
    "sys.path += [entry for entry in theirs if entry not in sys.path]; "
    "from eudr_geo.sources.cage.__main__ import main; main()"
)


def command(what: str) -> list[str]:
    """Return how a child is started: with this package and its libraries, also where only the user has them."""
    ours = str(Path(__file__).parents[3])
    theirs = [entry for entry in sys.path if entry.endswith(_LIBRARIES)]
    return [sys.executable, "-P", "-s", "-c", _START, json.dumps([ours, *theirs]), what]


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of the child."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "WINDIR") if key in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PATH": "",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "GDAL_SKIP": ",".join(SKIPPED),  # OGR_SKIP beside it crashes GDAL 3.12 while it starts
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_VRT_ENABLE_PYTHON": "NO",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GML_SKIP_CORRUPTED_FEATURES": "YES",  # else the first one ends the layer; who is missing is named
        "CPL_LOG": os.devnull,
    }
