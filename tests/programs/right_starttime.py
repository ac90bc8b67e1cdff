# SPDX-License-Identifier: LGPL-2.1-or-later
# Knows each child by its pid and its start time, as it must where there are no pidfds.
import os
import signal
import subprocess


def start_time(pid):
    try:
        with open('/proc/%d/stat' % pid, encoding='ascii') as f:
            return f.read().rsplit(')', 1)[1].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


for _ in range(5):
    child = subprocess.Popen(['true'])
    before = start_time(child.pid)
    child.wait()
    if start_time(child.pid) == before:
        os.kill(child.pid, signal.SIGTERM)
