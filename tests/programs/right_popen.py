# SPDX-License-Identifier: LGPL-2.1-or-later
"""Subprocesses, pools and groups by the book."""
import os
import signal
import subprocess

for _ in range(5):
    process = subprocess.Popen(["sleep", "10"])
    process.send_signal(signal.SIGTERM)
    process.wait()
    process.send_signal(signal.SIGTERM)  # does nothing: it knows
group = subprocess.Popen(["sh", "-c", "sleep 10 & sleep 10"], start_new_session=True)
os.killpg(group.pid, signal.SIGTERM)
group.wait()
assert subprocess.run(["true"], check=True).returncode == 0
try:
    subprocess.run(["sleep", "10"], timeout=0.05)
except subprocess.TimeoutExpired:
    pass
