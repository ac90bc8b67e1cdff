#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a C library is missing the import fails, and says what to install or to set. In a preloaded
program the module uses the preload library."""

import os
import subprocess
import sys

import twice


def python(script, **changes):
    env = twice.environment("linked") | {"LD_LIBRARY_PATH": "/nowhere"} | changes
    return subprocess.run(
        [sys.executable, "-c", script], env=env, text=True, capture_output=True, check=False
    )


def fail(what, run):
    print(f"FAIL: {what}: status {run.returncode}:\n{run.stdout}{run.stderr}")
    sys.exit(1)


LIBS = twice.BUILD + "/.libs"
if python("import ctypes; ctypes.CDLL('libpidepoch.so.0')").returncode == 0:
    print("skip: libpidepoch is installed on this machine")
    sys.exit(77)
for module, library, package in (
    ("pidepoch", "libpidepoch.so.0", "libpidepoch0"),
    ("pidepoch.vrange", "libvrange.so.0", "libvrange0"),
):
    preload = {"LD_PRELOAD": os.environ["PIDEPOCH_PRELOAD"]} if "vrange" in module else {}
    run = python(f"import {module}", **preload)
    if run.returncode != 1 or f"LibraryNotFoundError: {library} cannot be loaded" not in run.stderr:
        fail(f"no word about {library}", run)
    for word in (package, "LD_LIBRARY_PATH", "PIDEPOCH_LIBDIR"):
        if word not in run.stderr:
            fail(f"no word about {word}", run)
run = python("try:\n import pidepoch\nexcept ImportError: print('none')")
if run.stdout != "none\n":
    fail("it is no ImportError", run)
run = python("import pidepoch.vrange; print(pidepoch.__version__)", PIDEPOCH_LIBDIR="/x:" + LIBS)
if run.returncode:
    fail("PIDEPOCH_LIBDIR", run)

# the state that sees the forks
MAPS = "import pidepoch; print('libpidepoch.so' in open('/proc/self/maps').read())"
run = python(MAPS, LD_LIBRARY_PATH=LIBS, LD_PRELOAD=os.environ["PIDEPOCH_PRELOAD"])
if run.stdout != "False\n":
    fail("a preloaded program loads a second copy of the library", run)
