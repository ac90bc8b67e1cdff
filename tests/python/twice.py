# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the tests of the Python module: each runs twice, by an interpreter that loads
libpidepoch.so and by one that is preloaded."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

SOURCE, BUILD = os.environ["PIDEPOCH_SRCDIR"], os.environ["PIDEPOCH_BUILDDIR"]
HOW = os.environ.get("PIDEPOCH_TEST_HOW", "")

# pid 1 of the namespace is a shell: it adopts orphans, which must not become the test's children
NAMESPACE = ["--pid", "--fork", "--kill-child", "--mount-proc"]
FIRST = ["sh", "-c", '"$@"; exit $?', "sh"]


def environment(how: str) -> dict[str, str]:
    own = ("LD_", "PIDEPOCH_ON", "PYTHON")
    env = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    env |= {
        "PYTHONPATH": SOURCE + "/python",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LD_LIBRARY_PATH": BUILD + "/.libs",
        "PIDEPOCH_TEST_HOW": how,
    }
    if how == "preloaded":
        env["LD_PRELOAD"] = os.environ["PIDEPOCH_PRELOAD"]
    return env


def namespace() -> list[str]:
    """The command that enters a pid namespace of its own."""
    for user in ([], ["--user", "--map-root-user"]):
        enter = ["unshare", *user, *NAMESPACE]
        try:
            if subprocess.run(enter + ["true"], stderr=subprocess.DEVNULL).returncode == 0:
                return enter + FIRST
        except OSError:
            break
    print("skip: no pid namespace available")
    sys.exit(77)


def main(alone: bool = False) -> None:
    """Run the tests of the calling script, ``alone``: in a pid namespace."""
    if HOW:
        unittest.main()
    enter = namespace() if alone else []
    for how in ("linked", "preloaded"):
        command = enter + [sys.executable, sys.argv[0]]
        status = subprocess.run(command, env=environment(how)).returncode
        if status:
            print(f"FAIL: {how}: status {status}")
            sys.exit(1)


def reborn(pid: int) -> int:
    """Start a process that has ``pid``, which must be free, and is no child of the test."""
    script = 'echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid; sleep 600 >/dev/null & echo $!'
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    for _ in range(100):
        out = subprocess.run(["sh", "-c", script, "sh", str(pid)], env=env, stdout=subprocess.PIPE)
        if int(out.stdout) == pid:
            return pid
    raise AssertionError(f"no process could get pid {pid}")


def is_untouched(pid: int) -> bool:
    """No signal has reached the process, nor is one pending."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return fields["State"].split()[0] in "RSD" and int(fields["ShdPnd"], 16) == 0
