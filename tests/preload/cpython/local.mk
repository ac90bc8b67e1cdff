# SPDX-License-Identifier: LGPL-2.1-or-later
# CPython's own tests with and without the preload, compared test by test: one module per file.

SUITE_LOG_DRIVER = $(LOG_DRIVER)
SUITE_LOG_COMPILER = /usr/bin/python3 $(top_srcdir)/tests/preload/cpython/suite

CPYTHON_SUITES = \
	tests/preload/cpython/test_eintr.suite \
	tests/preload/cpython/test_fork1.suite \
	tests/preload/cpython/test_os.suite \
	tests/preload/cpython/test_popen.suite \
	tests/preload/cpython/test_posix.suite \
	tests/preload/cpython/test_pty.suite \
	tests/preload/cpython/test_signal.suite \
	tests/preload/cpython/test_subprocess.suite \
	tests/preload/cpython/test_wait3.suite \
	tests/preload/cpython/test_wait4.suite
dist_check_DATA += $(CPYTHON_SUITES)
TESTS += $(CPYTHON_SUITES)
EXTRA_DIST += tests/preload/cpython/record.py tests/preload/cpython/suite

SLOW_TESTS += \
	tests/preload/cpython/test_eintr.suite \
	tests/preload/cpython/test_fork1.suite \
	tests/preload/cpython/test_os.suite \
	tests/preload/cpython/test_signal.suite \
	tests/preload/cpython/test_subprocess.suite \
	tests/preload/cpython/test_wait3.suite \
	tests/preload/cpython/test_wait4.suite

# make matrix
EXTRA_DIST += tests/matrix/matrix tests/matrix/steps.sh tests/matrix/programs/bash \
	tests/matrix/programs/cpython tests/matrix/programs/glib tests/matrix/programs/go \
	tests/matrix/programs/libuv tests/matrix/programs/make tests/matrix/programs/perl \
	tests/matrix/programs/php tests/matrix/programs/ruby tests/matrix/programs/tcl \
	tests/matrix/programs/zsh
