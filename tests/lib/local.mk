# SPDX-License-Identifier: LGPL-2.1-or-later
# The API as programs get it: linked only, and preloaded as well. One promise per file.
ABI_TESTS = \
	tests/lib/contexts \
	tests/lib/groups \
	tests/lib/holds \
	tests/lib/ignored \
	tests/lib/lag \
	tests/lib/messages \
	tests/lib/obituaries \
	tests/lib/privileged \
	tests/lib/relations \
	tests/lib/retired \
	tests/lib/signals \
	tests/lib/since \
	tests/lib/sync \
	tests/lib/variants \
	tests/lib/waits \
	tests/lib/written
tests_lib_contexts_SOURCES = tests/lib/contexts.c tests/lib/api.h
tests_lib_contexts_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_contexts_LDADD = libpidepoch.la
tests_lib_groups_SOURCES = tests/lib/groups.c tests/lib/api.h
tests_lib_groups_LDADD = libpidepoch.la
tests_lib_holds_SOURCES = tests/lib/holds.c tests/lib/api.h
tests_lib_holds_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_holds_LDADD = libpidepoch.la
tests_lib_ignored_SOURCES = tests/lib/ignored.c tests/lib/api.h
tests_lib_ignored_LDADD = libpidepoch.la
laps_sources = tests/lib/api.h tests/lib/laps.h tests/support/namespace.c tests/support/namespace.h
tests_lib_lag_SOURCES = tests/lib/lag.c $(laps_sources)
tests_lib_lag_LDADD = libpidepoch.la
tests_lib_relations_SOURCES = tests/lib/relations.c tests/lib/variants.h tests/lib/vector.h \
	$(vector_sources)
tests_lib_relations_LDADD = libpidepoch.la
tests_lib_retired_SOURCES = tests/lib/retired.c $(laps_sources)
tests_lib_retired_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_retired_LDADD = libpidepoch.la
tests_lib_obituaries_SOURCES = tests/lib/obituaries.c $(laps_sources)
tests_lib_obituaries_LDADD = libpidepoch.la
tests_lib_messages_SOURCES = tests/lib/messages.c tests/lib/api.h
tests_lib_messages_LDADD = libpidepoch.la
# by its own path to the library: a privileged program's loader takes none from the environment
tests_lib_privileged_SOURCES = tests/lib/privileged.c
tests_lib_privileged_LDADD = libpidepoch.la
tests_lib_privileged_LDFLAGS = -no-install
tests_lib_signals_SOURCES = tests/lib/signals.c tests/lib/api.h
tests_lib_signals_LDADD = libpidepoch.la
tests_lib_since_SOURCES = tests/lib/since.c tests/lib/api.h
tests_lib_since_LDADD = libpidepoch.la
tests_lib_sync_SOURCES = tests/lib/sync.c tests/lib/api.h
tests_lib_sync_LDADD = libpidepoch.la
tests_lib_variants_SOURCES = tests/lib/variants.c tests/lib/variants.h tests/lib/api.h
tests_lib_variants_LDADD = libpidepoch.la
tests_lib_waits_SOURCES = tests/lib/waits.c tests/lib/api.h
tests_lib_waits_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waits_LDADD = libpidepoch.la
tests_lib_written_SOURCES = tests/lib/written.c tests/lib/api.h
tests_lib_written_LDADD = libpidepoch.la
check_PROGRAMS += $(ABI_TESTS)
TESTS += $(ABI_TESTS)

# what programs see of the library: functions and types
dist_check_SCRIPTS += tests/lib/dump.sh
dist_check_DATA += tests/lib/libpidepoch.abi tests/lib/libvrange.abi
TESTS += tests/lib/dump.sh

renew-abi: libpidepoch.la libvrange.la
	@$(project_env) $(SHELL) $(srcdir)/tests/lib/dump.sh renew
	@$(project_env) $(SHELL) $(srcdir)/tests/lint/symbols.sh renew
PHONY += renew-abi

# waitpidv(): one promise per file
vector_sources = tests/lib/api.h tests/support/namespace.c tests/support/namespace.h
VECTOR_TESTS = \
	tests/lib/waitfd \
	tests/lib/waitpidv_any \
	tests/lib/waitpidv_arguments \
	tests/lib/waitpidv_blocks \
	tests/lib/waitpidv_changed \
	tests/lib/waitpidv_ends \
	tests/lib/waitpidv_exec \
	tests/lib/waitpidv_filtered \
	tests/lib/waitpidv_ignored \
	tests/lib/waitpidv_kinds \
	tests/lib/waitpidv_many \
	tests/lib/waitpidv_nowait \
	tests/lib/waitpidv_others \
	tests/lib/waitpidv_snapshot \
	tests/lib/waitpidv_stops \
	tests/lib/waitpidv_survives \
	tests/lib/waitpidv_threads \
	tests/lib/waitpidv_traced
tests_lib_waitfd_SOURCES = tests/lib/waitfd.c tests/lib/vector.h $(vector_sources)
tests_lib_waitfd_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitfd_LDADD = libpidepoch.la
tests_lib_waitpidv_any_SOURCES = tests/lib/waitpidv_any.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_any_LDADD = libpidepoch.la
tests_lib_waitpidv_arguments_SOURCES = tests/lib/waitpidv_arguments.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_arguments_LDADD = libpidepoch.la
tests_lib_waitpidv_blocks_SOURCES = tests/lib/waitpidv_blocks.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_blocks_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitpidv_blocks_LDADD = libpidepoch.la
tests_lib_waitpidv_changed_SOURCES = tests/lib/waitpidv_changed.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_changed_LDADD = libpidepoch.la
tests_lib_waitpidv_ends_SOURCES = tests/lib/waitpidv_ends.c tests/lib/vector.h tests/support/usage.h $(vector_sources)
tests_lib_waitpidv_ends_LDADD = libpidepoch.la
tests_lib_waitpidv_exec_SOURCES = tests/lib/waitpidv_exec.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_exec_LDADD = libpidepoch.la
tests_lib_waitpidv_filtered_SOURCES = tests/lib/waitpidv_filtered.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_filtered_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitpidv_filtered_LDADD = libpidepoch.la
tests_lib_waitpidv_ignored_SOURCES = tests/lib/waitpidv_ignored.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_ignored_LDADD = libpidepoch.la
tests_lib_waitpidv_kinds_SOURCES = tests/lib/waitpidv_kinds.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_kinds_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitpidv_kinds_LDADD = libpidepoch.la
tests_lib_waitpidv_many_SOURCES = tests/lib/waitpidv_many.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_many_LDADD = libpidepoch.la
tests_lib_waitpidv_nowait_SOURCES = tests/lib/waitpidv_nowait.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_nowait_LDADD = libpidepoch.la
tests_lib_waitpidv_others_SOURCES = tests/lib/waitpidv_others.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_others_LDADD = libpidepoch.la
tests_lib_waitpidv_snapshot_SOURCES = tests/lib/waitpidv_snapshot.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_snapshot_LDADD = libpidepoch.la
tests_lib_waitpidv_stops_SOURCES = tests/lib/waitpidv_stops.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_stops_LDADD = libpidepoch.la
tests_lib_waitpidv_survives_SOURCES = tests/lib/waitpidv_survives.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_survives_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitpidv_survives_LDADD = libpidepoch.la
tests_lib_waitpidv_threads_SOURCES = tests/lib/waitpidv_threads.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_lib_waitpidv_threads_LDADD = libpidepoch.la
tests_lib_waitpidv_traced_SOURCES = tests/lib/waitpidv_traced.c tests/lib/vector.h $(vector_sources)
tests_lib_waitpidv_traced_LDADD = libpidepoch.la
check_PROGRAMS += $(VECTOR_TESTS)
TESTS += $(VECTOR_TESTS)

SLOW_TESTS += \
	tests/lib/waitpidv_blocks$(EXEEXT) \
	tests/lib/waitpidv_many$(EXEEXT)
