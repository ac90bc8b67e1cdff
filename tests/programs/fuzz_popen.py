# SPDX-License-Identifier: LGPL-2.1-or-later
"""One thread waits for a Popen, another signals it: send_signal() polls, and then kills by pid."""
import subprocess
import threading

for _ in range(20):
    process = subprocess.Popen(["sleep", "0.002"])
    waiter = threading.Thread(target=process.wait)
    waiter.start()
    for _ in range(5):
        process.send_signal(18)
    waiter.join()
