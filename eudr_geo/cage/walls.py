"""What the child gives up before it looks at a byte."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

from eudr_geo.limits import Limits

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_OPEN_FILES = 64


def shut(limits: Limits) -> None:
    """Limit this process, for good, and leave the network if the system lets us."""
    if sys.platform == "win32":
        return  # no rlimits there: the counters of our own readers carry the load
    import resource

    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.disk_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))
    leave_network()
    # Last, because a new namespace may need it: no process and no thread is started from here (root is exempt).
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


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
