// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/wait.h"

#include <errno.h>
#include <sys/wait.h>

#include "supervisor/calls/announce.h"
#include "supervisor/calls/group_note.h"
#include "supervisor/calls/reuse.h"
#include "supervisor/calls/sharing.h"
#include "supervisor/calls/stack_waits.h"
#include "supervisor/calls/stolen.h"
#include "supervisor/worker/fork_events.h"

#define FEW 4 /* reading this many children is as quick as reading the cursor */

struct look {
	struct pe_worker_call *call;
	struct pe_child_table_process *process;
	int count;
};

static void note_group(const struct pe_worker_call *c, int pid)
{
	if (c->peer->ns < 0)
		pe_group_note_child(c->s, c->peer->identity, c->peer->tgid, pid);
}

static void write_down(void *arg, int pid)
{
	struct look *l = arg;
	int ns_pid = pe_peer_ns_pid(l->call->peer, pid);

	l->count++;
	pe_reuse_expect(l->call, ns_pid);
	if (ns_pid > 0)
		pe_child_table_add(l->call->s->table, l->process, ns_pid);
	note_group(l->call, pid);
}

static struct pe_child_table_process *open_entry(struct pe_worker_call *c)
{
	return pe_child_table_open(c->s->table, c->peer->identity, c->peer->tgid, pe_peer_lives);
}

/* If no pid was allocated since the last listing, there is no new child. If few children are
 * expected, they are listed without this check. */
static void look_at_all(struct pe_worker_call *c)
{
	struct pe_child_table_process *p = open_entry(c);
	struct look l = { .call = c, .process = p };
	bool few = c->peer->has_few && pe_peer_is_single(c->peer);
	uint32_t cursor = few ? 0 : pe_peer_cursor();

	if (cursor && cursor == p->cursor)
		return;
	if (pe_peer_children(c->peer, write_down, &l) == 0)
		p->cursor = cursor;
	c->peer->has_few = l.count <= FEW;
}

static void look_at(struct pe_worker_call *c, int ns_pid)
{
	struct pe_child_table_process *p = pe_child_table_find(c->s->table, c->peer->identity);
	int pid;

	note_group(c, ns_pid);
	if (p && pe_child_table_has(c->s->table, p, ns_pid))
		return;
	pid = pe_peer_pid(c->peer, ns_pid);
	if (pid > 0 && pe_peer_parent(pid) == c->peer->tgid) {
		pe_child_table_add(c->s->table, open_entry(c), ns_pid);
		pe_reuse_expect(c, ns_pid);
	}
}

/* Could the wait reap a child that does not exist yet? */
static bool is_for_any(const struct pe_worker_call *c)
{
	int first = (int)c->n->data.args[0];

	return c->what == PE_NOTIFY_FILTER_WAITID ? first != P_PID && first != P_PIDFD : first <= 0;
}

/* With statuses that are shared, a wait for one child that only looks is notified, too. */
static bool only_looks(const struct pe_worker_call *c)
{
	return c->what == PE_NOTIFY_FILTER_WAITID && (c->n->data.args[3] & WNOWAIT);
}

static long share(struct pe_worker_call *c, int ns_pid)
{
	if (!c->s->set.share_waits || pe_announce_is_judged(c))
		return PE_WORKER_CONTINUE;
	return pe_sharing_serve(c, ns_pid);
}

long pe_wait_serve(struct pe_worker_call *c)
{
	const __u64 *arg = c->n->data.args;
	struct pe_child_table_process *p = open_entry(c);
	int ns_pid = (int)arg[0];
	long r;

	if (only_looks(c))
		return share(c, (int)arg[0] == P_PID ? (int)arg[1] : -1);
	if (pe_announce_wait(c, p) < 0)
		return -EINPROGRESS;
	if (is_for_any(c))
		pe_fork_events_await(c, p);
	if (c->what == PE_NOTIFY_FILTER_WAITID)
		ns_pid = (int)arg[0] == P_PID ? (int)arg[1] : -1;
	if (ns_pid > 0)
		look_at(c, ns_pid);
	else
		look_at_all(c);
	r = share(c, ns_pid);
	if (r != PE_WORKER_CONTINUE)
		return r;
	if (ns_pid > 0 && pe_stolen_check(c, ns_pid) == -EINPROGRESS)
		return -EINPROGRESS;
	return c->s->waits ? pe_stack_waits_enter(c, ns_pid) : PE_WORKER_CONTINUE;
}
