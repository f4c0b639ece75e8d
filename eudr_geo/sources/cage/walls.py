"""What the child gives up before it looks at a byte."""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from contextlib import suppress
from pathlib import Path

from eudr_geo.base.limits import Limits
from eudr_geo.sources.cage import landlock

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_OPEN_FILES = 64
_OURS = ("eudr_geo.sources.cage.wire", "eudr_geo.plots.projecting")
_THEIRS = ("xml.etree.ElementTree", "charset_normalizer", "python_calamine", "zipfile", "sqlite3")
_WORDS = ("reading", "shapes", "tables")  # what readers say
_ALWAYS_READ = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/dev/null", "/dev/zero",
    "/dev/urandom",
)  # fmt: skip


def load() -> None:
    """Load every reader and what they need: it is our own code, and easier to find while files are in reach."""
    for name in _OURS:
        importlib.import_module(name)
    for name in _THEIRS:
        with suppress(ImportError):  # a reader that needs it says so
            importlib.import_module(name)
    from eudr_geo.sources.readers import formats
    from eudr_geo.words.tables import table

    formats()
    for name in _WORDS:
        table(name)


def shut(limits: Limits) -> None:
    """Limit this process, for good, and leave the network if the system lets us."""
    if sys.platform == "win32":
        return  # no rlimits there: the counters of our own readers carry the load
    import resource

    for kind, value in (
        *([(resource.RLIMIT_AS, limits.memory_bytes)] if limits_memory() else []),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.disk_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))
    leave_network()
    landlock.restrict(_ours(), [str(Path.cwd())])
    # Last, because a new namespace may need it: no process and no thread is started from here (root is exempt).
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def limits_memory() -> bool:
    """Tell whether this system keeps a process within its memory; macOS takes the number, or not, and forgets it."""
    return sys.platform not in {"win32", "darwin"}


def _ours() -> list[str]:
    """Where Python, our package and what they loaded lie: nobody's data."""
    places = {sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), *_ALWAYS_READ}
    places |= {entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))}
    with suppress(OSError):
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
        parts = [line.split(maxsplit=5) for line in lines]
        places |= {str(Path(part[5]).parent) for part in parts if len(part) == 6 and ".so" in part[5]}
    return sorted(places - {"/"})


def leave_network() -> bool:
    """Move into a network namespace of our own, without interfaces (Linux, where users may)."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def can_leave_network() -> bool:
    """Try it in a child, so that this process keeps its network."""
    if not sys.platform.startswith("linux"):
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if leave_network() else 1)
    _, status = os.waitpid(child, 0)
    return status == 0
