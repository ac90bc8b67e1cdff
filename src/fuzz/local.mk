# SPDX-License-Identifier: LGPL-2.1-or-later
# pidepoch fuzz: the canary server, the plan of a run, the runs, and what is printed of them. The
# program's side is src/core/engine/fuzz_page.c.
noinst_LTLIBRARIES += libfuzz.la

libfuzz_la_SOURCES = \
	src/fuzz/canary.c src/fuzz/canary.h \
	src/fuzz/corpus.c src/fuzz/corpus.h \
	src/fuzz/folder.c src/fuzz/folder.h \
	src/fuzz/fisher.c src/fuzz/fisher.h \
	src/fuzz/found.c src/fuzz/found.h \
	src/fuzz/junit.c src/fuzz/junit.h \
	src/fuzz/kept.c src/fuzz/kept.h \
	src/fuzz/lives.c src/fuzz/lives.h \
	src/fuzz/lost.c src/fuzz/lost.h \
	src/fuzz/oracle.c src/fuzz/oracle.h \
	src/fuzz/outcome.c src/fuzz/outcome.h \
	src/fuzz/plan.c src/fuzz/plan.h \
	src/fuzz/policy.c src/fuzz/policy.h \
	src/fuzz/print.c src/fuzz/print.h \
	src/fuzz/replay.c src/fuzz/replay.h \
	src/fuzz/results.c src/fuzz/results.h \
	src/fuzz/run.c src/fuzz/run.h \
	src/fuzz/session.c src/fuzz/session.h \
	src/fuzz/start.c src/fuzz/start.h
libfuzz_la_LIBADD = libcommand.la libreport.la libcore.la

# Assembly: the same file names for each processor, as in src/core.
libfuzz_la_SOURCES += src/fuzz/arch/canary.h
if CPU_X86_64
libfuzz_la_SOURCES += src/fuzz/arch/x86_64/canary.S
endif
if CPU_AARCH64
libfuzz_la_SOURCES += src/fuzz/arch/aarch64/canary.S
endif
