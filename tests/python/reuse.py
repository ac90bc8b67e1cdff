#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pids that are reused, in a pid namespace: no call of the Python module reaches the process that
has the pid now."""

import os
import signal
import subprocess
import tempfile
import time
import unittest

import twice

if twice.HOW:
    import pidepoch
    from pidepoch import Ref, StalePidError, State


class Reuse(unittest.TestCase):
    def stale(self, *ways):
        """References to one child, which is gone; an unrelated process has its pid."""
        child = subprocess.Popen(["sleep", "600"])
        refs = [way(child) for way in (Ref, *ways)]
        child.kill()
        child.wait()
        self.assertRaises(ProcessLookupError, refs[0].kill, 0)
        twice.reborn(child.pid)
        return refs

    def test_every_call(self):
        ref, = self.stale()
        calls = {
            "kill": (signal.SIGKILL,),
            "killpg": (signal.SIGKILL,),
            "tgkill": (ref.pid, signal.SIGKILL),
            "sigqueue": (signal.SIGKILL, 1),
            "pidfd_open": (),
            "getpgid": (),
            "getsid": (),
            "setpgid": (0,),
            "getpriority": (),
            "setpriority": (5,),
            "sched_getaffinity": (),
            "sched_setaffinity": (os.sched_getaffinity(0),),
            "sched_getscheduler": (),
            "prlimit": (7,),
            "inode": (),
            "format": (),
            "renew": (),
        }
        for name, arguments in calls.items():
            with self.subTest(name), self.assertRaises(ProcessLookupError):
                getattr(ref, name)(*arguments)
        with self.assertRaises(StalePidError):
            ref.kill(signal.SIGKILL)
        self.assertTrue(twice.is_untouched(ref.pid))
        self.assertFalse(ref.alive())
        self.assertEqual(ref.wait().state, State.ENDED)
        self.assertTrue(Ref(ref.pid).alive())

    def test_however_taken(self):
        def by_pidfd(child):
            fd = os.pidfd_open(child.pid)
            try:
                return Ref.from_pidfd(fd)
            finally:
                os.close(fd)

        def by_moment(child):
            return Ref.since(child.pid, time.clock_gettime(time.CLOCK_BOOTTIME))

        for ref in self.stale(by_pidfd, by_moment):
            self.assertRaises(StalePidError, ref.kill, signal.SIGKILL)
            self.assertTrue(twice.is_untouched(ref.pid))

    def test_file_and_moment(self):
        child = subprocess.Popen(["sleep", "600"])
        learned = time.clock_gettime(time.CLOCK_BOOTTIME)
        with tempfile.NamedTemporaryFile("w", suffix=".pid") as file:
            print(child.pid, file=file, flush=True)
            ref = Ref.from_file(file.name)
            child.kill()
            child.wait()
            time.sleep(0.1)  # births are known to 10 ms, and 30 ms more are allowed
            twice.reborn(child.pid)
            self.assertRaises(StalePidError, ref.kill, signal.SIGKILL)
            self.assertRaises(StalePidError, Ref.from_file, file.name)
            self.assertRaises(StalePidError, Ref.since, child.pid, learned)
        self.assertTrue(twice.is_untouched(ref.pid))

    def test_popen(self):
        child = pidepoch.Popen(["sleep", "600"])
        child.ref.kill(signal.SIGKILL)
        os.waitpid(child.pid, 0)  # by something that does not tell the object
        twice.reborn(child.pid)
        child.returncode = None
        pidepoch.Popen.poll = lambda self: None  # as if it had been asked before the wait
        child.kill()
        del pidepoch.Popen.poll
        self.assertTrue(twice.is_untouched(child.pid))
        child.returncode = 0

    def test_group_of_a_reaped_leader(self):
        script = "sleep 600 >/dev/null & echo $!"
        leader = subprocess.Popen(
            ["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True
        )
        ref = Ref(leader)
        member = Ref(int(leader.communicate()[0]))
        try:
            ref.killpg(signal.SIGKILL)
        except ProcessLookupError:
            self.skipTest("this kernel does not find the group of a reaped leader (Linux 6.14)")
        self.assertIn(member.wait().state, (State.ENDED, State.EXITED))

    @unittest.skipUnless(twice.HOW == "preloaded", "the library does not see the program's forks")
    def test_obituary(self):
        ref = pidepoch.fork()
        if ref is None:
            os._exit(7)
        self.assertIsNone(ref.obituary())
        os.wait()
        twice.reborn(ref.pid)
        end = ref.obituary()
        self.assertEqual((end.returncode, end.thread), (7, os.getpid()))
        self.assertRegex(end.call, "^wait")
        self.assertLessEqual(end.reaped, time.monotonic() + 0.1)
        self.assertGreaterEqual(end.usage.ru_maxrss, 0)
        self.assertEqual(end.birth, ref.epoch)


if __name__ == "__main__":
    twice.main(alone=True)
