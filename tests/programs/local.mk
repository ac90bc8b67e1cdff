# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs that tests and the demo run: unmodified, not linked with anything of ours.

# what `pidepoch demo` runs: installed, since the demo is
demodir = $(libexecdir)/pidepoch
demo_PROGRAMS = tests/programs/demo_threads tests/programs/demo_pidfile tests/programs/innocent
dist_demo_SCRIPTS = tests/programs/demo_jobs.sh tests/programs/demo_popen.py

tests_programs_demo_threads_SOURCES = tests/programs/demo_threads.c
tests_programs_demo_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_programs_demo_pidfile_SOURCES = tests/programs/demo_pidfile.c
tests_programs_innocent_SOURCES = tests/programs/innocent.c

# what `pidepoch fuzz` is tried on: wrong ones and right ones
check_PROGRAMS += tests/programs/fuzz_library tests/programs/fuzz_tracer tests/programs/fuzz_static \
	tests/programs/fuzz_ignored
tests_programs_fuzz_static_SOURCES = tests/programs/fuzz_static.c
tests_programs_fuzz_static_CFLAGS = $(AM_CFLAGS) -g -fno-optimize-sibling-calls
tests_programs_fuzz_static_LDFLAGS = -all-static
tests_programs_fuzz_ignored_SOURCES = tests/programs/fuzz_ignored.c
tests_programs_fuzz_tracer_SOURCES = tests/programs/fuzz_tracer.c
tests_programs_fuzz_library_SOURCES = tests/programs/fuzz_library.c
tests_programs_fuzz_library_CFLAGS = $(AM_CFLAGS) -g -fno-optimize-sibling-calls -pthread
dist_check_SCRIPTS += tests/programs/fuzz_asyncio.py tests/programs/fuzz_asyncio_number.py \
	tests/programs/fuzz_killpg.py tests/programs/fuzz_pidfile.sh tests/programs/fuzz_popen.py tests/programs/fuzz_service.sh \
	tests/programs/right_jobs.sh tests/programs/right_popen.py \
	tests/programs/right_starttime.py
