// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/stolen.h"

#include <errno.h>

#include "supervisor/calls/stack.h"
#include "supervisor/calls/stale_use.h"

#define PLACES 4096

/* children for which a wait by pid has been notified; one that shares a place displaces it */
static struct waited {
	uint64_t identity;
	int pid;
} waited[PLACES];

static struct waited *place_of(const struct pe_worker_call *c, int ns_pid)
{
	return &waited[(c->peer->identity * 31 + (unsigned int)ns_pid) % PLACES];
}

static bool is_waited(const struct pe_worker_call *c, int ns_pid)
{
	const struct waited *w = place_of(c, ns_pid);

	return w->identity == c->peer->identity && w->pid == ns_pid;
}

static bool was_child(const struct pe_worker_call *c, int ns_pid)
{
	const struct pe_child_table_process *p =
		pe_child_table_find(c->s->table, c->peer->identity);

	return p && pe_child_table_has(c->s->table, p, ns_pid);
}

static bool is_child(const struct pe_worker_call *c, int ns_pid)
{
	int pid = pe_peer_pid(c->peer, ns_pid);

	return pid > 0 && pe_peer_parent(pid) == c->peer->tgid;
}

long pe_stolen_check(struct pe_worker_call *c, int ns_pid)
{
	long r = PE_WORKER_CONTINUE;

	if (!pe_stack_is_wanted(c->s) || !was_child(c, ns_pid) || is_waited(c, ns_pid))
		return r;
	if (!is_child(c, ns_pid))
		r = pe_stale_use_stolen(c, ns_pid);
	if (r == PE_WORKER_CONTINUE)
		*place_of(c, ns_pid) = (struct waited){ c->peer->identity, ns_pid };
	return r;
}
