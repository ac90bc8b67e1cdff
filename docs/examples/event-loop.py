#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""event-loop.py COMMAND... - run the commands under asyncio, and print how each ended.

One descriptor for all children, added to the loop as a reader: no thread and no pidfd for each
child, as asyncio's own child watchers have. The library is found as libpidepoch.so.0, or at the
path in LIBPIDEPOCH.
"""
import asyncio
import ctypes
import errno
import os
import sys

LIBRARY = ctypes.CDLL(os.environ.get('LIBPIDEPOCH', 'libpidepoch.so.0'), use_errno=True)
PIDV_TAGGED, PIDV_NEW, PIDV_EXITED = 1, 0, 4
WAITPIDV_CHANGED = 0x00020000


class Ref(ctypes.Structure):
    """struct pidepoch_ref"""
    _fields_ = [('pid', ctypes.c_int), ('epoch', ctypes.c_uint32)]


class Pidv(ctypes.Structure):
    """struct pidv"""
    _fields_ = [('pid', ctypes.c_int), ('epoch', ctypes.c_uint32), ('flags', ctypes.c_uint16),
                ('state', ctypes.c_uint16), ('status', ctypes.c_int32)]


def check(result):
    """The result of a call, or an OSError."""
    if result < 0:
        number = ctypes.get_errno()
        LIBRARY.pidepoch_strerror.restype = ctypes.c_char_p
        raise OSError(number, LIBRARY.pidepoch_strerror(number).decode())
    return result


class Children:
    """The children of one event loop."""

    def __init__(self, loop):
        self.loop = loop
        self.waiting = []  # of (pidv, future)
        self.descriptor = check(LIBRARY.pidepoch_waitfd(0))
        loop.add_reader(self.descriptor, self.news)

    def close(self):
        self.loop.remove_reader(self.descriptor)
        os.close(self.descriptor)

    def start(self, *argv):
        """Start a program; return a future of its exit code."""
        pid, ref, future = os.posix_spawnp(argv[0], argv, os.environ), Ref(), self.loop.create_future()
        check(LIBRARY.pidepoch_ref(pid, ctypes.byref(ref)))
        self.waiting.append((Pidv(ref.pid, ref.epoch, PIDV_TAGGED, PIDV_NEW, 0), future))
        self.ask()
        return future

    def news(self):
        """Read the descriptor first: what ends after that is told again."""
        try:
            os.read(self.descriptor, 8)
        except BlockingIOError:
            pass
        self.ask()

    def ask(self):
        count = len(self.waiting)
        vector = (Pidv * count)(*(entry for entry, _ in self.waiting))
        if LIBRARY.waitpidv(vector, ctypes.c_size_t(count), None, os.WNOHANG, None) < 0 \
                and ctypes.get_errno() != errno.ECHILD:
            check(-1)
        self.waiting = [(entry, future) for entry, (_, future) in zip(vector, self.waiting)
                        if not self.is_over(entry, future)]

    @staticmethod
    def is_over(entry, future):
        if entry.state == PIDV_EXITED:
            future.set_result(os.waitstatus_to_exitcode(entry.status))
        elif entry.state > PIDV_EXITED:
            future.set_exception(ChildProcessError('its status was taken elsewhere'))
        return entry.state >= PIDV_EXITED


async def main(commands):
    children = Children(asyncio.get_running_loop())
    codes = await asyncio.gather(*(children.start('/bin/sh', '-c', command) for command in commands))
    for command, code in zip(commands, codes):
        print(f'{command}: {code}')
    children.close()


asyncio.run(main(sys.argv[1:]))
