/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/fuzz_page.h"
#include "core/engine/fuzz_use.h"
#include "core/engine/guard.h"
#include "core/sys.h"
#include "core/time/identity.h"

/* how long await_reap() waits at most: 20 ms */
#define REAP_ROUNDS 200
#define REAP_NS	    100000

/* Does the call only ask about one process? A canary's group has no other member, so a question
 * about a group does not count. */
static bool is_probe(const struct pe_use *u)
{
	return u->pid > 0 && (pe_call_only_asks(u->by) || u->signal == 0);
}

/* Does the call change a process in a way that sends no signal, and that no canary notices? */
static bool is_change(const struct pe_use *u)
{
	switch (u->by) {
	case PE_CALL_PRLIMIT:
		return u->call.arg[2] != 0;
	case PE_CALL_SCHED_SETAFFINITY:
	case PE_CALL_SCHED_SETSCHEDULER:
	case PE_CALL_SCHED_SETPARAM:
	case PE_CALL_PROCESS_VM_WRITEV:
	case PE_CALL_IOPRIO_SET:
		return u->pid > 0 && !u->group;
	default:
		return false;
	}
}

static bool is_own_child(enum pe_knowledge what)
{
	return what == PE_KNOWN_LIVE || what == PE_KNOWN_RELEASED;
}

/* A process that has ended keeps its pid until it is reaped: by the kernel, if its parent ignores
 * SIGCHLD, or by process 1. This takes a moment. */
static bool is_about_to_be_reaped(struct pe_frame *p, pid_t pid)
{
	struct pe_identity_holder who;

	if (atomic_load_explicit(&p->autoreap, memory_order_relaxed) &&
	    is_own_child(pe_frame_know(p, (uint32_t)pid).what) &&
	    pe_identity_is_child((uint32_t)pid) == 0)
		return true;
	return pe_identity_describe((uint32_t)pid, &who) == 0 && who.state == 'Z' && who.ppid == 1;
}

/* The use is late all the same: so the pid must be free before it is given away. */
static void await_reap(struct pe_frame *p, pid_t pid)
{
	const struct timespec moment = { .tv_nsec = REAP_NS };

	for (int i = 0;
	     i < REAP_ROUNDS && pid > 0 && pe_sys_kill(pid, 0) == 0 &&
	     !pe_fuzz_page_is_canary(p->set->fuzz, (uint32_t)pid) && is_about_to_be_reaped(p, pid);
	     i++)
		pe_sys2(SYS_nanosleep, PE_SYS_LONG(&moment), 0);
}

static void note_use(struct pe_fuzz_page *f, const struct pe_use *u)
{
	if (u->by == PE_CALL_PTRACE && pe_fuzz_page_is_canary(f, (uint32_t)u->pid))
		pe_fuzz_page_used(f);
	else if (is_change(u))
		pe_fuzz_page_changed(f, (uint32_t)u->pid, (int)u->by);
	else if (is_probe(u))
		pe_fuzz_page_probed(f, (uint32_t)u->pid, (int)u->by, (uint32_t)pe_sys_getpid());
}

long pe_fuzz_use(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u)
{
	struct pe_fuzz_page *f = p->set->fuzz;
	bool all = u->by == PE_CALL_KILL && u->pid == -1 && pe_fuzz_page_all_begin(f);
	long n;

	pe_fuzz_page_before_use(f);
	await_reap(p, u->pid);
	if (u->pid > 0)
		pe_fuzz_page_offer(f, (uint32_t)u->pid);
	n = pe_guard(p, t, u);
	if (all)
		pe_fuzz_page_all_end(f);
	else if (n >= 0)
		note_use(f, u);
	return n;
}
