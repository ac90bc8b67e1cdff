# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor, and what it needs of this kernel: linked into the command, which starts it. It shares the engine's judgement,
# identities and words, not its frames: a process that is only watched is kept in a book (book.h).
noinst_LTLIBRARIES += libsupervisor.la

libsupervisor_la_SOURCES = \
	src/supervisor/all.c src/supervisor/all.h \
	src/supervisor/births.c src/supervisor/births.h \
	src/supervisor/book.c src/supervisor/book.h \
	src/supervisor/callers.c src/supervisor/callers.h \
	src/supervisor/canary.c src/supervisor/canary.h \
	src/supervisor/confinement.c src/supervisor/confinement.h \
	src/supervisor/credentials.c src/supervisor/credentials.h \
	src/supervisor/emulated.c src/supervisor/emulated.h \
	src/supervisor/entries.c src/supervisor/entries.h \
	src/supervisor/epochs.c src/supervisor/epochs.h \
	src/supervisor/exec.c src/supervisor/exec.h \
	src/supervisor/filter.c src/supervisor/filter.h \
	src/supervisor/handles.c src/supervisor/handles.h \
	src/supervisor/helper.c src/supervisor/helper.h \
	src/supervisor/keeper.c src/supervisor/keeper.h \
	src/supervisor/kill.c src/supervisor/kill.h \
	src/supervisor/ledger.c src/supervisor/ledger.h \
	src/supervisor/marker.c src/supervisor/marker.h \
	src/supervisor/memory.c src/supervisor/memory.h \
	src/supervisor/news.c src/supervisor/news.h \
	src/supervisor/notify.c src/supervisor/notify.h \
	src/supervisor/pass.c src/supervisor/pass.h \
	src/supervisor/peer.c src/supervisor/peer.h \
	src/supervisor/points.c src/supervisor/points.h \
	src/supervisor/porter.c src/supervisor/porter.h \
	src/supervisor/probe.c src/supervisor/probe.h \
	src/supervisor/proc.c src/supervisor/proc.h \
	src/supervisor/rights.c src/supervisor/rights.h \
	src/supervisor/serve.c src/supervisor/serve.h \
	src/supervisor/status.c src/supervisor/status.h \
	src/supervisor/verdict.c src/supervisor/verdict.h \
	src/supervisor/wait.c src/supervisor/wait.h
libsupervisor_la_LIBADD = libcore.la

# Assembly: the same file names for each processor, as in src/core.
libsupervisor_la_SOURCES += src/supervisor/arch/stranger.h
if CPU_X86_64
libsupervisor_la_SOURCES += src/supervisor/arch/x86_64/stranger.S
endif
if CPU_AARCH64
libsupervisor_la_SOURCES += src/supervisor/arch/aarch64/stranger.S
endif
