# SPDX-License-Identifier: LGPL-2.1-or-later
# Generated input: libFuzzer targets and the property tests that also run without it.
EXTRA_DIST += tests/fuzz/fuzz_events.c tests/fuzz/fuzz_tree.c tests/fuzz/tree_model.c tests/fuzz/tree_model.h
dist_check_SCRIPTS += tests/fuzz/fuzz_tree.sh
TESTS += tests/fuzz/fuzz_tree.sh
dist_check_SCRIPTS += tests/fuzz/fuzz_events.sh
TESTS += tests/fuzz/fuzz_events.sh

SLOW_TESTS += \
	tests/fuzz/fuzz_events.sh \
	tests/fuzz/fuzz_tree.sh
