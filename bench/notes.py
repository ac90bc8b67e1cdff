# SPDX-License-Identifier: LGPL-2.1-or-later
"""notes - what docs/speed.md says below the rows of each group: what a figure consists of."""

NOTES = {
    'library': '''
* *Empty* is a preload library with one empty constructor: the floor for any preload library. Its
  mappings are copied at each fork and loaded at each exec, which native programs do not pay for.
* What is measured is a copy of the library, as `make install` makes one. The file that the linker
  writes lies in the kernel's cache in single pages, and each fork took 4 % longer for that.
* The guard of a kill is two exchanges, a few tests, and a restartable sequence: 25 to 30 ns. The
  exchanges alone are half of it. Without them no kill and no reap in two threads would see each
  other (hold.h). The bar with `pidfd_send_signal`, which looks no pid up, is below this floor.
* `bench/alone.c` is a preload library that makes the calls and the page copies of a guarded fork
  and wait, and does nothing else. Ours takes 1.00 to 1.02 times as long as that one. It pays for
  two pages that the parent writes and so copies (slots, and the tree), for a page that the kernel
  wipes in a forked child, for the pages of text around the function to which the child returns, for
  four changes of the signal mask, a `waitid` before the `wait4`, and a look whether the child led a
  group. Each of these keeps a promise, so the bar is below the floor. With stacks there are two
  stacks of half a microsecond, and a second page to copy.
* A started program loads the library. It writes three pages of ours (addresses, the frame's
  pointers, the settings), looks at standard error and the environment, and finds 76 functions of
  libc by its hash table; it makes no frame until it needs one. Of the 3 to 4 %, loading a library
  of this size is one, and the settings are the largest part of the rest.
* A pid from a pidfile is examined at each use: the file, the table of the run, the holder in
  `/proc`. The group of a reaped leader is opened by its inode at each signal.
''',
    'build': '''
* Some 250 processes: make, sh, gcc, cc1, as and the linker. The larger part of the library's cost
  is its start in each of them.
* An exec is notified, since what the program knew of pids is forgotten there. The library's waits
  are not. The bare server is notified of the same execs, continues them, and does nothing else:
  that is most of what the supervisor costs here. Ours makes one `tgkill` with signal 0 beside that,
  to see whether it is the main thread.
* These rows spread wider than what they measure if the machine has other work.
''',
    'waitpidv': '''
* Ten children are killed and are zombies before the clock starts. An exit is one tenth of the
  call that finds and reaps them, a question the same call when none has ended. `io_uring` is a
  program that submits an `IORING_OP_WAITID` for each child by hand; the kernel then reaps all ten
  in one call.
* Ours runs under `ulimit -n 1024`; poll and epoll have a descriptor for each child.
* "Its system calls alone" is a program that knows which ten have ended, and makes for each what
  `waitpidv()` must: look whether it led a group, mask the signals, `wait4`, and let go of the file
  of its pidfd, which the ring keeps in place of a descriptor. Letting go is a fifth of an exit.
* A question without news costs one look at shared memory, whatever the number of children. With
  full output each entry is read: 4 ns.
* An exit is not quite flat, by no method: freeing a process that has long left the caches is the
  kernel's part, and most of it.
* Among a hundred children a `wait4(-1)` loop finds an exit faster. Fewer than 64 entries are
  looked at one by one, unless the call blocks.
''',
    'supervisor': '''
* The bare server is notified of the same calls, continues them, and does nothing else. Nine tenths
  of a notified call are two changes of process.
* The server that asks the same makes the system calls of the supervisor: before each call an
  `fstat` (is it still the process that is known, and how many threads has it?), and before a wait a
  read of its children, which a wait could reap. Ours takes as long as that server. Without the
  first, an answer could reach another process (S18); without the second, the pids of children would
  not be known before they are free.
* A call is interrupted if a handler without `SA_RESTART` runs before the worker has received the
  call, here for a timer every 300 us. docs/supervisor.md says why that is the kernel's part.
* A fork and a thread are not notified. What a fork of a program without the library pays is the
  wait.
* With stacks a wait's stack is walked in a process of its own the first time, and recognised after
  that by the words that the walk read.
''',
    'fuzz': '''
* A release in `fuzz` costs a canary's birth and two changes of process.
* Ten runs by `turns` start the program 14 times: there is a control run, and in three runs the
  program is started a second time.
''',
    'report': '',
    'vrange': '''
* The pages are small ones, unless the row says huge, and all are there. A touch is of pages that
  MADV_FREE has marked, as an unmark's are marked by mvrange(). Each row "alone" is the floor of the
  row above it: the same system calls, made directly. More: docs/vrange.md, "What it costs".
* The cache wants twice the memory of its cgroup, 128 MiB; a miss costs about half a millisecond.
  The list sized by hand keeps 70 % of it. A burst is an allocation of 64 MiB beside the full cache.
''',
}
