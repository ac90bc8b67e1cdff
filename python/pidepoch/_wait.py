# SPDX-License-Identifier: LGPL-2.1-or-later
"""waitpidv(): ask about many processes at once, or wait for them."""

from __future__ import annotations

import asyncio
import ctypes
import enum
import errno
import os
import resource
import threading
import time
from typing import AsyncIterator, Iterable, Iterator, NamedTuple

from ._library import LIBRARY, Rusage, Timespec, declare, error
from ._reference import Ref

_TAGGED, _REAPED = 1, 2
_CHANGED = 0x00020000
_WNOWAIT = 0x01000000


class State(enum.IntEnum):
    """The state of a process, as waitpidv() returns it."""

    NEW = 0
    RUNNING = 1
    STOPPED = 2
    CONTINUED = 3
    EXITED = 4  #: a child has ended, and its status is known
    ENDED = 5  #: gone; the status only if this program has reaped it before
    UNKNOWN = 6  #: the reference is too old to tell


class Change(NamedTuple):
    """A change of the state of one process."""

    ref: Ref
    state: State
    status: int | None  #: as of ``os.waitpid()``
    usage: resource.struct_rusage | None  #: as of ``os.wait4()``, where there is a status

    @property
    def returncode(self) -> int | None:
        """The exit status, or the negated number of the signal that ended it; None: not known."""
        if self.status is None or self.state < State.EXITED:
            return None
        return os.waitstatus_to_exitcode(self.status)


class _Pidv(ctypes.Structure):
    _fields_ = [
        ("pid", ctypes.c_int),
        ("epoch", ctypes.c_uint32),
        ("flags", ctypes.c_uint16),
        ("state", ctypes.c_uint16),
        ("status", ctypes.c_int32),
    ]


class _More(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("timeout", ctypes.c_void_p),
        ("usage", ctypes.c_void_p),
        ("changed", ctypes.c_void_p),
        ("changed_max", ctypes.c_size_t),
    ]


_waitpidv = declare(
    LIBRARY.waitpidv,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
)


class _Entries:
    """The arrays of the call. They grow, and entries stay where they are."""

    def __init__(self, refs: list[Ref], room: int) -> None:
        self.refs = refs
        self.reported: set[int] = set()  # the positions whose end was reported
        self.vec = (_Pidv * room)()
        self.usage = (Rusage * room)()
        self.changed = (ctypes.c_uint32 * room)()
        for i, ref in enumerate(refs):
            self.vec[i] = _Pidv(ref.pid, ref.epoch, _TAGGED, State.NEW, 0)

    def append(self, ref: Ref) -> bool:
        """Append an entry. False: there is no room."""
        n = len(self.refs)
        if n == len(self.vec):
            return False
        self.vec[n] = _Pidv(ref.pid, ref.epoch, _TAGGED, State.NEW, 0)
        self.refs.append(ref)
        return True

    def change(self, i: int) -> Change:
        entry = self.vec[i]
        state = State(entry.state)
        known = state in (State.STOPPED, State.CONTINUED, State.EXITED) or (
            state == State.ENDED and entry.flags & _REAPED
        )
        return Change(
            self.refs[i],
            state,
            entry.status if known else None,
            self.usage[i].python() if known else None,
        )


def _set(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


class Waiter:
    """Processes to wait for, children or not: any number, and no descriptor for each.

        for change in Waiter(refs):            # each end as it comes, until none is left
            print(change.ref, change.returncode)

    ``async for`` does the same in asyncio, with a pidfd for each process. The status of a child
    belongs to the object that started it: a child of subprocess, multiprocessing or asyncio is not
    reaped here, but by that object afterwards. With ``reap`` the status is taken; use it for
    children of ``fork()``. ``stopped`` and ``continued`` also report children that were stopped
    and continued.

    One thread uses it at a time.
    """

    _pidfds: dict[Ref, int] = {}

    def __init__(
        self,
        refs: Iterable[Ref] = (),
        *,
        reap: bool = False,
        stopped: bool = False,
        continued: bool = False,
    ) -> None:
        self._flags = 0 if reap else _WNOWAIT
        self._flags |= (os.WUNTRACED if stopped else 0) | (os.WCONTINUED if continued else 0)
        self._left: dict[Ref, None] = {}
        self._entries = _Entries([], 16)
        # the call keeps what it knows of the array that this thread gave it last
        self._known_to: int | None = None
        self._pidfds = {}
        self._backlog: list[Change] = []
        for ref in refs:
            self.add(ref)

    # --- the set ---

    def add(self, ref: Ref) -> None:
        """Wait for this process as well."""
        if ref in self._left:
            return
        self._left[ref] = None
        if not self._entries.append(ref):
            self._lay_out()

    def discard(self, ref: Ref) -> None:
        """No longer wait for it."""
        if ref in self._left:
            self._forget(ref)
            self._lay_out()

    def __len__(self) -> int:
        """How many processes are left to wait for."""
        return len(self._left)

    def __contains__(self, ref: object) -> bool:
        return ref in self._left

    def __repr__(self) -> str:
        return f"<Waiter for {len(self)} processes>"

    def _lay_out(self) -> None:
        self._entries = _Entries(list(self._left), max(16, 2 * len(self._left)))
        self._known_to = None

    def _forget(self, ref: Ref) -> None:
        del self._left[ref]
        fd = self._pidfds.pop(ref, None)
        if fd is not None:
            os.close(fd)

    # --- waiting ---

    def wait(self, timeout: float | None = None, *, all: bool = False) -> list[Change]:
        """Wait until there is news, or, with ``all``, until all processes have ended.

        ``timeout`` is in seconds; 0 only asks. Returns the news: empty at the timeout, and when no
        process is left to wait for.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._left and (all or not self._backlog):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self._step(left)
            if left == 0:
                break
        changes, self._backlog = self._backlog, []
        return changes

    def _step(self, timeout: float | None) -> None:
        """Make one call and add the changes to the backlog; none after a signal handler, too.

        A handler may raise an exception as soon as the call has returned. What the call has found
        is then in the array only. The next call looks at the whole array and reports it.
        """
        entries, count = self._entries, len(self._entries.refs)
        again = self._known_to == threading.get_ident()
        flags = self._flags | (os.WNOHANG if timeout == 0 else 0) | (_CHANGED if again else 0)
        more = _More(ctypes.sizeof(_More), None, ctypes.addressof(entries.usage), None, 0)
        patience = Timespec.of(timeout or 0)
        if timeout:
            more.timeout = ctypes.addressof(patience)
        if again:
            more.changed = ctypes.addressof(entries.changed)
            more.changed_max = count
        self._known_to = None
        news = _waitpidv(entries.vec, count, None, flags, ctypes.byref(more))
        number = ctypes.get_errno()
        if news < 0 and number not in (errno.ECHILD, errno.EINTR):
            raise error(number)
        for i in [entries.changed[n] for n in range(news)] if again else self._found(count):
            self._take(i)
        self._known_to = threading.get_ident()

    def _found(self, count: int) -> list[int]:
        entries = self._entries
        return [
            i
            for i in range(count)
            if entries.vec[i].state > State.RUNNING and i not in entries.reported
        ]

    def _take(self, i: int) -> None:
        change = self._entries.change(i)
        self._backlog.append(change)
        if change.state >= State.EXITED:
            self._entries.reported.add(i)
            if change.ref in self._left:
                self._forget(change.ref)

    def __iter__(self) -> Iterator[Change]:
        while self._left or self._backlog:
            yield from self.wait()

    # --- asyncio ---

    async def wait_async(self, *, all: bool = False) -> list[Change]:
        """``wait()`` for a coroutine. For a timeout use ``asyncio.wait_for()``: nothing is lost."""
        if self._flags & (os.WUNTRACED | os.WCONTINUED):
            raise ValueError("a coroutine cannot wait for children that stop or continue")
        changes = self.wait(0)
        try:
            while self._left and (all or not changes):
                await self._readable()
                changes += self.wait(0)
        except BaseException:
            self._backlog += changes
            raise
        return changes

    async def __aiter__(self) -> AsyncIterator[Change]:
        while self._left or self._backlog:
            for change in await self.wait_async():
                yield change

    async def _readable(self) -> None:
        """Wait until a state may have changed."""
        loop = asyncio.get_running_loop()
        ready: "asyncio.Future[None]" = loop.create_future()
        fds = self._descriptors()
        try:
            for fd in fds:
                loop.add_reader(fd, _set, ready)
            if fds:
                await ready
        finally:
            for fd in fds:
                loop.remove_reader(fd)

    def _descriptors(self) -> list[int]:
        """A pidfd for each process; no pidfd if one of the processes has gone."""
        for ref in self._left:
            if ref not in self._pidfds:
                try:
                    self._pidfds[ref] = ref.pidfd_open()
                except ProcessLookupError:
                    return []
        return list(self._pidfds.values())

    def close(self) -> None:
        """Close the descriptors that asyncio needed. ``with`` does it as well."""
        while self._pidfds:
            os.close(self._pidfds.popitem()[1])

    def __enter__(self) -> "Waiter":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def waitpidv(
    refs: Iterable[Ref], timeout: float | None = None, *, all: bool = False, reap: bool = False
) -> list[Change]:
    """Ask about many processes at once, or wait for them: the news, as of ``Waiter.wait()``."""
    return Waiter(refs, reap=reap).wait(timeout, all=all)


async def waitpidv_async(
    refs: Iterable[Ref], *, all: bool = False, reap: bool = False
) -> list[Change]:
    """``waitpidv()`` for a coroutine; for a timeout use ``asyncio.wait_for()``."""
    with Waiter(refs, reap=reap) as waiter:
        return await waiter.wait_async(all=all)

