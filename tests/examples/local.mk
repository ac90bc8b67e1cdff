# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs of docs/examples/, built and run.
EXAMPLE_TESTS = \
	tests/examples/build-runner.sh \
	tests/examples/event-loop.sh \
	tests/examples/fuzzed.sh \
	tests/examples/languages.sh \
	tests/examples/pidfile-daemon.sh \
	tests/examples/pidfile-reader.sh \
	tests/examples/reaper.sh \
	tests/examples/reaper_go.sh \
	tests/examples/supervisor.sh \
	tests/examples/wait4-loop.sh
dist_check_SCRIPTS += $(EXAMPLE_TESTS)
dist_check_DATA += tests/support/example.sh
TESTS += $(EXAMPLE_TESTS)

EXTRA_DIST += docs/examples/supervisor-library.go docs/examples/supervisor-library.rs \
	docs/examples/supervisor-number.go docs/examples/supervisor-number.rs
EXTRA_DIST += docs/examples/event-loop.c docs/examples/event-loop.py docs/examples/build-runner.c docs/examples/pidfile-daemon.c docs/examples/pidfile-reader.c docs/examples/reaper.c docs/examples/reaper.go docs/examples/supervisor.c docs/examples/wait4-loop.c

SLOW_TESTS += \
	tests/examples/fuzzed.sh \
	tests/examples/languages.sh \
	tests/examples/supervisor.sh
