# SPDX-License-Identifier: LGPL-2.1-or-later
# Behaviour of programs under the preload library: one promise per file, C or sh; 77 skips and says why.

# the command line
CLI_TESTS = \
	tests/preload/test_cli_becomes.sh \
	tests/preload/test_cli_demo.sh \
	tests/preload/test_cli_demo_missing.sh \
	tests/preload/test_cli_demo_wrong.sh \
	tests/preload/test_cli_environment.sh \
	tests/preload/test_cli_help.sh \
	tests/preload/test_cli_layouts.sh \
	tests/preload/test_cli_log.sh \
	tests/preload/test_cli_moved.sh \
	tests/preload/test_cli_nested.sh \
	tests/preload/test_cli_no_library.sh \
	tests/preload/test_cli_not_executable.sh \
	tests/preload/test_cli_not_found.sh \
	tests/preload/test_cli_odd_names.sh \
	tests/preload/test_cli_setuid.sh \
	tests/preload/test_cli_unfit.sh \
	tests/preload/test_cli_usage.sh \
	tests/preload/test_cli_values.sh
dist_check_SCRIPTS += $(CLI_TESTS)
dist_check_DATA += tests/preload/cli.sh
TESTS += $(CLI_TESTS)
