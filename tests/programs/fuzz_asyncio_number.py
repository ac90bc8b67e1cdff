# SPDX-License-Identifier: LGPL-2.1-or-later
"""asyncio, with the kill that later versions make in send_signal(): it is not preceded by a check,
since the loop should know. A watcher thread reaps at once, and the loop learns of it only when it
runs its callbacks."""
import asyncio
import os
import signal


async def one(i):
    process = await asyncio.create_subprocess_exec("sleep", f"0.00{1 + i % 5}")
    await asyncio.sleep(0.001 * (1 + i % 5))
    for _ in range(3):
        if process.returncode is None:
            try:
                os.kill(process.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
    await process.wait()


async def main():
    for _ in range(10):
        await asyncio.gather(*(one(i) for i in range(8)))


asyncio.run(main())
