# SPDX-License-Identifier: LGPL-2.1-or-later
# pidepoch fuzz: the canary server, the plan of a run, the runs, and what is printed of them. The
# program's side is src/core/engine/fuzz_page.c.
noinst_LTLIBRARIES += libfuzz.la

libfuzz_la_SOURCES = \
	src/fuzz/canary.c src/fuzz/canary.h \
	src/fuzz/lost.c src/fuzz/lost.h \
	src/fuzz/plan.c src/fuzz/plan.h \
	src/fuzz/print.c src/fuzz/print.h \
	src/fuzz/run.c src/fuzz/run.h
libfuzz_la_LIBADD = libcommand.la libreport.la libcore.la

# Assembly: the same file names for each processor, as in src/core.
libfuzz_la_SOURCES += src/fuzz/arch/canary.h
if CPU_X86_64
libfuzz_la_SOURCES += src/fuzz/arch/x86_64/canary.S
endif
if CPU_AARCH64
libfuzz_la_SOURCES += src/fuzz/arch/aarch64/canary.S
endif
