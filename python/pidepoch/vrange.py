# SPDX-License-Identifier: LGPL-2.1-or-later
"""Volatile memory: caches that the kernel may empty when memory is short. See vrange(7).

    tile = Buffer(1 << 20, render)      # render(view) makes the content, at first and after a loss
    with tile.pin() as view:            # kept while the block, or a slice of view, needs it
        show(view)
"""

from __future__ import annotations

import ctypes
import operator
import threading
import weakref
from typing import Any, Callable, NamedTuple, SupportsIndex

from ._library import checked, declare, error, integer, load, unsigned

LIBRARY = load("libvrange.so.0", "vrange_new", "libvrange0")

VOLATILE, NONVOLATILE = 1, 0
FULL, PARTIAL, ZERO, STRICT = 0, 1, 2, 4

_pointer, _size, _int = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_new = declare(LIBRARY.vrange_new, _pointer, _size, ctypes.c_uint)
_pin = declare(LIBRARY.vrange_pin, _pointer, _pointer, _pointer)
_unpin = declare(LIBRARY.vrange_unpin, None, _pointer)
_read = declare(LIBRARY.vrange_read, ctypes.c_ssize_t, _pointer, _pointer, _size, _size)
_delete = declare(LIBRARY.vrange_delete, None, _pointer)
_trim = declare(LIBRARY.vrange_trim, _size, _size)
_stat = declare(LIBRARY.vrange_stat, _int, _pointer)
_mvrange = declare(LIBRARY.mvrange, _int, _pointer, _size, _int, _int)
_fvrange = declare(LIBRARY.fvrange, _int, _int, ctypes.c_int64, _size, _int, _int)


class _Object:
    """A vrange_object. It is deleted when nothing refers to it: no Buffer, and no pin."""

    def __init__(self, size: int) -> None:
        self.pointer = _new(size, 0)
        if not self.pointer:
            raise error(ctypes.get_errno())
        weakref.finalize(self, _delete, self.pointer).atexit = False


def _end_pin(pinned: _Object) -> None:
    _unpin(pinned.pointer)


class Buffer:
    """Memory of ``size`` bytes that may be lost except while it is pinned, and is then made anew.

    ``fill`` is called with a writable memoryview of zeros, at the first pin and after each loss. If
    it raises, the content counts as lost, and the pin raises the same. Any thread may use it.
    """

    def __init__(self, size: SupportsIndex, fill: Callable[[memoryview], object]) -> None:
        self._bytes = unsigned(size, 63)
        self._object = _Object(self._bytes)
        self._fill = fill
        self._filled = False
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return self._bytes

    def __repr__(self) -> str:
        return f"<vrange.Buffer of {self._bytes} bytes>"

    def pin(self) -> memoryview:
        """The memory, filled. It is kept as long as the view or a part of it exists."""
        with self._lock:
            lost = ctypes.c_int()
            address = _pin(self._object.pointer, ctypes.byref(lost))
            if not address:
                raise error(ctypes.get_errno())
            memory = (ctypes.c_ubyte * self._bytes).from_address(address)
            # every view, slice and array of the memory refers to this object
            weakref.finalize(memory, _end_pin, self._object).atexit = False
            view = memoryview(memory).cast("B")
            if lost.value:
                self._filled = False
            if not self._filled:
                self._fill(view)
                self._filled = True
            return view

    def read(self, offset: SupportsIndex = 0, size: SupportsIndex | None = None) -> bytes | None:
        """A copy of a part, without pinning; None: some of the part is lost."""
        at = operator.index(offset)
        n = self._bytes - at if size is None else operator.index(size)
        if not self._filled:
            return None
        if at < 0 or n < 0 or at + n > self._bytes:
            raise ValueError("outside the buffer")
        to = ctypes.create_string_buffer(n)
        try:
            checked(_read(to, self._object.pointer, at, n))
        except BlockingIOError:  # EAGAIN
            return None
        return to.raw


class Stat(NamedTuple):
    """How much memory of this process is volatile."""

    level: int  #: 1 to 4: which mechanism is used, see vrange(7)
    ranges: int  #: of ``mvrange()``
    objects: int  #: buffers that were ever made, less those whose memory was used again
    volatile_bytes: int  #: of buffers, not yet given to the kernel
    armed_bytes: int  #: given to the kernel; resident until it takes them
    purged_bytes: int  #: found lost, or purged by ``trim()``
    debt_cap: int  #: the most that ``volatile_bytes`` may be; 0: not computed yet


class _StatStruct(ctypes.Structure):
    _fields_ = [("size", _size), ("level", ctypes.c_uint32), ("ranges", ctypes.c_uint32)] + [
        (name, ctypes.c_uint64) for name in Stat._fields[2:]
    ]


def stat() -> Stat:
    """How much memory of this process is volatile, and by which mechanism."""
    out = _StatStruct(size=ctypes.sizeof(_StatStruct))
    checked(_stat(ctypes.byref(out)))
    return Stat(*(getattr(out, name) for name in Stat._fields))


def trim(size: SupportsIndex) -> int:
    """Purge at least ``size`` bytes of volatile memory now, or all; return how many were purged."""
    return int(_trim(unsigned(size, 64)))


def mvrange(memory: Any, mode: SupportsIndex, behavior: SupportsIndex = FULL) -> bool:
    """Mark a writable buffer that begins at a page, such as a private ``mmap``: mvrange(2).

    With ``NONVOLATILE``: was anything lost? Do not access the buffer while it is volatile: an
    access to a page that was taken ends the program by SIGBUS.
    """
    view = (ctypes.c_ubyte * memoryview(memory).nbytes).from_buffer(memory)
    marked = _mvrange(ctypes.addressof(view), len(view), integer(mode), integer(behavior))
    return checked(marked) == 1


def fvrange(
    file: Any,
    offset: SupportsIndex,
    size: SupportsIndex,
    mode: SupportsIndex,
    behavior: SupportsIndex = FULL,
) -> bool:
    """Mark a part of a file on tmpfs or of a memfd: fvrange(2). A lost part reads as zeros.

    ``file`` is a descriptor or has ``fileno()``. With ``NONVOLATILE``: was anything lost?
    """
    fd = integer(file if isinstance(file, SupportsIndex) else file.fileno())
    at, length = integer(offset, 63), unsigned(size, 63)
    return checked(_fvrange(fd, at, length, integer(mode), integer(behavior))) == 1
