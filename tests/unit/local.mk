# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/unit/test_<file>.c tests src/<room>/<file>.c, with Check. One line for the list and two for each:
#
#   UNIT_TESTS += tests/unit/test_tree
#   tests_unit_test_tree_CFLAGS = $(UNIT_CFLAGS)
#   tests_unit_test_tree_LDADD = $(UNIT_LIBS)

UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_LIBS = libcore.la $(CHECK_LIBS)
UNIT_TESTS =
EXTRA_DIST += tests/unit/needs-check.sh

UNIT_TESTS += tests/unit/test_clock
tests_unit_test_clock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clock_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_identity
tests_unit_test_identity_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_identity_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_stale
tests_unit_test_stale_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_stale_LDADD = $(UNIT_LIBS)

# The assembly. vfork and syscall are the preload library's: their tests bring hooks of their own.
UNIT_TESTS += tests/unit/test_gate
tests_unit_test_gate_SOURCES = tests/unit/test_gate.c tests/unit/tracer.h
tests_unit_test_gate_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_gate_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_vfork
tests_unit_test_vfork_SOURCES = tests/unit/test_vfork.c tests/unit/tracer.h
tests_unit_test_vfork_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vfork_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_syscall
tests_unit_test_syscall_SOURCES = tests/unit/test_syscall.c src/core/arch/syscall.c
tests_unit_test_syscall_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syscall_LDADD = $(UNIT_LIBS)

if CPU_X86_64
tests_unit_test_vfork_SOURCES += src/core/arch/x86_64/vfork.S
tests_unit_test_syscall_SOURCES += src/core/arch/x86_64/vfork.S src/core/arch/x86_64/syscall.S
endif
if CPU_AARCH64
tests_unit_test_vfork_SOURCES += src/core/arch/aarch64/vfork.S
tests_unit_test_syscall_SOURCES += src/core/arch/aarch64/vfork.S src/core/arch/aarch64/syscall.S
endif

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
TESTS += tests/unit/needs-check.sh
endif
