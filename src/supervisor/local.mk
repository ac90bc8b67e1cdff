# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor, and what it needs of this kernel: linked into the command, which starts it. It
# shares the engine's judgement, identities and words, not its frames: a process that is only
# watched is kept in a child table (child_table.h).
noinst_LTLIBRARIES += libsupervisor.la

libsupervisor_la_SOURCES = \
	src/supervisor/all.c src/supervisor/all.h \
	src/supervisor/announce.c src/supervisor/announce.h \
	src/supervisor/fork_events.c src/supervisor/fork_events.h \
	src/supervisor/locator.c src/supervisor/locator.h \
	src/supervisor/child_table.c src/supervisor/child_table.h \
	src/supervisor/group_kill.c src/supervisor/group_kill.h \
	src/supervisor/callers.c src/supervisor/callers.h \
	src/supervisor/confinement.c src/supervisor/confinement.h \
	src/supervisor/credentials.c src/supervisor/credentials.h \
	src/supervisor/emulated.c src/supervisor/emulated.h \
	src/supervisor/entries.c src/supervisor/entries.h \
	src/supervisor/epochs.c src/supervisor/epochs.h \
	src/supervisor/exec.c src/supervisor/exec.h \
	src/supervisor/notify_filter.c src/supervisor/notify_filter.h \
	src/supervisor/handles.c src/supervisor/handles.h \
	src/supervisor/helper.c src/supervisor/helper.h \
	src/supervisor/monitor.c src/supervisor/monitor.h \
	src/supervisor/kill.c src/supervisor/kill.h \
	src/supervisor/remote_tree.c src/supervisor/remote_tree.h \
	src/supervisor/memory.c src/supervisor/memory.h \
	src/supervisor/waitfd.c src/supervisor/waitfd.h \
	src/supervisor/notify.c src/supervisor/notify.h \
	src/supervisor/pass.c src/supervisor/pass.h \
	src/supervisor/peer.c src/supervisor/peer.h \
	src/supervisor/points.c src/supervisor/points.h \
	src/supervisor/probe.c src/supervisor/probe.h \
	src/supervisor/proc.c src/supervisor/proc.h \
	src/supervisor/rights.c src/supervisor/rights.h \
	src/supervisor/serve.c src/supervisor/serve.h \
	src/supervisor/stack.c src/supervisor/stack.h \
	src/supervisor/stack_apart.c src/supervisor/stack_apart.h \
	src/supervisor/stack_memory.c src/supervisor/stack_memory.h \
	src/supervisor/stack_modules.c src/supervisor/stack_modules.h \
	src/supervisor/stack_table.c src/supervisor/stack_table.h \
	src/supervisor/stack_waits.c src/supervisor/stack_waits.h \
	src/supervisor/stack_walk.c src/supervisor/stack_walk.h \
	src/supervisor/judge.c src/supervisor/judge.h \
	src/supervisor/title.c src/supervisor/title.h \
	src/supervisor/turns.c src/supervisor/turns.h \
	src/supervisor/wait.c src/supervisor/wait.h
libsupervisor_la_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS) $(LIBUNWIND_CFLAGS)
libsupervisor_la_LIBADD = libcore.la $(SECCOMP_LIBS) $(LIBUNWIND_LIBS)

# One file for each processor, by the same name.
libsupervisor_la_SOURCES += src/supervisor/arch/registers.h
if CPU_X86_64
libsupervisor_la_SOURCES += src/supervisor/arch/x86_64/registers.c
endif
if CPU_AARCH64
libsupervisor_la_SOURCES += src/supervisor/arch/aarch64/registers.c
endif
