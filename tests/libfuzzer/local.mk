# SPDX-License-Identifier: LGPL-2.1-or-later
# Generated input: libFuzzer targets and the property tests that also run without it.
EXTRA_DIST += tests/libfuzzer/events.c tests/libfuzzer/tree.c tests/libfuzzer/tree_model.c tests/libfuzzer/tree_model.h
dist_check_SCRIPTS += tests/libfuzzer/tree.sh
TESTS += tests/libfuzzer/tree.sh
dist_check_SCRIPTS += tests/libfuzzer/events.sh
TESTS += tests/libfuzzer/events.sh

SLOW_TESTS += \
	tests/libfuzzer/events.sh \
	tests/libfuzzer/tree.sh
