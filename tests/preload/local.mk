# SPDX-License-Identifier: LGPL-2.1-or-later
# Behaviour of programs under the preload library: one promise per file, C or sh; 77 skips and says
# why.

# the command line
CLI_TESTS = \
	tests/preload/evidence_right.sh \
	tests/cli/becomes.sh \
	tests/cli/demo.sh \
	tests/cli/demo_missing.sh \
	tests/cli/demo_wrong.sh \
	tests/cli/doctor.sh \
	tests/cli/doctor_claims.py \
	tests/cli/environment.sh \
	tests/cli/help.sh \
	tests/cli/layouts.sh \
	tests/cli/leftovers.sh \
	tests/cli/log.sh \
	tests/cli/moved.sh \
	tests/cli/nested.sh \
	tests/cli/no_library.sh \
	tests/cli/not_executable.sh \
	tests/cli/not_found.sh \
	tests/cli/odd_names.sh \
	tests/cli/options.sh \
	tests/cli/sinks.sh \
	tests/cli/init.sh \
	tests/cli/outcome.sh \
	tests/cli/recipes.sh \
	tests/cli/setuid.sh \
	tests/cli/status.sh \
	tests/cli/top.sh \
	tests/cli/watch.sh \
	tests/cli/wrong_uses.sh \
	tests/cli/unfit.sh \
	tests/cli/usage.sh \
	tests/cli/values.sh \
	tests/cli/vrange.sh
CLI_TESTS += \
	tests/fuzz-command/cpython.sh \
	tests/fuzz-command/differs.sh \
	tests/fuzz-command/files.sh \
	tests/fuzz-command/finds.sh \
	tests/fuzz-command/interrupted.sh \
	tests/fuzz-command/replay.sh \
	tests/fuzz-command/results.sh \
	tests/fuzz-command/right.sh \
	tests/fuzz-command/static.sh \
	tests/fuzz-command/usage.sh
dist_check_SCRIPTS += $(CLI_TESTS)
dist_check_DATA += tests/support/cli.sh tests/support/server.sh tests/support/stale.sh \
	tests/support/users.h
TESTS += $(CLI_TESTS)

# what tells a program a number, what does not, and how a stale one is judged
LEARN_TESTS = \
	tests/preload/evidence_kinds \
	tests/preload/evidence_own \
	tests/preload/evidence_told \
	tests/preload/learn_attributes \
	tests/preload/learn_cancel \
	tests/preload/learn_handlers \
	tests/preload/learn_proc \
	tests/preload/learn_relations \
	tests/preload/learn_shell \
	tests/preload/learn_sources \
	tests/preload/learn_told \
	tests/preload/learn_vanish
actor_sources = tests/support/actor.c tests/support/actor.h \
	tests/support/namespace.c tests/support/namespace.h
scene_sources = tests/preload/learn_scene.c tests/preload/learn_scene.h $(actor_sources)
tests_preload_evidence_kinds_SOURCES = tests/preload/evidence_kinds.c $(actor_sources)
tests_preload_evidence_own_SOURCES = tests/preload/evidence_own.c $(actor_sources)
tests_preload_evidence_told_SOURCES = tests/preload/evidence_told.c \
	tests/preload/evidence_forms.c tests/preload/evidence_forms.h $(actor_sources)
tests_preload_evidence_told_LDADD = -lrt -lutil
tests_preload_learn_attributes_SOURCES = tests/preload/learn_attributes.c $(actor_sources)
tests_preload_learn_cancel_SOURCES = tests/preload/learn_cancel.c $(actor_sources)
tests_preload_learn_cancel_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_learn_handlers_SOURCES = tests/preload/learn_handlers.c
tests_preload_learn_handlers_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_learn_proc_SOURCES = tests/preload/learn_proc.c $(scene_sources)
tests_preload_learn_relations_SOURCES = tests/preload/learn_relations.c $(scene_sources)
tests_preload_learn_shell_SOURCES = tests/preload/learn_shell.c $(actor_sources)
tests_preload_learn_sources_SOURCES = tests/preload/learn_sources.c $(scene_sources)
tests_preload_learn_told_SOURCES = tests/preload/learn_told.c $(actor_sources)
tests_preload_learn_vanish_SOURCES = tests/preload/learn_vanish.c $(actor_sources)
check_PROGRAMS += $(LEARN_TESTS)
TESTS += $(LEARN_TESTS)

# the file of events
EVENT_TESTS = \
	tests/report/events_kinds.sh \
	tests/report/events_right.sh \
	tests/report/forms.sh \
	tests/report/hostile.sh \
	tests/report/names.sh
dist_check_SCRIPTS += $(EVENT_TESTS)
check_PROGRAMS += tests/report/misuses
tests_report_misuses_SOURCES = tests/report/misuses.c
tests_report_misuses_CFLAGS = $(AM_CFLAGS) -g -fno-optimize-sibling-calls -pthread
TESTS += $(EVENT_TESTS)

# what was tried to break it, and did: each fails without its mend
ATTACK_TESTS = \
	tests/preload/attack_births \
	tests/preload/attack_busy \
	tests/preload/attack_denied \
	tests/preload/attack_tree \
	tests/preload/attack_waitid
tests_preload_attack_births_SOURCES = tests/preload/attack_births.c tests/support/attack.h
tests_preload_attack_births_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_attack_births_LDADD = libcore.la -lpthread
tests_preload_attack_busy_SOURCES = tests/preload/attack_busy.c tests/support/attack.h
tests_preload_attack_busy_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_attack_denied_SOURCES = tests/preload/attack_denied.c tests/support/attack.h
tests_preload_attack_tree_SOURCES = tests/preload/attack_tree.c tests/support/attack.h
tests_preload_attack_tree_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_attack_tree_LDADD = libcore.la -lpthread
tests_preload_attack_waitid_SOURCES = tests/preload/attack_waitid.c tests/support/attack.h
check_PROGRAMS += $(ATTACK_TESTS)
TESTS += $(ATTACK_TESTS)

# the pitfalls inside one process, natively and preloaded
PITFALL_TESTS = \
	tests/preload/pitfall_autoreap \
	tests/preload/pitfall_buffers \
	tests/preload/pitfall_cancel \
	tests/preload/pitfall_clone \
	tests/preload/pitfall_early \
	tests/preload/share_waits \
	tests/preload/share_libc \
	tests/preload/pitfall_guests \
	tests/preload/pitfall_inherited \
	tests/preload/pitfall_laps \
	tests/preload/pitfall_statuses \
	tests/preload/pitfall_steps \
	tests/preload/pitfall_syscall \
	tests/preload/pitfall_vforks
tests_preload_pitfall_autoreap_SOURCES = tests/preload/pitfall_autoreap.c $(actor_sources)
tests_preload_pitfall_buffers_SOURCES = tests/preload/pitfall_buffers.c $(actor_sources)
tests_preload_pitfall_buffers_LDADD = -lrt
tests_preload_pitfall_cancel_SOURCES = tests/preload/pitfall_cancel.c tests/support/attack.h
tests_preload_pitfall_cancel_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_clone_SOURCES = tests/preload/pitfall_clone.c $(actor_sources)
tests_preload_share_libc_SOURCES = tests/preload/share_libc.c tests/support/must.h \
	tests/support/share.h
tests_preload_share_libc_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_share_waits_SOURCES = tests/preload/share_waits.c tests/support/must.h \
	tests/support/own_child.h tests/support/share.h
tests_preload_share_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_early_SOURCES = tests/preload/pitfall_early.c $(actor_sources)
tests_preload_pitfall_early_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_guests_SOURCES = tests/preload/pitfall_guests.c $(actor_sources)
tests_preload_pitfall_inherited_SOURCES = tests/preload/pitfall_inherited.c $(actor_sources)
tests_preload_pitfall_inherited_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_laps_SOURCES = tests/preload/pitfall_laps.c $(actor_sources)
tests_preload_pitfall_laps_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_statuses_SOURCES = tests/preload/pitfall_statuses.c tests/support/attack.h \
	tests/support/lives.h
tests_preload_pitfall_steps_SOURCES = tests/preload/pitfall_steps.c tests/support/attack.h \
	tests/support/namespace.c tests/support/namespace.h
tests_preload_pitfall_syscall_SOURCES = tests/preload/pitfall_syscall.c $(actor_sources)
tests_preload_pitfall_vforks_SOURCES = tests/preload/pitfall_vforks.c tests/support/attack.h
tests_preload_pitfall_vforks_CFLAGS = $(AM_CFLAGS) -pthread
check_PROGRAMS += $(PITFALL_TESTS)
TESTS += $(PITFALL_TESTS)

# the pitfalls of what is around a program: descriptors, limits, environment, processors
AROUND_TESTS = \
	tests/preload/pitfall_constructors \
	tests/preload/pitfall_descriptors \
	tests/preload/pitfall_dispatch \
	tests/preload/pitfall_exec \
	tests/preload/pitfall_hidden \
	tests/preload/pitfall_limits \
	tests/preload/pitfall_notice \
	tests/preload/pitfall_pgrep \
	tests/preload/pitfall_seccomp \
	tests/preload/pitfall_settings \
	tests/preload/pitfall_spawn \
	tests/preload/pitfall_stacks \
	tests/preload/pitfall_yields
tests_preload_pitfall_constructors_SOURCES = tests/preload/pitfall_constructors.c $(actor_sources)
tests_preload_pitfall_descriptors_SOURCES = tests/preload/pitfall_descriptors.c $(actor_sources)
tests_preload_pitfall_dispatch_SOURCES = tests/preload/pitfall_dispatch.c tests/support/compare_native.h
tests_preload_pitfall_exec_SOURCES = tests/preload/pitfall_exec.c tests/support/compare_native.h
tests_preload_pitfall_hidden_SOURCES = tests/preload/pitfall_hidden.c tests/support/compare_native.h
tests_preload_pitfall_limits_SOURCES = tests/preload/pitfall_limits.c tests/support/compare_native.h
tests_preload_pitfall_notice_SOURCES = tests/preload/pitfall_notice.c $(actor_sources)
tests_preload_pitfall_pgrep_SOURCES = tests/preload/pitfall_pgrep.c $(actor_sources)
tests_preload_pitfall_seccomp_SOURCES = tests/preload/pitfall_seccomp.c tests/support/compare_native.h
tests_preload_pitfall_settings_SOURCES = tests/preload/pitfall_settings.c $(actor_sources)
tests_preload_pitfall_spawn_SOURCES = tests/preload/pitfall_spawn.c tests/support/compare_native.h
tests_preload_pitfall_stacks_SOURCES = tests/preload/pitfall_stacks.c $(actor_sources)
tests_preload_pitfall_stacks_CFLAGS = $(AM_CFLAGS) -pthread
tests_preload_pitfall_yields_SOURCES = tests/preload/pitfall_yields.c $(actor_sources)
tests_preload_pitfall_aarch64_SOURCES = tests/preload/pitfall_aarch64.c $(actor_sources)
tests_preload_pitfall_aarch64_LDADD = libcore.la
check_PROGRAMS += $(AROUND_TESTS) tests/preload/pitfall_aarch64
AROUND_SHELL = \
	tests/preload/pitfall_aarch64.sh \
	tests/preload/pitfall_proc.sh \
	tests/preload/pitfall_reach.sh \
	tests/preload/pitfall_sanitizer.sh \
	tests/preload/pitfall_valgrind.sh
AROUND_SHELL += tests/preload/server_nginx.sh tests/preload/server_postgresql.sh
dist_check_SCRIPTS += $(AROUND_SHELL)
TESTS += $(AROUND_TESTS) $(AROUND_SHELL)

# for pitfall_aarch64.sh, which builds the library for a processor that was not configured
preload-sources:
	@echo $(libpidepoch_preload_la_SOURCES) $(libstate_la_SOURCES) $(libcore_la_SOURCES)
PHONY += preload-sources

SLOW_TESTS += \
	tests/fuzz-command/cpython.sh \
	tests/preload/pitfall_steps$(EXEEXT) \
	tests/preload/pitfall_aarch64.sh

# other people's programs, with and without
include tests/preload/transparent/local.mk
include tests/preload/cpython/local.mk
