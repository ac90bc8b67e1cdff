# SPDX-License-Identifier: LGPL-2.1-or-later
"""References to processes, and the calls on them."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
from typing import (
    TYPE_CHECKING,
    Any,
    Iterable,
    Iterator,
    NamedTuple,
    Protocol,
    SupportsIndex,
    TextIO,
    Union,
)

from . import _library
from ._library import LIBRARY, Rusage, Timespec, checked, declare, integer, unsigned

if TYPE_CHECKING:
    from ._wait import Change

_int, _epoch = ctypes.c_int, ctypes.c_uint32


class RefStruct(ctypes.Structure):
    _fields_ = [("pid", _int), ("epoch", _epoch)]


class _Held(ctypes.Structure):
    _fields_ = [("inside", ctypes.c_uint64 * 4)]


class _End(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("known", ctypes.c_uint32),
        ("status", ctypes.c_int32),
        ("birth", _epoch),
        ("thread", _int),
        ("call", ctypes.c_char_p),
        ("reaped", Timespec),
        ("usage", Rusage),
    ]


class _Rlimit(ctypes.Structure):
    _fields_ = [("soft", ctypes.c_uint64), ("hard", ctypes.c_uint64)]


_TEXT_MAX, _TEXT_BOOT = 96, 1
_END_STATUS, _END_USAGE = 1, 2
_CPUS = 8192  # bits of a set of processors, the kernel's greatest number

_pointer = ctypes.c_void_p
_ref = declare(LIBRARY.pidepoch_ref, _int, _int, _pointer)
_ref_since = declare(LIBRARY.pidepoch_ref_since, _int, _int, _pointer, _pointer)
_ref_from = declare(LIBRARY.pidepoch_ref_from, _int, _int, _int, _pointer)
_ref_pidfd = declare(LIBRARY.pidepoch_ref_pidfd, _int, _int, _pointer)
_same = declare(LIBRARY.pidepoch_same, _int, _pointer, _pointer)
_inode = declare(LIBRARY.pidepoch_inode, _int, _pointer, _pointer)
_format = declare(
    LIBRARY.pidepoch_format, _int, _pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint
)
_parse = declare(LIBRARY.pidepoch_parse, _int, ctypes.c_char_p, _pointer)
_hold = declare(LIBRARY.pidepoch_hold, _int, _pointer, _pointer)
_release = declare(LIBRARY.pidepoch_release, _int, _pointer)
_obituary = declare(LIBRARY.pidepoch_obituary, _int, _int, _epoch, _pointer)


def _call(name: str, *arguments: Any, result: Any = _int) -> Any:
    """A variant of a call that takes a pid: pid and epoch come first."""
    return declare(getattr(LIBRARY, "pidepoch_" + name), result, _int, _epoch, *arguments)


_kill = _call("kill", _int)
_killpg = _call("killpg", _int)
_tgkill = _call("tgkill", _int, _int)
_sigqueue = _call("sigqueue", _int, ctypes.c_int64)
_pidfd_open = _call("pidfd_open", ctypes.c_uint)
_getpgid = _call("getpgid")
_getsid = _call("getsid")
_setpgid = _call("setpgid", _int)
_getpriority = _call("getpriority")
_setpriority = _call("setpriority", _int)
_getaffinity = _call("sched_getaffinity", ctypes.c_size_t, _pointer)
_setaffinity = _call("sched_setaffinity", ctypes.c_size_t, _pointer)
_getscheduler = _call("sched_getscheduler")
_prlimit = _call("prlimit", _int, _pointer, _pointer)


class HasPid(Protocol):
    """A process object: of subprocess, of multiprocessing or of asyncio."""

    @property
    def pid(self) -> int | None: ...


def _pid_of(process: Union[SupportsIndex, HasPid]) -> int:
    """The pid of a process object. If it has seen its process end, its pid is stale: refused."""
    if isinstance(process, SupportsIndex):
        return integer(process)
    if not hasattr(process, "pid"):
        raise TypeError(f"a pid or a process object is needed, not {type(process).__name__}")
    pid = process.pid
    if pid is None:
        raise ValueError("the process has not been started")
    # of multiprocessing: its exitcode would reap the process
    seen = getattr(process, "_popen", process)
    if getattr(seen, "returncode", None) is not None:
        raise ProcessLookupError(errno.ESRCH, "the process has ended, and was waited for")
    return integer(pid)


class Obituary(NamedTuple):
    """How a child ended, and which call took its status."""

    status: int | None  #: as of ``os.waitpid()``; None: not known
    usage: resource.struct_rusage | None  #: as of ``os.wait4()``: times and ru_maxrss
    birth: int  #: the epoch that it was born in
    call: str  #: that reaped it, such as "waitpid"
    thread: int | None  #: that reaped it, as of ``threading.get_native_id()``
    reaped: float  #: when, on the clock of ``time.monotonic()``, to about 10 ms

    @property
    def returncode(self) -> int | None:
        """The exit status, or the negated number of the signal, as in subprocess."""
        return None if self.status is None else os.waitstatus_to_exitcode(self.status)


class Ref:
    """A reference to a process: its pid and an epoch.

    Take it where the pid is known to be right: of a child before it is waited for, of a pid from a
    file by ``Ref.from_file()``. Calls on it reach that process or none, however often the pid is
    reused.

    A reference cannot be changed. Two are equal if pid and epoch are; then they mean one process.
    References to one process may differ: ``same()`` compares the processes. A pickled reference
    keeps its meaning in every process of the machine (Linux 6.9).
    """

    __slots__ = ("_pid", "_epoch")
    _pid: int
    _epoch: int

    def __init__(
        self, process: Union[SupportsIndex, HasPid], epoch: SupportsIndex | None = None
    ) -> None:
        """Refer to the process that has this pid now; with ``epoch``, to the one that had it then.

        ``process`` is a pid, or an object with a ``pid``: a ``subprocess.Popen``, a
        ``multiprocessing.Process``. One that has seen its process end raises ProcessLookupError.
        """
        pid = _pid_of(process) if epoch is None else integer(process)  # type: ignore[arg-type]
        out = RefStruct(pid, 0 if epoch is None else unsigned(epoch, 32))
        if epoch is None:
            checked(_ref(pid, ctypes.byref(out)))
        object.__setattr__(self, "_pid", out.pid)
        object.__setattr__(self, "_epoch", out.epoch)

    @classmethod
    def _of(cls, out: RefStruct) -> "Ref":
        return cls(out.pid, out.epoch)

    def _struct(self) -> RefStruct:
        return RefStruct(self._pid, self._epoch)

    # --- other ways to take one ---

    @classmethod
    def from_pidfd(cls, pidfd: SupportsIndex) -> "Ref":
        """A reference to the process that a pidfd refers to (``os.pidfd_open()``)."""
        out = RefStruct()
        checked(_ref_pidfd(integer(pidfd), ctypes.byref(out)))
        return cls._of(out)

    @classmethod
    def since(cls, pid: SupportsIndex, moment: float) -> "Ref":
        """A reference to the process that has had ``pid`` since ``moment``.

        ``moment`` is when the caller learned the pid, as
        ``time.clock_gettime(time.CLOCK_BOOTTIME)`` gives it. StalePidError: the process
        that has the pid was born later.
        """
        out = RefStruct()
        checked(_ref_since(integer(pid), ctypes.byref(Timespec.of(moment)), ctypes.byref(out)))
        return cls._of(out)

    @classmethod
    def from_file(
        cls, file: Union[str, "os.PathLike[str]", TextIO], pid: SupportsIndex | None = None
    ) -> "Ref":
        """A reference to the process whose pid is in a file, such as a pidfile or a lock file.

        ``file`` is a path or an open file; its first word is the pid, or a text of ``format()``.
        With ``pid`` the content is not read: pass what you have read elsewhere in it.
        StalePidError: the process that has the pid was born after the file was last changed.
        """
        if isinstance(file, (str, os.PathLike)):
            with open(file, encoding="utf-8", errors="replace") as opened:
                return cls.from_file(opened, pid)
        if pid is None:
            word = (file.read(4096).split() or [""])[0]
            if ":" in word:
                return cls.parse(word)
            pid = int(word)
        out = RefStruct()
        checked(_ref_from(integer(pid), file.fileno(), ctypes.byref(out)))
        return cls._of(out)

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """A reference to the process that ``text`` of ``format()`` names, if it still exists."""
        out = RefStruct()
        checked(_parse(text.encode(), ctypes.byref(out)))
        return cls._of(out)

    def renew(self) -> "Ref":
        """A new reference to the same process; the old one is too old after two laps of pids."""
        with self.hold() as pid:
            new = Ref(pid)
        return new

    # --- what it is ---

    @property
    def pid(self) -> int:
        """The pid. A plain call with it, such as ``os.kill()``, may reach a later process."""
        return self._pid

    @property
    def epoch(self) -> int:
        """The epoch of the pid when the reference was taken."""
        return self._epoch

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a reference cannot be changed")

    def __repr__(self) -> str:
        return f"Ref({self._pid}, epoch={self._epoch})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref):
            return NotImplemented
        return (self._pid, self._epoch) == (other._pid, other._epoch)

    def __hash__(self) -> int:
        return hash((self._pid, self._epoch))

    def __copy__(self) -> "Ref":
        return self

    def __deepcopy__(self, memo: object) -> "Ref":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Ref.parse, (self.format(boot=True),)

    def same(self, other: "Ref") -> bool:
        """Do both references mean the same process?"""
        a, b = self._struct(), other._struct()
        return checked(_same(ctypes.byref(a), ctypes.byref(b))) == 1

    def inode(self) -> int:
        """The identity of the process, for logs: no other process of this boot has it."""
        ref, out = self._struct(), ctypes.c_uint64()
        checked(_inode(ctypes.byref(ref), ctypes.byref(out)))
        return out.value

    def format(self, boot: bool = False) -> str:
        """The text "PID:INODE" for ``parse()``; with ``boot`` also the boot, for files."""
        ref, text = self._struct(), ctypes.create_string_buffer(_TEXT_MAX)
        checked(_format(ctypes.byref(ref), text, len(text), _TEXT_BOOT if boot else 0))
        return text.value.decode()

    # --- calls: as the functions of that name in os, on this process or on none ---

    def kill(self, signal: SupportsIndex) -> None:
        """Send a signal to the process; 0 only asks whether that is possible."""
        checked(_kill(self._pid, self._epoch, integer(signal)))

    def killpg(self, signal: SupportsIndex) -> None:
        """Send a signal to the process group that the process leads, or led before its end."""
        checked(_killpg(self._pid, self._epoch, integer(signal)))

    def tgkill(self, thread: SupportsIndex, signal: SupportsIndex) -> None:
        """Send a signal to one thread of the process."""
        checked(_tgkill(self._pid, self._epoch, integer(thread), integer(signal)))

    def sigqueue(self, signal: SupportsIndex, value: SupportsIndex) -> None:
        """Queue a signal with an integer, which the receiver finds in si_value."""
        number = integer(value) & 0xFFFFFFFF
        checked(_sigqueue(self._pid, self._epoch, integer(signal), number))

    def pidfd_open(self, flags: SupportsIndex = 0) -> int:
        """A new descriptor of the process, close-on-exec."""
        return checked(_pidfd_open(self._pid, self._epoch, unsigned(flags, 32)))

    def getpgid(self) -> int:
        """The process group."""
        return checked(_getpgid(self._pid, self._epoch))

    def getsid(self) -> int:
        """The session."""
        return checked(_getsid(self._pid, self._epoch))

    def setpgid(self, group: SupportsIndex) -> None:
        """Move the process, a child that has not executed a program yet, to a process group."""
        checked(_setpgid(self._pid, self._epoch, integer(group)))

    def getpriority(self) -> int:
        """The nice level."""
        ctypes.set_errno(0)
        nice = int(_getpriority(self._pid, self._epoch))
        return nice if ctypes.get_errno() == 0 else checked(nice)

    def setpriority(self, nice: SupportsIndex) -> None:
        """Set the nice level."""
        checked(_setpriority(self._pid, self._epoch, integer(nice)))

    def sched_getaffinity(self) -> set[int]:
        """The processors that the process may run on."""
        cpus = (ctypes.c_ubyte * (_CPUS // 8))()
        checked(_getaffinity(self._pid, self._epoch, len(cpus), cpus))
        return {n for n in range(_CPUS) if cpus[n // 8] >> n % 8 & 1}

    def sched_setaffinity(self, cpus: Iterable[SupportsIndex]) -> None:
        """Restrict the process to these processors."""
        bits = (ctypes.c_ubyte * (_CPUS // 8))()
        for cpu in cpus:
            n = integer(cpu)
            if not 0 <= n < _CPUS:
                raise ValueError(f"there is no processor {n}")
            bits[n // 8] |= 1 << n % 8
        checked(_setaffinity(self._pid, self._epoch, len(bits), bits))

    def sched_getscheduler(self) -> int:
        """The scheduling policy: ``os.SCHED_OTHER``, ..."""
        return checked(_getscheduler(self._pid, self._epoch))

    def prlimit(
        self, which: SupportsIndex, limits: tuple[int, int] | None = None
    ) -> tuple[int, int]:
        """Get the limit ``which`` (soft, hard), and set it if ``limits`` are given.

        As ``resource.prlimit()``, with ``resource.RLIM_INFINITY`` for no limit.
        """
        old, new = _Rlimit(), None
        if limits is not None:
            new = ctypes.byref(_Rlimit(*(limit & 0xFFFFFFFFFFFFFFFF for limit in limits)))
        checked(_prlimit(self._pid, self._epoch, integer(which), new, ctypes.byref(old)))
        none = 0xFFFFFFFFFFFFFFFF
        soft, hard = (resource.RLIM_INFINITY if v == none else v for v in (old.soft, old.hard))
        return int(soft), int(hard)

    @contextlib.contextmanager
    def hold(self) -> Iterator[int]:
        """Prevent the reuse of the pid in a ``with`` block, for calls that have no method.

        The block gets the pid. Do not wait for children in it. If the process is not a child of
        this one and has ended meanwhile, ProcessLookupError is raised at the end of the block.
        """
        ref, held = self._struct(), _Held()
        checked(_hold(ctypes.byref(ref), ctypes.byref(held)))
        try:
            yield self._pid
        except BaseException:
            _release(ctypes.byref(held))
            raise
        checked(_release(ctypes.byref(held)))

    # --- its end ---

    def wait(self, timeout: float | None = None, *, reap: bool = False) -> "Change":
        """Wait until the process, a child or not, has ended. TimeoutError: it has not.

        Its status is known if it is a child. It is not reaped (``Waiter``), except with ``reap``.
        """
        from ._wait import waitpidv

        changes = waitpidv([self], timeout, reap=reap)
        if not changes:
            raise TimeoutError(f"{self} has not ended after {timeout} seconds")
        return changes[0]

    def alive(self) -> bool:
        """Has the process not ended yet? A zombie has ended."""
        from ._wait import waitpidv

        return not waitpidv([self], 0)

    def obituary(self) -> Obituary | None:
        """How this child ended, after any wait of this program has reaped it. None: not reaped.

        There is one only for a child whose fork the library saw: in a program that runs under
        ``pidepoch run``. ProcessLookupError: no such child; StalePidError: it is no longer kept.
        """
        end = _End(size=ctypes.sizeof(_End))
        if _obituary(self._pid, self._epoch, ctypes.byref(end)) < 0:
            number = ctypes.get_errno()
            if number == errno.EBUSY:
                return None
            raise _library.error(number)
        return Obituary(
            end.status if end.known & _END_STATUS else None,
            end.usage.python() if end.known & _END_USAGE else None,
            end.birth,
            (end.call or b"").decode(),
            end.thread or None,
            end.reaped.seconds(),
        )
