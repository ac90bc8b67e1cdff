# SPDX-License-Identifier: LGPL-2.1-or-later
# What a container restricts.
check_PROGRAMS += tests/containers/confine
tests_containers_confine_SOURCES = tests/containers/confine.c
tests_containers_confine_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
tests_containers_confine_LDADD = $(SECCOMP_LIBS)
CONTAINER_TESTS = tests/containers/what_holds.sh
dist_check_SCRIPTS += $(CONTAINER_TESTS)
dist_check_DATA += tests/containers/probe.py
TESTS += $(CONTAINER_TESTS)
EXTRA_DIST += docs/containers.md
