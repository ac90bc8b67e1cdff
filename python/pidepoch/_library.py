# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C libraries behind the module: how they are found, their structures, their errors.

In a program that is preloaded (``pidepoch run``) the functions come from the preload library, which
sees the program's forks and waits. A second copy of the library would see none of them.
"""

from __future__ import annotations

import ctypes
import operator
import os
import resource
from typing import Any, Iterator, SupportsIndex

EEPOCH = 2019


class StalePidError(ProcessLookupError):
    """The pid may have been reused: EEPOCH.

    Another process may have the pid of the one that was meant, or the reference is too old to tell.
    No process was reached. It is a ``ProcessLookupError``, as is the plain error ESRCH for a pid
    that no process has.
    """


class LibraryNotFoundError(ImportError):
    """The C library is not installed where the dynamic loader looks."""


def _folders() -> Iterator[str]:
    for folder in os.environ.get("PIDEPOCH_LIBDIR", "").split(":"):
        if folder:
            yield folder + "/"
    yield ""


def load(soname: str, symbol: str, package: str) -> ctypes.CDLL:
    """The library that has ``symbol``: the one that this program runs with, or else ``soname``."""
    program = ctypes.CDLL(None, use_errno=True)
    if hasattr(program, symbol):
        return program
    complaint = ""
    for folder in _folders():
        try:
            return ctypes.CDLL(folder + soname, use_errno=True)
        except OSError as error:
            complaint = str(error)
    raise LibraryNotFoundError(
        f"{soname} cannot be loaded: install the Debian package {package}, or set LD_LIBRARY_PATH "
        f"or PIDEPOCH_LIBDIR to the folder that has it ({complaint})"
    )


LIBRARY = load("libpidepoch.so.0", "pidepoch_version", "libpidepoch0")


def declare(function: Any, result: Any, *arguments: Any) -> Any:
    """Give a C function its types, and return it."""
    function.restype = result
    function.argtypes = arguments
    return function


# --- structures: as in pidepoch.h ---


class Timespec(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]

    @classmethod
    def of(cls, seconds: float) -> "Timespec":
        whole, rest = divmod(min(seconds, 1e9), 1)
        return cls(int(whole), min(int(rest * 1e9), 999999999))

    def seconds(self) -> float:
        return float(self.tv_sec + self.tv_nsec / 1e9)


class Timeval(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_usec", ctypes.c_long)]


class Rusage(ctypes.Structure):
    _fields_ = [
        ("ru_utime", Timeval),
        ("ru_stime", Timeval),
        ("rest", ctypes.c_long * 14),
    ]

    def python(self) -> resource.struct_rusage:
        """As ``os.wait4()`` returns it."""
        times = [t.tv_sec + t.tv_usec / 1e6 for t in (self.ru_utime, self.ru_stime)]
        return resource.struct_rusage(times + list(self.rest))


# --- errors and arguments ---

_strerror = declare(LIBRARY.pidepoch_strerror, ctypes.c_char_p, ctypes.c_int)


def error(number: int) -> OSError:
    """The exception of an errno."""
    message = _strerror(number).decode("utf-8", "replace")
    return StalePidError(number, message) if number == EEPOCH else OSError(number, message)


def checked(result: int) -> int:
    """The result of a C function that fails with -1 and errno."""
    if result < 0:
        raise error(ctypes.get_errno())
    return result


def integer(value: SupportsIndex, bits: int = 31) -> int:
    """A C integer; ctypes would cut off what does not fit."""
    number = operator.index(value)
    if not -(1 << bits) <= number < 1 << bits:
        raise OverflowError(f"{number} does not fit into a C integer")
    return number


def unsigned(value: SupportsIndex, bits: int) -> int:
    """An unsigned C integer."""
    number = operator.index(value)
    if not 0 <= number < 1 << bits:
        raise OverflowError(f"{number} does not fit into {bits} bits")
    return number
