# SPDX-License-Identifier: LGPL-2.1-or-later
# The API as programs get it: linked only, and preloaded as well. One promise per file.
ABI_TESTS = \
	tests/abi/contexts \
	tests/abi/groups \
	tests/abi/holds \
	tests/abi/lag \
	tests/abi/messages \
	tests/abi/privileged \
	tests/abi/retired \
	tests/abi/signals \
	tests/abi/sync \
	tests/abi/variants \
	tests/abi/waits \
	tests/abi/written
tests_abi_contexts_SOURCES = tests/abi/contexts.c tests/abi/api.h
tests_abi_contexts_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_contexts_LDADD = libpidepoch.la
tests_abi_groups_SOURCES = tests/abi/groups.c tests/abi/api.h
tests_abi_groups_LDADD = libpidepoch.la
tests_abi_holds_SOURCES = tests/abi/holds.c tests/abi/api.h
tests_abi_holds_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_holds_LDADD = libpidepoch.la
laps_sources = tests/abi/api.h tests/abi/laps.h tests/preload/namespace.c tests/preload/namespace.h
tests_abi_lag_SOURCES = tests/abi/lag.c $(laps_sources)
tests_abi_lag_LDADD = libpidepoch.la
tests_abi_retired_SOURCES = tests/abi/retired.c $(laps_sources)
tests_abi_retired_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_retired_LDADD = libpidepoch.la
tests_abi_messages_SOURCES = tests/abi/messages.c tests/abi/api.h
tests_abi_messages_LDADD = libpidepoch.la
# by its own path to the library: a privileged program's loader takes none from the environment
tests_abi_privileged_SOURCES = tests/abi/privileged.c
tests_abi_privileged_LDADD = libpidepoch.la
tests_abi_privileged_LDFLAGS = -no-install
tests_abi_signals_SOURCES = tests/abi/signals.c tests/abi/api.h
tests_abi_signals_LDADD = libpidepoch.la
tests_abi_sync_SOURCES = tests/abi/sync.c tests/abi/api.h
tests_abi_sync_LDADD = libpidepoch.la
tests_abi_variants_SOURCES = tests/abi/variants.c tests/abi/api.h
tests_abi_variants_LDADD = libpidepoch.la
tests_abi_waits_SOURCES = tests/abi/waits.c tests/abi/api.h
tests_abi_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waits_LDADD = libpidepoch.la
tests_abi_written_SOURCES = tests/abi/written.c tests/abi/api.h
tests_abi_written_LDADD = libpidepoch.la
check_PROGRAMS += $(ABI_TESTS)
TESTS += $(ABI_TESTS)

# what programs see of the library: functions and types
dist_check_SCRIPTS += tests/abi/dump.sh
dist_check_DATA += tests/abi/libpidepoch.abi
TESTS += tests/abi/dump.sh

renew-abi: libpidepoch.la
	@$(project_env) $(SHELL) $(srcdir)/tests/abi/dump.sh renew
.PHONY: renew-abi

# waitpidv(): one promise per file
vector_sources = tests/abi/api.h tests/preload/namespace.c tests/preload/namespace.h
VECTOR_TESTS = \
	tests/abi/waitpidv_arguments \
	tests/abi/waitpidv_blocks \
	tests/abi/waitpidv_changed \
	tests/abi/waitpidv_ends \
	tests/abi/waitpidv_exec \
	tests/abi/waitpidv_filtered \
	tests/abi/waitpidv_ignored \
	tests/abi/waitpidv_kinds \
	tests/abi/waitpidv_many \
	tests/abi/waitpidv_nowait \
	tests/abi/waitpidv_others \
	tests/abi/waitpidv_snapshot \
	tests/abi/waitpidv_stops \
	tests/abi/waitpidv_survives \
	tests/abi/waitpidv_threads \
	tests/abi/waitpidv_traced
tests_abi_waitpidv_arguments_SOURCES = tests/abi/waitpidv_arguments.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_arguments_LDADD = libpidepoch.la
tests_abi_waitpidv_blocks_SOURCES = tests/abi/waitpidv_blocks.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_blocks_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waitpidv_blocks_LDADD = libpidepoch.la
tests_abi_waitpidv_changed_SOURCES = tests/abi/waitpidv_changed.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_changed_LDADD = libpidepoch.la
tests_abi_waitpidv_ends_SOURCES = tests/abi/waitpidv_ends.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_ends_LDADD = libpidepoch.la
tests_abi_waitpidv_exec_SOURCES = tests/abi/waitpidv_exec.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_exec_LDADD = libpidepoch.la
tests_abi_waitpidv_filtered_SOURCES = tests/abi/waitpidv_filtered.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_filtered_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waitpidv_filtered_LDADD = libpidepoch.la
tests_abi_waitpidv_ignored_SOURCES = tests/abi/waitpidv_ignored.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_ignored_LDADD = libpidepoch.la
tests_abi_waitpidv_kinds_SOURCES = tests/abi/waitpidv_kinds.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_kinds_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waitpidv_kinds_LDADD = libpidepoch.la
tests_abi_waitpidv_many_SOURCES = tests/abi/waitpidv_many.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_many_LDADD = libpidepoch.la
tests_abi_waitpidv_nowait_SOURCES = tests/abi/waitpidv_nowait.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_nowait_LDADD = libpidepoch.la
tests_abi_waitpidv_others_SOURCES = tests/abi/waitpidv_others.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_others_LDADD = libpidepoch.la
tests_abi_waitpidv_snapshot_SOURCES = tests/abi/waitpidv_snapshot.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_snapshot_LDADD = libpidepoch.la
tests_abi_waitpidv_stops_SOURCES = tests/abi/waitpidv_stops.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_stops_LDADD = libpidepoch.la
tests_abi_waitpidv_survives_SOURCES = tests/abi/waitpidv_survives.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_survives_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waitpidv_survives_LDADD = libpidepoch.la
tests_abi_waitpidv_threads_SOURCES = tests/abi/waitpidv_threads.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_waitpidv_threads_LDADD = libpidepoch.la
tests_abi_waitpidv_traced_SOURCES = tests/abi/waitpidv_traced.c tests/abi/vector.h $(vector_sources)
tests_abi_waitpidv_traced_LDADD = libpidepoch.la
check_PROGRAMS += $(VECTOR_TESTS)
TESTS += $(VECTOR_TESTS)

SLOW_TESTS += \
	tests/abi/waitpidv_blocks$(EXEEXT) \
	tests/abi/waitpidv_many$(EXEEXT)
