// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/reuse.h"

#include <errno.h>

#include "core/engine/fuzz_page.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "supervisor/calls/stack_waits.h"
#include "supervisor/peer/proc.h"

static struct expected {
	int pid;	/* 0: free */
	uint64_t start; /* of the process, in ticks */
	int parent;	/* the process that waits for it */
	uint64_t parent_identity;
} expected[PE_REUSE_EXPECTED];

static bool is_fuzzed(const struct pe_worker_call *c)
{
	return c->s->set.fuzz && c->peer->ns < 0;
}

static struct expected *place_of(int pid)
{
	for (int i = 0; i < PE_REUSE_EXPECTED; i++)
		if (expected[i].pid == pid)
			return &expected[i];
	return NULL;
}

/* --- a wait --- */

void pe_reuse_expect(const struct pe_worker_call *c, int ns_pid)
{
	struct pe_identity_holder who = { .start = 0 };
	struct expected *e;

	if (!is_fuzzed(c) || ns_pid <= 0 || place_of(ns_pid))
		return;
	e = place_of(0);
	if (!e)
		return;
	pe_identity_describe((uint32_t)ns_pid, &who);
	*e = (struct expected){ ns_pid, who.start, c->peer->tgid, c->peer->identity };
	atomic_fetch_add(&c->s->set.fuzz->awaited, 1);
}

/* --- a release --- */

static bool is_gone(const struct expected *e)
{
	return e->pid && pe_sys_kill(e->pid, 0) == -ESRCH;
}

static void give(const struct pe_worker *s, struct expected *e)
{
	struct pe_fuzz_page_releaser by = { .pid = (uint32_t)e->parent };

	pe_stack_waits_describe(s, e->parent_identity, e->pid, &by);
	pe_fuzz_page_released(s->set.fuzz, (uint32_t)e->pid, &by);
	e->pid = 0;
}

static void give_all(const struct pe_worker *s)
{
	uint64_t now = 0;

	for (int i = 0; s->set.fuzz && i < PE_REUSE_EXPECTED; i++) {
		if (!is_gone(&expected[i]))
			continue;
		now = now ? now : pe_proc_ticks();
		if (expected[i].start != now)
			give(s, &expected[i]);
	}
}

/* --- kill(-1) --- */

static int sender_to_all; /* the thread; 0: none */

void pe_reuse_to_all(const struct pe_worker_call *c, int signal)
{
	if (!is_fuzzed(c))
		return;
	sender_to_all = c->peer->tid;
	pe_fuzz_page_set_to_all(c->s->set.fuzz, (uint32_t)c->peer->tgid, signal);
}

/* reuse.4 */
static void end_to_all(const struct pe_worker_call *c)
{
	if (!sender_to_all ||
	    (sender_to_all != c->peer->tid && pe_sys_kill(sender_to_all, 0) != -ESRCH))
		return;
	sender_to_all = 0;
	pe_fuzz_page_set_to_all(c->s->set.fuzz, 0, 0);
}

/* --- calls --- */

void pe_reuse_begin(const struct pe_worker_call *c)
{
	end_to_all(c);
	give_all(c->s);
}

void pe_reuse_before_use(const struct pe_worker_call *c, int ns_pid)
{
	struct expected *e = is_fuzzed(c) && ns_pid > 0 ? place_of(ns_pid) : NULL;

	if (!e || !is_gone(e))
		return;
	if (e->start == pe_proc_ticks())
		pe_fuzz_page_next_tick();
	give(c->s, e);
}

void pe_reuse_offer(const struct pe_worker_call *c, int ns_pid)
{
	if (is_fuzzed(c) && ns_pid > 0)
		pe_fuzz_page_offer(c->s->set.fuzz, (uint32_t)ns_pid);
}

bool pe_reuse_is_canary(const struct pe_worker_call *c, int ns_pid)
{
	return is_fuzzed(c) && ns_pid > 0 &&
	       pe_fuzz_page_is_canary(c->s->set.fuzz, (uint32_t)ns_pid);
}
