# SPDX-License-Identifier: LGPL-2.1-or-later
"""References to processes that survive the reuse of pids.

    child = subprocess.Popen(["sleep", "60"])
    ref = pidepoch.Ref(child)
    ref.kill(signal.SIGTERM)        # reaches this child, or no process

A call on a process that is gone raises ProcessLookupError, or its subclass StalePidError if another
process may have the pid. docs/python.md is the manual, and pidepoch(7) explains the terms.
"""

from ._epochs import (
    Stats,
    epoch_of,
    now,
    set_lag_signal,
    set_sync_point,
    stats,
    sync_point,
    version,
)
from ._library import EEPOCH, LibraryNotFoundError, StalePidError
from ._reference import HasPid, Obituary, Ref
from ._start import Popen, fork
from ._wait import Change, State, Waiter, waitpidv, waitpidv_async

__all__ = [
    "Change",
    "EEPOCH",
    "HasPid",
    "LibraryNotFoundError",
    "Obituary",
    "Popen",
    "Ref",
    "StalePidError",
    "State",
    "Stats",
    "Waiter",
    "epoch_of",
    "fork",
    "now",
    "set_lag_signal",
    "set_sync_point",
    "stats",
    "sync_point",
    "version",
    "waitpidv",
    "waitpidv_async",
]
__version__ = version()

for _name in __all__:  # tracebacks and pickles show the public place
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
