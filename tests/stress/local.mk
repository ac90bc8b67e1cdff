# SPDX-License-Identifier: LGPL-2.1-or-later
# Promises under load. With PIDEPOCH_QUICK set fewer rounds do.

check_PROGRAMS += tests/stress/tree_readers
tests_stress_tree_readers_LDADD = libcore.la -lpthread
TESTS += tests/stress/tree_readers

# A program that steps itself needs x86-64's trap flag. With PIDEPOCH_QUICK one of the trees only.
if CPU_X86_64
check_PROGRAMS += tests/stress/tree_steps
tests_stress_tree_steps_SOURCES = tests/stress/tree_steps.c tests/stress/tree_operations.h
tests_stress_tree_steps_LDADD = libcore.la
TESTS += tests/stress/tree_steps
endif

dist_check_SCRIPTS += tests/stress/tree_tsan.sh
TESTS += tests/stress/tree_tsan.sh

# Broken copies of the engine, each of which some test must notice.
EXTRA_DIST += tests/mutants/tree_interleave.c
dist_check_SCRIPTS += tests/mutants/tree.sh
TESTS += tests/mutants/tree.sh

STORM = tests/stress/storm.c tests/stress/storm.h tests/support/namespace.c tests/support/namespace.h

# signals to children whose pids are reused
check_PROGRAMS += tests/stress/kill_and_reap
tests_stress_kill_and_reap_SOURCES = tests/stress/kill_and_reap.c $(STORM)
tests_stress_kill_and_reap_CFLAGS = $(AM_CFLAGS) -pthread
EXTRA_DIST += tests/stress/storm.sh
dist_check_SCRIPTS += tests/stress/kill_and_reap.sh
TESTS += tests/stress/kill_and_reap.sh

# signals to groups whose leaders are reaped
check_PROGRAMS += tests/stress/groups
tests_stress_groups_SOURCES = tests/stress/groups.c $(STORM)
tests_stress_groups_CFLAGS = $(AM_CFLAGS) -pthread
dist_check_SCRIPTS += tests/stress/groups.sh
TESTS += tests/stress/groups.sh

# handlers that reap, signal and jump
check_PROGRAMS += tests/stress/handlers_that_reap
tests_stress_handlers_that_reap_CFLAGS = $(AM_CFLAGS) -pthread
dist_check_SCRIPTS += tests/stress/handlers_that_reap.sh
TESTS += tests/stress/handlers_that_reap.sh

dist_check_SCRIPTS += tests/mutants/engine.sh
TESTS += tests/mutants/engine.sh

SLOW_TESTS += \
	tests/stress/tree_tsan.sh \
	tests/mutants/tree.sh \
	tests/mutants/engine.sh
