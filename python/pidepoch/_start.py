# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starting processes: a reference is taken before anything can wait for the child."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import Any

from ._reference import Ref


def fork() -> Ref | None:
    """``os.fork()`` that returns a reference to the child; None in the child."""
    pid = os.fork()
    return Ref(pid) if pid else None


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """``subprocess.Popen`` with a reference, ``ref``, by which its signals are sent.

    ``send_signal()``, ``terminate()`` and ``kill()`` reach the child or no process, even if a
    thread or a library waits for any child (``os.wait()``) meanwhile.
    """

    #: None: the child was gone already, because the program ignores SIGCHLD
    ref: Ref | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self.ref = Ref(self.pid)
        except ProcessLookupError:
            pass
        except OSError:
            super().send_signal(signal.SIGKILL)
            self.wait()
            raise

    def send_signal(self, sig: int) -> None:
        """Send a signal to the child, if it has not ended."""
        self.poll()
        if self.returncode is None and self.ref is not None:
            with contextlib.suppress(ProcessLookupError):
                self.ref.kill(sig)
