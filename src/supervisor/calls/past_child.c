// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/past_child.h"

#include "supervisor/calls/reuse.h"
#include "supervisor/worker/fork_events.h"
#include "supervisor/worker/remote_tree.h"

static bool is_known(const struct pe_worker_call *c, int ns_pid)
{
	const struct pe_child_table_process *p =
		pe_child_table_find(c->s->table, c->peer->identity);

	return p && pe_child_table_has(c->s->table, p, ns_pid);
}

/* Add a child that is signalled to the table: a wait of another thread may be under way, and reap
 * it before that thread's children are listed. */
static void add_if_child(const struct pe_worker_call *c, int ns_pid)
{
	int pid = pe_peer_is_single(c->peer) ? 0 : pe_peer_pid(c->peer, ns_pid);

	if (pid > 0 && pe_peer_parent(pid) == c->peer->tgid)
		pe_child_table_add(c->s->table,
				   pe_child_table_open(c->s->table, c->peer->identity,
						       c->peer->tgid, pe_peer_lives),
				   ns_pid);
}

/* Add what the table may lack: fork events, and the child that has the pid. */
static void update_table(const struct pe_worker_call *c, int ns_pid)
{
	const struct pe_child_table_process *p =
		pe_child_table_find(c->s->table, c->peer->identity);

	if (p && p->births)
		pe_fork_events_read(c->s);
	add_if_child(c, ns_pid);
}

void pe_past_child_record(const struct pe_worker_call *c, int ns_pid)
{
	if (!is_known(c, ns_pid))
		update_table(c, ns_pid);
}

static long look(struct pe_worker_call *c, int ns_pid)
{
	if (is_known(c, ns_pid))
		return 1;
	update_table(c, ns_pid);
	return is_known(c, ns_pid) ? 1 : pe_remote_tree_has(c, ns_pid);
}

long pe_past_child_is(struct pe_worker_call *c, int ns_pid)
{
	long r = look(c, ns_pid);

	if (r > 0)
		pe_reuse_offer(c, ns_pid);
	return r;
}
