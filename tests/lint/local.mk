# SPDX-License-Identifier: LGPL-2.1-or-later
# What a reader could check by hand, checked by machine. `make lint` runs these alone.
LINT_TESTS += \
	tests/lint/bootstrap.sh \
	tests/lint/folders.sh \
	tests/lint/hidden.sh \
	tests/lint/includes.sh \
	tests/lint/citations.sh \
	tests/lint/core-symbols.sh \
	tests/lint/library-symbols.sh \
	tests/lint/segments.sh \
	tests/lint/installed.sh \
	tests/lint/symbols.sh \
	tests/lint/style.sh \
	tests/lint/spelling.sh \
	tests/lint/words.sh \
	tests/lint/manual.sh \
	tests/lint/speed.sh \
	tests/lint/header.sh \
	tests/lint/api.sh \
	tests/lint/cppcheck.sh \
	tests/lint/analyzer.sh

EXTRA_DIST += $(LINT_TESTS) tests/lint/lint.sh tests/lint/core-symbols.allow \
	tests/lint/library-symbols.deny tests/lint/spelling.ignore

SLOW_TESTS += tests/lint/analyzer.sh
