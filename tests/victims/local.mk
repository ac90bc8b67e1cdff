# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs that tests and the demo run: unmodified, not linked with anything of ours.

# what `pidepoch demo` plays: installed, since the demo is
demodir = $(libexecdir)/pidepoch
demo_PROGRAMS = tests/victims/demo_threads tests/victims/demo_pidfile tests/victims/innocent
dist_demo_SCRIPTS = tests/victims/demo_jobs.sh tests/victims/demo_popen.py

tests_victims_demo_threads_SOURCES = tests/victims/demo_threads.c
tests_victims_demo_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_victims_demo_pidfile_SOURCES = tests/victims/demo_pidfile.c
tests_victims_innocent_SOURCES = tests/victims/innocent.c

# what `pidepoch fuzz` is tried on: wrong ones and right ones
check_PROGRAMS += tests/victims/fuzz_library tests/victims/fuzz_tracer
tests_victims_fuzz_tracer_SOURCES = tests/victims/fuzz_tracer.c
tests_victims_fuzz_library_SOURCES = tests/victims/fuzz_library.c
tests_victims_fuzz_library_CFLAGS = $(AM_CFLAGS) -g -fno-optimize-sibling-calls -pthread
dist_check_SCRIPTS += tests/victims/fuzz_asyncio.py tests/victims/fuzz_asyncio_number.py \
	tests/victims/fuzz_killpg.py tests/victims/fuzz_pidfile.sh tests/victims/fuzz_popen.py tests/victims/fuzz_service.sh \
	tests/victims/right_jobs.sh tests/victims/right_popen.py
