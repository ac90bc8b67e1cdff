#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library can do where this runs, as JSON: each by doing it. Preloaded."""

import json
import os
import signal
import subprocess
import tempfile
import time

import pidepoch
from pidepoch import Ref, vrange


def group():
    """A signal to the group of a leader that was reaped."""
    script = "sleep 600 >/dev/null & echo $!"
    leader = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    ref = Ref(leader)
    member = Ref(int(leader.communicate()[0]))
    try:
        ref.killpg(signal.SIGKILL)
        return member.wait().state >= pidepoch.State.EXITED
    except ProcessLookupError:
        member.kill(signal.SIGKILL)
        return False


def many():
    """A wait for more children than are looked at one by one."""
    jobs = {Ref(job): job for job in (subprocess.Popen(["sleep", "600"]) for _ in range(80))}
    waiter = pidepoch.Waiter(jobs)
    for ref, job in jobs.items():
        ref.kill(signal.SIGKILL)
        if [change.ref for change in waiter.wait()] != [ref] or job.wait() != -signal.SIGKILL:
            return False
    return len(waiter) == 0


def evidence():
    """A pid from a file, and one that was learned before its process was born."""
    with subprocess.Popen(["sleep", "600"]) as job, tempfile.NamedTemporaryFile("w") as file:
        try:
            print(job.pid, file=file, flush=True)
            if not Ref.from_file(file.name).same(Ref(job)):
                return False
            Ref.since(job.pid, time.clock_gettime(time.CLOCK_BOOTTIME) - 1)
            return False
        except pidepoch.StalePidError:
            return True
        finally:
            job.kill()


def fork_and_wait():
    """A child, its status, and its obituary."""
    ref = pidepoch.fork()
    if ref is None:
        os._exit(7)
    _, status = os.wait()
    return status == 7 << 8 and ref.obituary().returncode == 7


def level():
    """Volatile memory: what doctor says of it."""
    made = []
    buffer = vrange.Buffer(1 << 16, lambda view: made.append(1))
    for n in (1, 2):
        buffer.pin().release()
        if len(made) != n or buffer.read(0, 2) != b"\0\0":
            return 0
        vrange.trim(1 << 30)
    return vrange.stat().level


print(json.dumps({f.__name__: f() for f in (group, many, evidence, fork_and_wait, level)}))
