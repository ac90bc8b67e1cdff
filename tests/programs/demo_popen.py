#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that remembers its helper by number and stops it on the way out."""
import os
import signal
import subprocess
import sys

helper = subprocess.Popen(["true"])
helper.wait()
print("reaped", helper.pid, flush=True)

sys.stdin.readline()  # the rest of the work
try:
    os.kill(helper.pid, signal.SIGTERM)
except OSError as error:
    print("os.kill:", error)
else:
    print("sent SIGTERM to", helper.pid)
