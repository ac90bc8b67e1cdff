# SPDX-License-Identifier: LGPL-2.1-or-later
# The API as programs get it: linked only, and preloaded as well. One promise per file.
ABI_TESTS = \
	tests/abi/contexts \
	tests/abi/holds \
	tests/abi/messages \
	tests/abi/signals \
	tests/abi/sync \
	tests/abi/variants \
	tests/abi/waits \
	tests/abi/written
tests_abi_contexts_SOURCES = tests/abi/contexts.c tests/abi/api.h
tests_abi_contexts_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_contexts_LDADD = libpidepoch.la
tests_abi_holds_SOURCES = tests/abi/holds.c tests/abi/api.h
tests_abi_holds_CFLAGS = $(AM_CFLAGS) -pthread
tests_abi_holds_LDADD = libpidepoch.la
tests_abi_messages_SOURCES = tests/abi/messages.c tests/abi/api.h
tests_abi_messages_LDADD = libpidepoch.la
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
	@$(house_env) $(SHELL) $(srcdir)/tests/abi/dump.sh renew
.PHONY: renew-abi
