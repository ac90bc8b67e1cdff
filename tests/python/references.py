#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reference of the Python module: how it is taken, compared and copied, and each call on it."""

import copy
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import tempfile
import time
import unittest

import twice

if twice.HOW:
    import pidepoch
    from pidepoch import Ref


def receive(queue, answers):
    ref = queue.get()
    answers.put((ref.pid, os.getpid()))
    ref.kill(signal.SIGTERM)


class References(unittest.TestCase):
    def setUp(self):
        self.child = subprocess.Popen(["sleep", "600"])
        self.addCleanup(self.end)
        self.ref = Ref(self.child)

    def end(self):
        self.child.kill()
        self.child.wait()

    def test_taken_of(self):
        self.assertEqual(self.ref.pid, self.child.pid)
        self.assertTrue(self.ref.same(Ref(self.child.pid)))
        fd = os.pidfd_open(self.child.pid)
        self.assertTrue(self.ref.same(Ref.from_pidfd(fd)))
        os.close(fd)
        self.assertTrue(self.ref.same(self.ref.renew()))
        at = pidepoch.now()
        self.assertTrue(self.ref.same(Ref(self.child.pid, pidepoch.epoch_of(at, self.child.pid))))
        self.assertFalse(self.ref.same(Ref(os.getpid())))

    def test_not_taken_of(self):
        for wrong in (0, -1, 1 << 30):
            with self.assertRaises(OSError):
                Ref(wrong)
        for wrong in (1 << 32, 1 << 64, (1 << 32) + self.child.pid):
            self.assertRaises(OverflowError, Ref, wrong)
        for wrong in ("12", None, 1.0):
            self.assertRaises(TypeError, Ref, wrong)
        self.end()
        self.assertRaises(ProcessLookupError, Ref, self.child)
        process = multiprocessing.get_context("fork").Process(target=int)
        self.assertRaises(ValueError, Ref, process)
        process.start()
        self.assertEqual(Ref(process).pid, process.pid)
        process.join()
        self.assertRaises(ProcessLookupError, Ref, process)

    def test_is_a_value(self):
        same = Ref(self.child)
        self.assertEqual(self.ref, same)
        self.assertEqual(len({self.ref, same, Ref(os.getpid())}), 2)
        self.assertNotEqual(self.ref, self.child.pid)
        self.assertEqual(eval(repr(self.ref)), self.ref)
        self.assertIs(copy.deepcopy(self.ref), self.ref)
        with self.assertRaises(AttributeError):
            self.ref.pid = 1
        with self.assertRaises(AttributeError):
            self.ref._epoch = 1
        with self.assertRaises(TypeError):
            os.kill(self.ref, 0)

    def test_as_text(self):
        try:
            text = self.ref.format()
        except OSError as error:
            self.skipTest(f"no inode of a pidfd: {error}")
        self.assertEqual(text, f"{self.child.pid}:{self.ref.inode()}")
        self.assertTrue(Ref.parse(self.ref.format(boot=True)).same(self.ref))
        self.assertTrue(pickle.loads(pickle.dumps(self.ref)).same(self.ref))
        for wrong in ("", "x", str(self.child.pid)):
            with self.assertRaises(OSError):
                Ref.parse(wrong)
        with tempfile.NamedTemporaryFile("w") as file:
            print(self.ref.format(boot=True), file=file, flush=True)
            self.assertTrue(Ref.from_file(file.name).same(self.ref))
        context = multiprocessing.get_context("spawn")
        queue, answers = context.Queue(), context.Queue()
        other = context.Process(target=receive, args=(queue, answers))
        other.start()
        queue.put(self.ref)
        pid, elsewhere = answers.get()
        self.assertEqual(pid, self.child.pid)
        self.assertNotEqual(elsewhere, os.getpid())
        self.assertEqual(self.child.wait(), -signal.SIGTERM)
        other.join()
        self.assertEqual(other.exitcode, 0)

    def test_of_a_file(self):
        with tempfile.NamedTemporaryFile("w+", suffix=".pid") as file:
            print(self.child.pid, "and more", file=file, flush=True)
            self.assertTrue(Ref.from_file(file.name).same(self.ref))
            file.seek(0)
            self.assertTrue(Ref.from_file(file).same(self.ref))
            self.assertTrue(Ref.from_file(file, self.child.pid).same(self.ref))
        with tempfile.NamedTemporaryFile("w") as file:
            self.assertRaises(ValueError, Ref.from_file, file.name)
        self.assertRaises(FileNotFoundError, Ref.from_file, "/nowhere/x.pid")
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.assertTrue(Ref.since(self.child.pid, now).same(self.ref))
        with self.assertRaises(pidepoch.StalePidError) as caught:
            Ref.since(self.child.pid, now - 1000)
        self.assertEqual(caught.exception.errno, pidepoch.EEPOCH)
        self.assertIsInstance(caught.exception, ProcessLookupError)

    def test_calls(self):
        ref, pid = self.ref, self.child.pid
        ref.kill(0)
        self.assertEqual(ref.getpgid(), os.getpgid(pid))
        self.assertEqual(ref.getsid(), os.getsid(pid))
        nice = min(os.getpriority(os.PRIO_PROCESS, pid) + 5, 19) # a user may only raise it
        ref.setpriority(nice)
        self.assertEqual(ref.getpriority(), nice)
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), nice)
        if os.geteuid() == 0:
            ref.setpriority(-1)
            self.assertEqual(ref.getpriority(), -1)
        cpu = min(os.sched_getaffinity(0))
        ref.sched_setaffinity({cpu})
        self.assertEqual(ref.sched_getaffinity(), {cpu})
        self.assertEqual(os.sched_getaffinity(pid), {cpu})
        self.assertEqual(ref.sched_getscheduler(), os.sched_getscheduler(pid))
        self.assertEqual(
            ref.prlimit(resource.RLIMIT_NOFILE), resource.prlimit(pid, resource.RLIMIT_NOFILE)
        )
        soft, hard = ref.prlimit(resource.RLIMIT_CORE)
        self.assertEqual(ref.prlimit(resource.RLIMIT_CORE, (0, hard)), (soft, hard))
        self.assertEqual(resource.prlimit(pid, resource.RLIMIT_CORE), (0, hard))
        fd = ref.pidfd_open()
        self.assertFalse(os.get_inheritable(fd))
        os.close(fd)
        with ref.hold() as held:
            self.assertEqual(held, pid)
        with self.assertRaises(ZeroDivisionError), ref.hold():
            1 / 0
        for wrong in (-1, 65):
            with self.assertRaises(OSError):
                ref.kill(wrong)
        self.assertRaises(OverflowError, ref.kill, 1 << 40)
        ref.kill(signal.SIGTERM)
        self.assertEqual(self.child.wait(), -signal.SIGTERM)
        for call in (ref.getpgid, ref.getpriority, ref.sched_getaffinity, ref.pidfd_open):
            self.assertRaises(ProcessLookupError, call)
        self.assertRaises(ProcessLookupError, ref.kill, signal.SIGTERM)

    def test_queued_signals(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        me = Ref(os.getpid())
        me.sigqueue(signal.SIGUSR1, -2)
        info = signal.sigwaitinfo({signal.SIGUSR1})
        self.assertEqual((info.si_code, info.si_pid), (-1, os.getpid()))
        me.tgkill(os.getpid(), signal.SIGUSR1)
        self.assertEqual(signal.sigwaitinfo({signal.SIGUSR1}).si_signo, signal.SIGUSR1)

    def test_started(self):
        ref = pidepoch.fork()
        if ref is None:
            os._exit(9)
        self.assertEqual(ref.wait(reap=True).returncode, 9)
        self.assertRaises(ChildProcessError, os.waitpid, ref.pid, 0)
        with pidepoch.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            self.assertEqual(child.ref, Ref(child))
            self.assertEqual(child.communicate(b"x"), (b"x", None))
        child.terminate()
        child = pidepoch.Popen(["sleep", "600"])
        child.terminate()
        self.assertEqual(child.wait(), -signal.SIGTERM)

    def test_counts(self):
        at = pidepoch.sync_point()
        self.assertLessEqual(at, pidepoch.now())
        pidepoch.set_sync_point(pidepoch.now())
        self.assertRaises(OSError, pidepoch.set_sync_point, 1)
        self.assertGreaterEqual(pidepoch.stats().now, at)
        self.assertRegex(pidepoch.__version__, r"^\d+\.\d+\.\d+$")
        pidepoch.set_lag_signal(0)
        self.assertRaises(OSError, pidepoch.set_lag_signal, 99)


if __name__ == "__main__":
    twice.main()
