# SPDX-License-Identifier: LGPL-2.1-or-later
"""A watcher thread reaps while the loop signals: asyncio checks whether the process has ended, and
then kills by its pid."""
import asyncio


async def one(i):
    process = await asyncio.create_subprocess_exec("sleep", f"0.00{1 + i % 5}")
    await asyncio.sleep(0.001 * (1 + i % 5))
    for _ in range(3):
        try:
            process.send_signal(15)
        except ProcessLookupError:
            break
    await process.wait()


async def main():
    for _ in range(10):
        await asyncio.gather(*(one(i) for i in range(8)))


asyncio.run(main())
