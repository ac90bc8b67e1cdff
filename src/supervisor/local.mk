# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor, and what it needs of this kernel: linked into the command, which starts it. It
# shares the rules, the identities and the notices of src/core, not its frames: a process that is
# only watched is kept in a child table (child_table.h).
noinst_LTLIBRARIES += libsupervisor.la

libsupervisor_la_SOURCES = \
	src/supervisor/kernel/connector.c src/supervisor/kernel/connector.h \
	src/supervisor/kernel/handles.c src/supervisor/kernel/handles.h \
	src/supervisor/kernel/notify.c src/supervisor/kernel/notify.h \
	src/supervisor/kernel/notify_filter.c src/supervisor/kernel/notify_filter.h \
	src/supervisor/kernel/probe.c src/supervisor/kernel/probe.h \
	src/supervisor/peer/callers.c src/supervisor/peer/callers.h \
	src/supervisor/peer/locator.c src/supervisor/peer/locator.h \
	src/supervisor/peer/memory.c src/supervisor/peer/memory.h \
	src/supervisor/peer/peer.c src/supervisor/peer/peer.h \
	src/supervisor/peer/proc.c src/supervisor/peer/proc.h \
	src/supervisor/peer/rights.c src/supervisor/peer/rights.h \
	src/supervisor/unwind/stack_apart.c src/supervisor/unwind/stack_apart.h \
	src/supervisor/unwind/stack_cache.c src/supervisor/unwind/stack_cache.h \
	src/supervisor/unwind/stack_memory.c src/supervisor/unwind/stack_memory.h \
	src/supervisor/unwind/stack_modules.c src/supervisor/unwind/stack_modules.h \
	src/supervisor/unwind/stack_table.c src/supervisor/unwind/stack_table.h \
	src/supervisor/unwind/stack_walk.c src/supervisor/unwind/stack_walk.h \
	src/supervisor/worker/child_table.c src/supervisor/worker/child_table.h \
	src/supervisor/worker/confinement.c src/supervisor/worker/confinement.h \
	src/supervisor/worker/credentials.c src/supervisor/worker/credentials.h \
	src/supervisor/worker/fork_events.c src/supervisor/worker/fork_events.h \
	src/supervisor/worker/helper.c src/supervisor/worker/helper.h \
	src/supervisor/worker/pass.c src/supervisor/worker/pass.h \
	src/supervisor/worker/remote_tree.c src/supervisor/worker/remote_tree.h \
	src/supervisor/worker/resume.c src/supervisor/worker/resume.h \
	src/supervisor/worker/turns.c src/supervisor/worker/turns.h \
	src/supervisor/worker/worker.h \
	src/supervisor/calls/all.c src/supervisor/calls/all.h \
	src/supervisor/calls/announce.c src/supervisor/calls/announce.h \
	src/supervisor/calls/argument.c src/supervisor/calls/argument.h \
	src/supervisor/calls/exec.c src/supervisor/calls/exec.h \
	src/supervisor/calls/group_kill.c src/supervisor/calls/group_kill.h \
	src/supervisor/calls/group_note.c src/supervisor/calls/group_note.h \
	src/supervisor/calls/kill.c src/supervisor/calls/kill.h \
	src/supervisor/calls/past_child.c src/supervisor/calls/past_child.h \
	src/supervisor/calls/question.c src/supervisor/calls/question.h \
	src/supervisor/calls/reuse.c src/supervisor/calls/reuse.h \
	src/supervisor/calls/run_table.c src/supervisor/calls/run_table.h \
	src/supervisor/calls/sharing.c src/supervisor/calls/sharing.h \
	src/supervisor/calls/shared_children.c src/supervisor/calls/shared_children.h \
	src/supervisor/calls/shared_held.c src/supervisor/calls/shared_held.h \
	src/supervisor/calls/stack.c src/supervisor/calls/stack.h \
	src/supervisor/calls/stack_waits.c src/supervisor/calls/stack_waits.h \
	src/supervisor/calls/stale_use.c src/supervisor/calls/stale_use.h \
	src/supervisor/calls/stolen.c src/supervisor/calls/stolen.h \
	src/supervisor/calls/wait.c src/supervisor/calls/wait.h \
	src/supervisor/end.c src/supervisor/end.h \
	src/supervisor/monitor.c src/supervisor/monitor.h \
	src/supervisor/serve.c src/supervisor/serve.h \
	src/supervisor/title.c src/supervisor/title.h
libsupervisor_la_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS) $(LIBUNWIND_CFLAGS)
libsupervisor_la_LIBADD = libcore.la $(SECCOMP_LIBS) $(LIBUNWIND_LIBS)

# One file for each processor, by the same name.
libsupervisor_la_SOURCES += src/supervisor/unwind/arch/registers.h
if CPU_X86_64
libsupervisor_la_SOURCES += src/supervisor/unwind/arch/x86_64/registers.c
endif
if CPU_AARCH64
libsupervisor_la_SOURCES += src/supervisor/unwind/arch/aarch64/registers.c
endif
