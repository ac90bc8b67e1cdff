# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that nothing can be preloaded into, under the supervisor.

# the calls that no kernel has, made by static programs that link nothing of ours
NUMBER_TESTS = \
	tests/emul/number_absent \
	tests/emul/number_arguments \
	tests/emul/number_death \
	tests/emul/number_epochs \
	tests/emul/number_given \
	tests/emul/number_stuck \
	tests/emul/number_many \
	tests/emul/number_permission \
	tests/emul/number_groups \
	tests/emul/number_points \
	tests/emul/number_signals \
	tests/emul/number_waits

EMUL_TESTS = \
	tests/emul/births \
	tests/emul/confined \
	tests/emul/crowd \
	tests/emul/death \
	tests/emul/interrupted \
	tests/emul/life \
	tests/emul/odd \
	tests/emul/pinned \
	tests/emul/stale

EMUL_PLAYS = \
	tests/emul/bare.sh \
	tests/emul/events.sh \
	tests/emul/fresh.sh \
	tests/emul/default.sh \
	tests/emul/go.sh \
	tests/emul/inline.sh \
	tests/emul/number_bare.sh \
	tests/emul/postern.sh \
	tests/emul/programs.sh \
	tests/emul/rust.sh \
	tests/emul/shell.sh \
	tests/emul/stacks.sh \
	tests/emul/stacks_cxx.sh \
	tests/emul/stacks_go.sh \
	tests/emul/stacks_hostile.sh \
	tests/emul/stacks_rust.sh \
	tests/emul/strange.sh

check_PROGRAMS += $(EMUL_TESTS) $(NUMBER_TESTS) tests/emul/called tests/emul/flood tests/emul/guest tests/emul/inline tests/emul/postern tests/emul/raw tests/emul/reaper tests/emul/stacks_hostile tests/emul/stacks_waits tests/emul/strange
TESTS += $(EMUL_TESTS) $(NUMBER_TESTS) $(EMUL_PLAYS)
dist_check_SCRIPTS += $(EMUL_PLAYS)
dist_check_DATA += tests/emul/jobs.go tests/emul/kept.rs tests/emul/number_bare.c \
	tests/emul/stacked.cc tests/emul/stacked.go tests/emul/stacked.rs tests/emul/stacks.inc

tests_emul_births_SOURCES = tests/emul/births.c tests/emul/worker.h
tests_emul_births_LDADD = libsupervisor.la
tests_emul_confined_SOURCES = tests/emul/confined.c tests/emul/number.h
tests_emul_confined_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_confined_LDFLAGS = -all-static -pthread
tests_emul_crowd_SOURCES = tests/emul/crowd.c tests/preload/namespace.c tests/preload/namespace.h
tests_emul_crowd_LDFLAGS = -all-static
tests_emul_death_SOURCES = tests/emul/death.c tests/preload/namespace.c tests/preload/namespace.h
tests_emul_interrupted_SOURCES = tests/emul/interrupted.c tests/emul/worker.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_interrupted_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_life_SOURCES = tests/emul/life.c tests/preload/namespace.c tests/preload/namespace.h
tests_emul_pinned_SOURCES = tests/emul/pinned.c tests/emul/number.h tests/emul/slow_page.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_pinned_LDADD = libsupervisor.la
tests_emul_pinned_LDFLAGS = -all-static
tests_emul_odd_SOURCES = tests/emul/odd.c tests/preload/namespace.c tests/preload/namespace.h
tests_emul_odd_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_odd_LDFLAGS = -all-static -pthread
tests_emul_stale_SOURCES = tests/emul/stale.c tests/preload/namespace.c tests/preload/namespace.h
tests_emul_flood_SOURCES = tests/emul/flood.c
tests_emul_flood_LDFLAGS = -all-static
tests_emul_guest_SOURCES = tests/emul/guest.c
tests_emul_guest_LDFLAGS = -all-static
tests_emul_stacks_hostile_SOURCES = tests/emul/stacks_hostile.c tests/emul/worker.h tests/preload/attack.h
tests_emul_stacks_hostile_LDFLAGS = -all-static -Wl,--eh-frame-hdr
tests_emul_stacks_waits_SOURCES = tests/emul/stacks_waits.c
tests_emul_stacks_waits_CFLAGS = $(AM_CFLAGS) -fno-omit-frame-pointer
tests_emul_stacks_waits_LDFLAGS = -all-static
tests_emul_strange_SOURCES = tests/emul/strange.c
tests_emul_strange_LDFLAGS = -all-static
tests_emul_called_SOURCES = tests/emul/raw.c
tests_emul_called_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_inline_SOURCES = tests/emul/raw.c tests/preload/attack.h
tests_emul_inline_CPPFLAGS = $(AM_CPPFLAGS) -DPAST_LIBC
tests_emul_inline_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_postern_SOURCES = tests/emul/postern.c tests/preload/attack.h \
	tests/emul/worker.h tests/support/listener.h
tests_emul_postern_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_raw_SOURCES = tests/emul/raw.c
tests_emul_raw_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_raw_LDFLAGS = -all-static -pthread
tests_emul_reaper_SOURCES = tests/emul/reaper.c
tests_emul_reaper_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_reaper_LDFLAGS = -all-static -pthread
tests_emul_number_absent_SOURCES = tests/emul/number_absent.c tests/emul/number.h
tests_emul_number_absent_LDFLAGS = -all-static
tests_emul_number_arguments_SOURCES = tests/emul/number_arguments.c tests/emul/number.h
tests_emul_number_arguments_LDFLAGS = -all-static
tests_emul_number_stuck_SOURCES = tests/emul/number_stuck.c tests/emul/number.h tests/emul/slow_page.h
tests_emul_number_stuck_LDFLAGS = -all-static
tests_emul_number_given_SOURCES = tests/emul/number_given.c tests/emul/number.h tests/emul/worker.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_number_given_LDFLAGS = -all-static
tests_emul_number_many_SOURCES = tests/emul/number_many.c tests/emul/number.h
tests_emul_number_many_LDFLAGS = -all-static
tests_emul_number_death_SOURCES = tests/emul/number_death.c tests/emul/number.h tests/emul/worker.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_number_death_LDFLAGS = -all-static
tests_emul_number_epochs_SOURCES = tests/emul/number_epochs.c tests/emul/number.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_number_epochs_LDFLAGS = -all-static
tests_emul_number_permission_SOURCES = tests/emul/number_permission.c tests/emul/number.h
tests_emul_number_permission_LDFLAGS = -all-static
tests_emul_number_signals_SOURCES = tests/emul/number_signals.c tests/emul/number.h
tests_emul_number_signals_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_number_signals_LDFLAGS = -all-static -pthread
tests_emul_number_waits_SOURCES = tests/emul/number_waits.c tests/emul/number.h
tests_emul_number_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_emul_number_waits_LDFLAGS = -all-static -pthread
tests_emul_number_groups_SOURCES = tests/emul/number_groups.c tests/emul/number.h
tests_emul_number_groups_LDFLAGS = -all-static
tests_emul_number_points_SOURCES = tests/emul/number_points.c tests/emul/number.h tests/preload/namespace.c tests/preload/namespace.h
tests_emul_number_points_LDFLAGS = -all-static

# without a libc
if CPU_X86_64
check_PROGRAMS += tests/emul/bare
tests_emul_bare_SOURCES = tests/emul/bare.S
tests_emul_bare_LDFLAGS = -nostdlib -all-static
endif
