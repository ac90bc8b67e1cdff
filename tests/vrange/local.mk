# SPDX-License-Identifier: LGPL-2.1-or-later
# libvrange. Each program runs once for each level that the kernel has (levels.sh).
VRANGE_TESTS = tests/vrange/ranges tests/vrange/forks tests/vrange/threads tests/vrange/model \
	tests/vrange/objects tests/vrange/files tests/vrange/numbers tests/vrange/bad_input \
	tests/vrange/decisions tests/vrange/chunks tests/vrange/steps \
	tests/vrange/raw tests/vrange/ashmem tests/vrange/headroom
vrange_sources = tests/vrange/check.h tests/vrange/pressure.c tests/vrange/pressure.h

tests_vrange_ranges_SOURCES = tests/vrange/ranges.c $(vrange_sources)
tests_vrange_ranges_LDADD = libvrange.la
tests_vrange_forks_SOURCES = tests/vrange/forks.c $(vrange_sources)
tests_vrange_forks_LDADD = libvrange.la
tests_vrange_threads_SOURCES = tests/vrange/threads.c $(vrange_sources)
tests_vrange_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_vrange_threads_LDADD = libvrange.la
tests_vrange_model_SOURCES = tests/vrange/model.c $(vrange_sources)
tests_vrange_model_LDADD = libvrange.la

tests_vrange_objects_SOURCES = tests/vrange/objects.c $(vrange_sources)
tests_vrange_objects_CFLAGS = $(AM_CFLAGS) -pthread
tests_vrange_objects_LDADD = libvrange.la
tests_vrange_files_SOURCES = tests/vrange/files.c $(vrange_sources)
tests_vrange_files_LDADD = libvrange.la

tests_vrange_bad_input_SOURCES = tests/vrange/bad_input.c $(vrange_sources)
tests_vrange_bad_input_LDADD = libvrange.la

tests_vrange_demo_SOURCES = tests/vrange/demo.c $(vrange_sources)
tests_vrange_demo_LDADD = libvrange.la

tests_vrange_decisions_SOURCES = tests/vrange/decisions.c $(vrange_sources)
tests_vrange_decisions_CFLAGS = $(AM_CFLAGS) -pthread
tests_vrange_decisions_LDADD = libvrange.la

tests_vrange_steps_SOURCES = tests/vrange/steps.c $(vrange_sources)
tests_vrange_steps_LDADD = libvrange.la

# known to the loader by name alone
tests_vrange_chunks_SOURCES = tests/vrange/chunks.c $(vrange_sources)
tests_vrange_numbers_SOURCES = tests/vrange/numbers.c $(vrange_sources)

tests_vrange_headroom_SOURCES = tests/vrange/headroom.c $(vrange_sources)
tests_vrange_headroom_LDADD = libvrange.la
tests_vrange_ashmem_SOURCES = tests/vrange/ashmem.c $(vrange_sources)
tests_vrange_raw_SOURCES = tests/vrange/raw.c $(vrange_sources)
tests_vrange_raw_LDFLAGS = -all-static

# for static.sh
tests_vrange_by_number_SOURCES = tests/vrange/by_number.c $(vrange_sources)
tests_vrange_by_number_LDFLAGS = -all-static

check_PROGRAMS += tests/vrange/by_number tests/vrange/demo $(VRANGE_TESTS)
vrange_scripts = tests/vrange/demo.sh tests/vrange/doctor.sh tests/vrange/examples.sh \
	tests/vrange/levels.sh tests/vrange/mutants.sh tests/vrange/static.sh tests/vrange/status.sh
dist_check_SCRIPTS += $(vrange_scripts)
TESTS += $(VRANGE_TESTS) $(vrange_scripts)
SLOW_TESTS += tests/vrange/levels.sh tests/vrange/mutants.sh
EXTRA_DIST += docs/examples/vrange-lru.c docs/examples/vrange-shared.c docs/examples/vrange-tiles.c

demo-vrange: libvrange.la tests/vrange/demo
	@tests/vrange/demo
PHONY += demo-vrange
