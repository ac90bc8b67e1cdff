#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# A sweep at the end signals the group of each process that was started, ended or not.
import os
import signal
import subprocess

started = subprocess.Popen(["true"], start_new_session=True)
group = os.getpgid(started.pid)
started.wait()
try:
    os.killpg(group, signal.SIGTERM)
except ProcessLookupError:
    pass
