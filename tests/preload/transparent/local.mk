# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs with and without the preload: one case per file, each a test.
# test_faults.sh shows that they can fail.

CASE_LOG_DRIVER = $(LOG_DRIVER)
CASE_LOG_COMPILER = /usr/bin/python3 $(top_srcdir)/tests/preload/transparent/twice

TRANSPARENT_CASES = \
	tests/preload/transparent/bash-coproc.case \
	tests/preload/transparent/bash-exec.case \
	tests/preload/transparent/bash-jobs.case \
	tests/preload/transparent/bash-pipes.case \
	tests/preload/transparent/bash-stale.case \
	tests/preload/transparent/bash-terminal.case \
	tests/preload/transparent/bash-traps.case \
	tests/preload/transparent/busybox-script.case \
	tests/preload/transparent/closed-descriptors.case \
	tests/preload/transparent/coreutils.case \
	tests/preload/transparent/daemons.case \
	tests/preload/transparent/dash-monitor.case \
	tests/preload/transparent/dash-script.case \
	tests/preload/transparent/environment-given.case \
	tests/preload/transparent/gcc-build.case \
	tests/preload/transparent/gdb-follow.case \
	tests/preload/transparent/git-repository.case \
	tests/preload/transparent/interpreters.case \
	tests/preload/transparent/limits.case \
	tests/preload/transparent/make-parallel.case \
	tests/preload/transparent/make-shell.case \
	tests/preload/transparent/ninja-build.case \
	tests/preload/transparent/parallel-jobs.case \
	tests/preload/transparent/perl-processes.case \
	tests/preload/transparent/python-asyncio.case \
	tests/preload/transparent/python-multiprocessing.case \
	tests/preload/transparent/python-os.case \
	tests/preload/transparent/python-signals.case \
	tests/preload/transparent/python-subprocess.case \
	tests/preload/transparent/seen-children.case \
	tests/preload/transparent/seen-descriptors.case \
	tests/preload/transparent/seen-environment.case \
	tests/preload/transparent/seen-numbers.case \
	tests/preload/transparent/seen-rest.case \
	tests/preload/transparent/seen-signals.case \
	tests/preload/transparent/seen-threads.case \
	tests/preload/transparent/seen-timers.case \
	tests/preload/transparent/static-child.case \
	tests/preload/transparent/strace-follow.case \
	tests/preload/transparent/tmux-session.case \
	tests/preload/transparent/util-linux.case \
	tests/preload/transparent/wrapping.case \
	tests/preload/transparent/xargs-parallel.case
TRANSPARENT_TESTS = $(TRANSPARENT_CASES) \
	tests/preload/transparent/test_faults.sh \
	tests/preload/transparent/test_renamed.sh \
	tests/preload/transparent/test_shared.sh
dist_check_SCRIPTS += $(TRANSPARENT_TESTS)
TESTS += $(TRANSPARENT_TESTS)

TRANSPARENT_FAULTS = \
	tests/preload/transparent/bad/blocked.c \
	tests/preload/transparent/bad/child.c \
	tests/preload/transparent/bad/descriptor.c \
	tests/preload/transparent/bad/descriptor_late.c \
	tests/preload/transparent/bad/environment.c \
	tests/preload/transparent/bad/errno.c \
	tests/preload/transparent/bad/file.c \
	tests/preload/transparent/bad/handler.c \
	tests/preload/transparent/bad/memory.c \
	tests/preload/transparent/bad/number.c \
	tests/preload/transparent/bad/orphan.c \
	tests/preload/transparent/bad/prints.c \
	tests/preload/transparent/bad/refuses.c \
	tests/preload/transparent/bad/signalled.c \
	tests/preload/transparent/bad/status.c \
	tests/preload/transparent/bad/thread.c \
	tests/preload/transparent/bad/timer.c \
	tests/preload/transparent/bad/umask.c \
	tests/preload/transparent/bad/wait4.c
EXTRA_DIST += $(TRANSPARENT_FAULTS) tests/preload/transparent/bad/quick.case \
	tests/preload/transparent/busy.c tests/preload/transparent/twice

SLOW_TESTS += \
	tests/preload/transparent/parallel-jobs.case \
	tests/preload/transparent/wrapping.case \
	tests/preload/transparent/test_faults.sh
