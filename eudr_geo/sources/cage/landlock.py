"""Landlock: Linux lets a process give up, for good, every file but a few, TCP, programs and signals to others.

No rights are needed for it. Where the kernel is older than 5.13, or has it switched off, the other walls stand alone.
The numbers are those of the kernel's interface (``linux/landlock.h``), the same on every processor.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_PLEASE = 1
_PATH_BENEATH = 1
TCP_FROM, SIGNALS_FROM = 4, 6
"""Versions from which these can be given up."""
_NO_NEW_PRIVILEGES = 38  # of prctl

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
_FILE_RIGHTS = _WRITE_FILE | _READ_FILE | _TRUNCATE  # all others are rights to a folder
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG


def version() -> int:
    """Return the version of Landlock that the kernel speaks; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    found = _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_PLEASE))
    return max(found, 0)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Give up every file that is not below one of these places; return the version of Landlock, 0 if there is none.

    Starting programs is given up everywhere; TCP from version 4 on, signals to other processes from version 6 on.
    """
    speaks = version()
    if not speaks:
        return 0
    handled = (1 << (13 + (speaks >= 2) + (speaks >= 3))) - 1 | ((1 << 15) if speaks >= 5 else 0)
    wanted = struct.pack("<3Q", handled, 0b11 if speaks >= TCP_FROM else 0, 0b11 if speaks >= SIGNALS_FROM else 0)
    size = 8 if speaks < TCP_FROM else 16 if speaks < SIGNALS_FROM else 24
    ruleset = _syscall(
        _CREATE_RULESET, ctypes.create_string_buffer(wanted, 24), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return 0
    try:
        for places, rights in ((readable, _READ), (writable, _WRITE)):
            for place in places:
                _allow(ruleset, place, rights & handled)
        _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return speaks if _syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: str, rights: int) -> None:
    with suppress(OSError):  # what is not there needs no right
        opened = os.open(place, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        try:
            if not os.path.isdir(place):  # noqa: PTH112 – a str from the loader's own list
                rights &= _FILE_RIGHTS
            rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, opened), 12)
            _syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
        finally:
            os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: object) -> int:
    return int(_libc().syscall(ctypes.c_long(number), *arguments))
