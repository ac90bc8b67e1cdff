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

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
TESTS += tests/unit/needs-check.sh
endif
