# SPDX-License-Identifier: LGPL-2.1-or-later
"""Snapshots, the sync point, and what the library keeps: see pidepoch(7)."""

from __future__ import annotations

import ctypes
from typing import NamedTuple, SupportsIndex

from ._library import LIBRARY, checked, declare, integer, unsigned

_version = declare(LIBRARY.pidepoch_version, ctypes.c_char_p)
_now = declare(LIBRARY.pidepoch_now, ctypes.c_uint64)
_get = declare(LIBRARY.pidepoch_get, ctypes.c_uint64)
_set = declare(LIBRARY.pidepoch_set, ctypes.c_int, ctypes.c_uint64)
_of = declare(LIBRARY.pidepoch_of, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int)
_set_signal = declare(LIBRARY.pidepoch_set_signal, ctypes.c_int, ctypes.c_int)
_stats = declare(LIBRARY.pidepoch_stats, ctypes.c_int, ctypes.c_void_p)


def version() -> str:
    """The version of the C library that is loaded."""
    return str(_version().decode())


def now() -> int:
    """The present, as a snapshot: a later moment is a greater integer."""
    return int(_now())


def sync_point() -> int:
    """The moment up to which this process declares its references in order."""
    return int(_get())


def set_sync_point(snapshot: SupportsIndex) -> None:
    """Move the sync point forward to ``snapshot``. What is kept for older epochs is released."""
    checked(_set(unsigned(snapshot, 64)))


def epoch_of(snapshot: SupportsIndex, pid: SupportsIndex) -> int:
    """The epoch of ``pid`` at the moment ``snapshot``, for ``Ref(pid, epoch)``."""
    return int(_of(unsigned(snapshot, 64), integer(pid)))


def set_lag_signal(signal: SupportsIndex) -> None:
    """Choose a signal for the time when the sync point is two whole epochs behind; 0 for none."""
    checked(_set_signal(integer(signal)))


class _Stats(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t)] + [
        (name, ctypes.c_uint64)
        for name in ("now", "sync", "children", "bytes", "old_bytes", "bound", "retired_early")
    ]


class Stats(NamedTuple):
    """What the library keeps for this process."""

    now: int  #: the present as the library has seen it, a snapshot
    sync: int  #: the sync point; 0: none yet
    children: int  #: alive and tracked
    bytes: int  #: memory for all of it
    old_bytes: int  #: the part of it for earlier epochs
    bound: int  #: of ``old_bytes``; past it the oldest epochs are retired
    retired_early: int  #: epochs that were retired because of the bound


def stats() -> Stats:
    """What the library keeps for this process."""
    out = _Stats(size=ctypes.sizeof(_Stats))
    checked(_stats(ctypes.byref(out)))
    return Stats(*(getattr(out, name) for name in Stats._fields))
