# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/unit/test_<file>.c tests src/<room>/<file>.c, with Check. One line for the list and two for each:
#
#   UNIT_TESTS += tests/unit/test_tree
#   tests_unit_test_tree_CFLAGS = $(UNIT_CFLAGS)
#   tests_unit_test_tree_LDADD = $(UNIT_LIBS)

UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_LIBS = libcore.la $(CHECK_LIBS)
UNIT_TESTS =
EXTRA_DIST += tests/unit/needs-check.sh

UNIT_TESTS += tests/unit/test_clock
tests_unit_test_clock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clock_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_identity
tests_unit_test_identity_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_identity_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_stale
tests_unit_test_stale_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_stale_LDADD = $(UNIT_LIBS)

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
TESTS += tests/unit/needs-check.sh
endif
