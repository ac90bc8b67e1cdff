# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that nothing can be preloaded into, under the supervisor.

# the calls that no kernel has, made by static programs that link nothing of ours
NUMBER_TESTS = \
	tests/supervisor/emulated_absent \
	tests/supervisor/emulated_arguments \
	tests/supervisor/emulated_death \
	tests/supervisor/emulated_helper \
	tests/supervisor/emulated_epochs \
	tests/supervisor/emulated_given \
	tests/supervisor/emulated_stuck \
	tests/supervisor/emulated_many \
	tests/supervisor/emulated_permission \
	tests/supervisor/emulated_groups \
	tests/supervisor/emulated_points \
	tests/supervisor/emulated_signals \
	tests/supervisor/emulated_waits

EMUL_TESTS = \
	tests/supervisor/fork_events \
	tests/supervisor/confined \
	tests/supervisor/thousand_programs \
	tests/supervisor/worker_death \
	tests/supervisor/interrupted \
	tests/supervisor/held_end \
	tests/supervisor/visibility \
	tests/supervisor/random_arguments \
	tests/supervisor/pinned \
	tests/supervisor/share_held \
	tests/supervisor/share_waits \
	tests/supervisor/stale \
	tests/supervisor/token

EMUL_PLAYS = \
	tests/supervisor/without_libc.sh \
	tests/supervisor/events.sh \
	tests/supervisor/fresh.sh \
	tests/supervisor/default.sh \
	tests/supervisor/descendants.sh \
	tests/supervisor/go.sh \
	tests/supervisor/inline.sh \
	tests/supervisor/emulated_bare.sh \
	tests/supervisor/programs.sh \
	tests/supervisor/rust.sh \
	tests/supervisor/shell.sh \
	tests/supervisor/stacks.sh \
	tests/supervisor/stacks_cxx.sh \
	tests/supervisor/stacks_go.sh \
	tests/supervisor/stacks_hostile.sh \
	tests/supervisor/stacks_rust.sh \
	tests/supervisor/both_killed.sh \
	tests/supervisor/rights.sh \
	tests/supervisor/room.sh \
	tests/supervisor/times.sh \
	tests/supervisor/title.sh \
	tests/supervisor/hostile_arguments.sh

check_PROGRAMS += $(EMUL_TESTS) $(NUMBER_TESTS) tests/supervisor/called tests/supervisor/flood tests/supervisor/guest tests/supervisor/inline tests/supervisor/raw tests/supervisor/reaper tests/supervisor/stacks_hostile tests/supervisor/stacks_waits tests/supervisor/times tests/supervisor/times_static tests/supervisor/hostile_arguments
TESTS += $(EMUL_TESTS) $(NUMBER_TESTS) $(EMUL_PLAYS)
dist_check_SCRIPTS += $(EMUL_PLAYS)
dist_check_DATA += tests/supervisor/jobs.go tests/supervisor/kept.rs tests/supervisor/emulated_bare.c \
	tests/supervisor/stacked.cc tests/supervisor/stacked.go tests/supervisor/stacked.rs tests/supervisor/stacks.inc

tests_supervisor_fork_events_SOURCES = tests/supervisor/fork_events.c tests/support/worker.h
tests_supervisor_fork_events_LDADD = libsupervisor.la
tests_supervisor_confined_SOURCES = tests/supervisor/confined.c tests/support/emulated.h
tests_supervisor_confined_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_confined_LDFLAGS = -all-static -pthread
tests_supervisor_thousand_programs_SOURCES = tests/supervisor/thousand_programs.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_thousand_programs_LDFLAGS = -all-static
tests_supervisor_worker_death_SOURCES = tests/supervisor/worker_death.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_interrupted_SOURCES = tests/supervisor/interrupted.c tests/support/worker.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_interrupted_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_visibility_SOURCES = tests/supervisor/visibility.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_held_end_SOURCES = tests/supervisor/held_end.c
tests_supervisor_pinned_SOURCES = tests/supervisor/pinned.c tests/support/emulated.h tests/supervisor/slow_page.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_pinned_LDADD = libsupervisor.la
tests_supervisor_pinned_LDFLAGS = -all-static
tests_supervisor_random_arguments_SOURCES = tests/supervisor/random_arguments.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_random_arguments_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_random_arguments_LDFLAGS = -all-static -pthread
tests_supervisor_share_held_SOURCES = tests/supervisor/share_held.c tests/support/must.h
tests_supervisor_share_held_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_share_held_LDFLAGS = -all-static -pthread
tests_supervisor_share_waits_SOURCES = tests/supervisor/share_waits.c \
	tests/support/must.h tests/support/own_child.h
tests_supervisor_share_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_share_waits_LDFLAGS = -all-static -pthread
tests_supervisor_stale_SOURCES = tests/supervisor/stale.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_flood_SOURCES = tests/supervisor/flood.c
tests_supervisor_times_static_SOURCES = tests/supervisor/times.c
tests_supervisor_times_static_LDFLAGS = -all-static
tests_supervisor_flood_LDFLAGS = -all-static
tests_supervisor_guest_SOURCES = tests/supervisor/guest.c tests/support/namespace.c tests/support/namespace.h
tests_supervisor_guest_LDFLAGS = -all-static
tests_supervisor_stacks_hostile_SOURCES = tests/supervisor/stacks_hostile.c tests/support/worker.h tests/support/attack.h
tests_supervisor_stacks_hostile_LDFLAGS = -all-static -Wl,--eh-frame-hdr
tests_supervisor_stacks_waits_SOURCES = tests/supervisor/stacks_waits.c
tests_supervisor_stacks_waits_CFLAGS = $(AM_CFLAGS) -fno-omit-frame-pointer
tests_supervisor_stacks_waits_LDFLAGS = -all-static
tests_supervisor_hostile_arguments_SOURCES = tests/supervisor/hostile_arguments.c
tests_supervisor_hostile_arguments_LDFLAGS = -all-static
raw_sources = tests/supervisor/raw.c tests/supervisor/raw.h tests/supervisor/raw_reap.c
tests_supervisor_called_SOURCES = $(raw_sources)
tests_supervisor_called_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_inline_SOURCES = $(raw_sources) tests/support/attack.h
tests_supervisor_inline_CPPFLAGS = $(AM_CPPFLAGS) -DPAST_LIBC
tests_supervisor_inline_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_token_SOURCES = tests/supervisor/token.c tests/support/attack.h
tests_supervisor_token_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_token_LDADD = libsupervisor.la
tests_supervisor_raw_SOURCES = $(raw_sources)
tests_supervisor_raw_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_raw_LDFLAGS = -all-static -pthread
tests_supervisor_reaper_SOURCES = tests/supervisor/reaper.c
tests_supervisor_reaper_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_reaper_LDFLAGS = -all-static -pthread
tests_supervisor_emulated_absent_SOURCES = tests/supervisor/emulated_absent.c tests/support/emulated.h
tests_supervisor_emulated_absent_LDFLAGS = -all-static
tests_supervisor_emulated_arguments_SOURCES = tests/supervisor/emulated_arguments.c tests/support/emulated.h
tests_supervisor_emulated_arguments_LDFLAGS = -all-static
tests_supervisor_emulated_stuck_SOURCES = tests/supervisor/emulated_stuck.c tests/support/emulated.h tests/supervisor/slow_page.h
tests_supervisor_emulated_stuck_LDFLAGS = -all-static
tests_supervisor_emulated_given_SOURCES = tests/supervisor/emulated_given.c tests/support/emulated.h tests/support/worker.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_emulated_given_LDFLAGS = -all-static
tests_supervisor_emulated_many_SOURCES = tests/supervisor/emulated_many.c tests/support/emulated.h
tests_supervisor_emulated_many_LDFLAGS = -all-static
tests_supervisor_emulated_death_SOURCES = tests/supervisor/emulated_death.c tests/support/emulated.h tests/support/worker.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_emulated_death_LDFLAGS = -all-static
tests_supervisor_emulated_helper_SOURCES = tests/supervisor/emulated_helper.c tests/support/emulated.h tests/support/worker.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_emulated_helper_LDFLAGS = -all-static
tests_supervisor_emulated_epochs_SOURCES = tests/supervisor/emulated_epochs.c tests/support/emulated.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_emulated_epochs_LDFLAGS = -all-static
tests_supervisor_emulated_permission_SOURCES = tests/supervisor/emulated_permission.c tests/support/emulated.h
tests_supervisor_emulated_permission_LDFLAGS = -all-static
tests_supervisor_emulated_signals_SOURCES = tests/supervisor/emulated_signals.c tests/support/emulated.h
tests_supervisor_emulated_signals_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_emulated_signals_LDFLAGS = -all-static -pthread
tests_supervisor_emulated_waits_SOURCES = tests/supervisor/emulated_waits.c tests/support/emulated.h tests/support/usage.h
tests_supervisor_emulated_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_supervisor_emulated_waits_LDFLAGS = -all-static -pthread
tests_supervisor_emulated_groups_SOURCES = tests/supervisor/emulated_groups.c tests/support/emulated.h
tests_supervisor_emulated_groups_LDFLAGS = -all-static
tests_supervisor_emulated_points_SOURCES = tests/supervisor/emulated_points.c tests/support/emulated.h tests/support/namespace.c tests/support/namespace.h
tests_supervisor_emulated_points_LDFLAGS = -all-static

# without a libc
if CPU_X86_64
check_PROGRAMS += tests/supervisor/without_libc
tests_supervisor_without_libc_SOURCES = tests/supervisor/without_libc.S
tests_supervisor_without_libc_LDFLAGS = -nostdlib -all-static
endif
