#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""waitpidv() from Python: each end is reported once, blocking, by iteration and in asyncio;
statuses stay with their owners; signal handlers run."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import subprocess
import threading
import unittest

import twice

if twice.HOW:
    import pidepoch
    from pidepoch import Ref, State, Waiter, waitpidv


def sleeper():
    return subprocess.Popen(["sleep", "600"])


def ends_with(status):
    return subprocess.Popen(["sh", "-c", f"exit {status}"])


class Waits(unittest.TestCase):
    def test_an_exception_of_a_handler_loses_no_end(self):
        call = pidepoch._wait._waitpidv

        def interrupted(*arguments):
            pidepoch._wait._waitpidv = call
            call(*arguments)
            raise KeyboardInterrupt

        for known in (False, True):
            pids = [os.fork() or os._exit(7) for _ in range(3)]
            waiter = Waiter(map(Ref, pids[known:]), reap=True)
            if known:  # the next call asks for changes only
                waiter.wait(all=True)
                waiter.add(Ref(pids[0]))
            pidepoch._wait._waitpidv = interrupted
            with self.assertRaises(KeyboardInterrupt):
                waiter.wait()
            codes = [change.returncode for change in waiter.wait(60, all=True)]
            self.assertEqual(codes, [7] if known else [7, 7, 7])

    def test_statuses_stay_with_their_owners(self):
        jobs = {Ref(job): job for job in map(ends_with, range(40))}
        codes = {change.ref: change.returncode for change in Waiter(jobs)}
        self.assertEqual(codes, {ref: n for n, ref in enumerate(jobs)})
        self.assertEqual([job.wait() for job in jobs.values()], list(range(40)))
        process = multiprocessing.get_context("fork").Process(target=os._exit, args=(4,))
        process.start()
        self.assertEqual(Ref(process).wait().returncode, 4)
        process.join()
        self.assertEqual(process.exitcode, 4)

    def test_statuses_that_are_taken(self):
        refs = []
        for n in range(40):
            ref = pidepoch.fork()
            if ref is None:
                os._exit(n)
            refs.append(ref)
        codes = {c.ref: c.returncode for c in waitpidv(refs, all=True, reap=True)}
        self.assertEqual(codes, {ref: n for n, ref in enumerate(refs)})
        self.assertRaises(ChildProcessError, os.wait)
        states = {change.state for change in waitpidv(refs, all=True)}
        self.assertEqual(states, {State.ENDED})

    def test_added_and_discarded(self):
        jobs = [sleeper() for _ in range(50)]
        refs = [Ref(job) for job in jobs]
        waiter = Waiter(refs[:20])
        self.assertEqual(waiter.wait(0), [])
        for ref in refs[20:]:
            waiter.add(ref)
        waiter.add(refs[0])
        self.assertEqual(len(waiter), 50)
        self.assertIn(refs[49], waiter)
        waiter.discard(refs[7])
        jobs[7].kill()
        jobs[8].kill()
        self.assertEqual([c.ref for c in waiter.wait()], [refs[8]])
        self.assertEqual(waiter.wait(0), [])
        for n in range(9, 50):
            refs[n].kill(signal.SIGKILL)
            change, = waiter.wait()
            self.assertEqual((change.ref, change.state), (refs[n], State.EXITED))
            self.assertEqual(change.returncode, -signal.SIGKILL)
        self.assertEqual(len(waiter), 7)
        for job in jobs:
            job.kill()
        self.assertEqual(len(waiter.wait(all=True)), 7)
        self.assertEqual(waiter.wait(), [])
        self.assertEqual([job.wait() for job in jobs], [-signal.SIGKILL] * 50)

    def test_one_after_the_other(self):
        # arrays of an earlier list must not be taken for those of a later one
        for n in range(30):
            with ends_with(n) as job:
                change, = Waiter([Ref(job)]).wait()
                self.assertEqual(change.returncode, n)

    def test_array_at_an_earlier_address(self):
        jobs = [sleeper() for _ in range(71)]  # from 64 on the library keeps a list
        refs = [Ref(job) for job in jobs]
        old, new = Waiter(refs[:70]), Waiter(refs[1:])
        self.assertEqual(old.wait(0), [])
        self.assertEqual(old.wait(0), [])
        # as if the second list had got the memory of the first
        vec, entries = old._entries.vec, new._entries
        self.assertEqual(len(vec), len(entries.vec))
        ctypes.memmove(vec, entries.vec, ctypes.sizeof(vec))
        entries.vec = vec
        jobs[70].kill()
        self.assertEqual([c.ref for c in new.wait(30)], [refs[70]])
        for job in jobs:
            job.kill()
            job.wait()

    def test_stops(self):
        job = sleeper()
        waiter = Waiter([Ref(job)], stopped=True, continued=True, reap=True)
        job.send_signal(signal.SIGSTOP)
        change, = waiter.wait()
        self.assertEqual((change.state, change.returncode), (State.STOPPED, None))
        self.assertEqual(os.WSTOPSIG(change.status), signal.SIGSTOP)
        job.send_signal(signal.SIGCONT)
        self.assertEqual(waiter.wait()[0].state, State.CONTINUED)
        job.kill()
        self.assertEqual(waiter.wait()[0].state, State.EXITED)
        self.assertRaises(ValueError, asyncio.run, waiter.wait_async())
        job.returncode = 0  # reaped above

    def test_others(self):
        shell = subprocess.Popen(["sh", "-c", "sleep 600 & echo $!; wait"], stdout=subprocess.PIPE)
        ref = Ref(int(shell.stdout.readline()))
        self.assertTrue(ref.alive())
        with self.assertRaises(TimeoutError):
            ref.wait(0)
        with self.assertRaises(TimeoutError):
            ref.wait(0.01)
        ref.kill(signal.SIGKILL)
        change = ref.wait()
        self.assertEqual((change.state, change.status), (State.ENDED, None))
        shell.communicate()

    def test_handlers_run(self):
        class Alarm(Exception):
            pass

        calls, job = [], sleeper()

        def handler(*_):
            calls.append(1)
            if len(calls) == 3:
                job.send_signal(signal.SIGTERM)
            if len(calls) == 6:
                raise Alarm

        self.addCleanup(signal.signal, signal.SIGALRM, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, handler)
        other = sleeper()
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        with self.assertRaises(Alarm):
            self.assertEqual(Ref(job).wait().returncode, -signal.SIGTERM)
            Ref(other).wait()
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertEqual(job.wait(), -signal.SIGTERM)
        other.kill()
        self.assertEqual(Ref(other).wait().returncode, -signal.SIGKILL)
        other.wait()

    def test_threads(self):
        ended = []

        def look():
            with sleeper() as job:
                ref = Ref(job)
                threading.Timer(0.01, ref.kill, [signal.SIGTERM]).start()
                ended.append(ref.wait().returncode)

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(ended, [-signal.SIGTERM] * 8)


class Coroutines(unittest.IsolatedAsyncioTestCase):
    async def test_ends_as_they_come(self):
        jobs = [sleeper() for _ in range(5)]
        refs = [Ref(job) for job in jobs]
        refs[0].kill(signal.SIGTERM)
        seen = []
        async for change in Waiter(refs):
            seen.append((change.ref, change.returncode))
            if len(seen) < 5:
                refs[len(seen)].kill(signal.SIGTERM)
        self.assertEqual(seen, [(ref, -signal.SIGTERM) for ref in refs])
        self.assertEqual([job.wait() for job in jobs], [-signal.SIGTERM] * 5)

    async def test_beside_asyncio(self):
        # which of the two sees the end first is open: asyncio has the status in any case
        jobs = [await asyncio.create_subprocess_exec("sleep", "600") for _ in range(5)]
        refs = [Ref(job) for job in jobs]
        for ref in refs:
            ref.kill(signal.SIGTERM)
        changes = await pidepoch.waitpidv_async(refs, all=True)
        self.assertEqual({change.ref for change in changes}, set(refs))
        self.assertLessEqual({change.returncode for change in changes}, {None, -signal.SIGTERM})
        self.assertEqual([await job.wait() for job in jobs], [-signal.SIGTERM] * 5)

    async def test_cancelled(self):
        job = sleeper()
        with Waiter([Ref(job)]) as waiter:
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(waiter.wait_async(), 0.01)
            job.kill()
            change, = await waiter.wait_async()
            self.assertEqual(change.returncode, -signal.SIGKILL)
        job.wait()
        descriptors = len(os.listdir("/proc/self/fd"))
        with self.assertRaises(asyncio.TimeoutError):
            with sleeper() as job:
                try:
                    await asyncio.wait_for(pidepoch.waitpidv_async([Ref(job)]), 0.01)
                finally:
                    job.kill()
        self.assertEqual(len(os.listdir("/proc/self/fd")), descriptors)

    async def test_cancelled_with_news(self):
        jobs = [sleeper(), sleeper()]
        with Waiter(map(Ref, jobs)) as waiter:
            task = asyncio.create_task(waiter.wait_async(all=True))
            jobs[0].kill()
            while len(waiter) == 2:
                await asyncio.sleep(0.001)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            jobs[1].kill()
            self.assertEqual(len(await waiter.wait_async(all=True)), 2)
        for job in jobs:
            job.wait()

    async def test_gone_meanwhile(self):
        jobs = [ends_with(n) for n in range(10)]
        refs = [Ref(job) for job in jobs]
        for job in jobs:
            job.wait()
        changes = await pidepoch.waitpidv_async(refs, all=True)
        self.assertEqual({change.state for change in changes}, {State.ENDED})

    async def test_many_at_once(self):
        jobs = [ends_with(n) for n in range(20)]
        each = [pidepoch.waitpidv_async([Ref(job)]) for job in jobs]
        codes = [change.returncode for change, in await asyncio.gather(*each)]
        self.assertEqual(codes, list(range(20)))
        self.assertEqual([job.wait() for job in jobs], codes)


if __name__ == "__main__":
    twice.main()
