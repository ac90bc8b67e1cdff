# SPDX-License-Identifier: LGPL-2.1-or-later
"""notes - what docs/speed.md says below the rows of each group: what a figure consists of."""

NOTES = {
    'library': '''
* *Empty* is a preload library with one empty constructor: the floor for any preload library. Its
  mappings are copied at each fork and loaded at each exec, which native programs do not pay for.
* The guard of a kill is two exchanges, a test, and a descriptor for the kernel: 25 to 30 ns.
* A fork pays for one page of the frame and one of the tree, which the parent writes and so copies,
  for four changes of the signal mask, a look whether the child led a group, and a `waitid` before
  the `wait4`. The row "its calls and page copies" makes these in a program without any library:
  most of the cost is there, so the bar cannot be met without giving up one of them. With stacks
  there are two stacks of a microsecond, and a second page to copy.
* A started program loads the library. It writes three pages of ours (addresses, the frame's
  pointers, the settings) and finds 76 functions of libc by its hash table; it makes no frame until
  it needs one.
* A pid from a pidfile is examined at each use: the file, the table of the run, the holder in
  `/proc`. The group of a reaped leader is opened by its inode at each signal.
''',
    'build': '''
* Some 250 processes: make, sh, gcc, cc1, as and the linker. The larger part of the cost is the
  library's start in each of them.
* An exec is notified, since what the program knew of pids is forgotten there. The library's waits
  are not.
* These rows spread wider than what they measure if the machine has other work.
''',
    'waitpidv': '''
* Ten children are killed and are zombies before the clock starts. An exit is one tenth of the
  call that finds and reaps them, a question the same call when none has ended. `io_uring` is a
  program that submits an `IORING_OP_WAITID` for each child by hand.
* Ours runs under `ulimit -n 1024`; poll and epoll have a descriptor for each child.
* A question without news costs one look at shared memory, whatever the number of children. With
  full output each entry is read: 4 ns.
* An exit is not quite flat, by no method: freeing a process that has long left the caches is the
  kernel's part, and most of it.
* Among a hundred children a `wait4(-1)` loop finds an exit faster. Fewer than 64 entries are
  looked at one by one, unless the call blocks.
''',
    'supervisor': '''
* The bare server notifies itself of the same calls, continues them, and does nothing else.
* A notified call costs the worker one `fstat` beside that: is it still the thread that is known,
  and how many threads has it?
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
