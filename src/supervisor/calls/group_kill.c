// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/group_kill.h"

#include <errno.h>
#include <unistd.h>

#include "core/record/tally.h"
#include "core/sys.h"
#include "supervisor/calls/group_note.h"
#include "supervisor/calls/past_child.h"
#include "supervisor/calls/reuse.h"
#include "supervisor/calls/stale_use.h"

#define LAST_SIGNAL 64

static int leader_of(const struct pe_worker_call *c)
{
	return -(int)c->n->data.args[0];
}

/* In the supervisor's namespace: after the leader was reaped, its pid is the only name of the
 * group. */
static bool is_own(const struct pe_worker_call *c, int leader)
{
	int group = getpgid(c->peer->tgid);

	return group < 0 || leader == (c->peer->ns < 0 ? group : pe_peer_ns_pid(c->peer, group));
}

static struct pe_use use_of(const struct pe_worker_call *c, int holder)
{
	return (struct pe_use){
		.by = PE_CALL_KILL,
		.pid = leader_of(c),
		.group = true,
		.signal = (int)c->n->data.args[1],
		.holder = holder,
	};
}

static long judge_as(struct pe_worker_call *c, int holder, bool exists, bool unproven)
{
	struct pe_use use = use_of(c, holder);

	use.unproven = unproven;
	return pe_stale_use_serve(c, &use, holder ? holder : exists);
}

/* No process has the pid. Groups in a namespace below the supervisor's cannot be looked up. */
static long without_leader(struct pe_worker_call *c)
{
	bool exists = c->peer->ns >= 0 || pe_sys_getpriority(PRIO_PGRP, leader_of(c)) != -ESRCH;
	enum pe_group_note_state noted = PE_GROUP_NOTE_UNKNOWN;

	if (c->peer->ns < 0)
		noted = pe_group_note_find(c->s, c->peer->identity, leader_of(c));
	if (noted == PE_GROUP_NOTE_LIVES)
		return PE_WORKER_CONTINUE;
	return judge_as(c, 0, exists, exists && noted == PE_GROUP_NOTE_UNKNOWN);
}

/* The group never was that of a child. Of `pidepoch fuzz`: a canary may lead it. */
static long pass_other(struct pe_worker_call *c, int leader)
{
	const struct pe_use use = use_of(c, leader);

	return pe_reuse_is_canary(c, leader) ? pe_stale_use_of_canary(c, &use) : PE_WORKER_CONTINUE;
}

static long judge(struct pe_worker_call *c, int leader)
{
	int pid, parent;
	long r = pe_past_child_is(c, leader);

	if (r <= 0)
		return r < 0 ? r : pass_other(c, leader);
	pid = pe_peer_pid(c->peer, leader);
	parent = pid < 0 ? pid : pe_peer_parent(pid);
	if (parent == -ESRCH)
		return without_leader(c);
	if (parent == c->peer->tgid && c->peer->ns < 0)
		pe_group_note_child(c->s, c->peer->identity, parent, pid);
	if (parent < 0 || parent == c->peer->tgid || pe_peer_traces(c->peer, pid))
		return PE_WORKER_CONTINUE;
	return judge_as(c, pid, true, false);
}

long pe_group_kill_serve(struct pe_worker_call *c)
{
	int leader = leader_of(c);
	long r;

	if ((uint32_t)c->n->data.args[1] > LAST_SIGNAL || is_own(c, leader))
		return PE_WORKER_CONTINUE;
	pe_reuse_before_use(c, leader);
	r = judge(c, leader);
	if (r != -EINPROGRESS)
		pe_tally_judged(&c->s->set, PE_CALL_KILL);
	return r;
}
