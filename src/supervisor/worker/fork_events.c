// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/fork_events.h"

#include <errno.h>
#include <unistd.h>

#include "supervisor/kernel/connector.h"

/* --- subscription --- */

static bool is_listening(struct pe_worker *s)
{
	if (s->births < 0 || atomic_load(&s->table->births))
		return s->births >= 0;
	if (pe_connector_listen(s->births) < 0) {
		close(s->births);
		s->births = -1;
		return false;
	}
	atomic_store(&s->table->births, true);
	return true;
}

void pe_fork_events_await(const struct pe_worker_call *c, struct pe_child_table_process *p)
{
	if (p->births)
		pe_fork_events_read(c->s);
	else if (c->peer->ns < 0 && !pe_peer_is_single(c->peer) && is_listening(c->s))
		p->births = pe_connector_now();
}

void pe_fork_events_end(const struct pe_worker *s)
{
	if (s->births >= 0 && atomic_load(&s->table->births))
		pe_connector_ignore(s->births);
}

/* --- into the child table --- */

static struct pe_child_table_process *find_parent(struct pe_child_table *b, int pid,
						  int (*who)(int, uint64_t *))
{
	uint64_t identity;

	/* most births have other parents, which are not examined */
	return pe_child_table_may_have(b, pid) && who(pid, &identity) == 0
		       ? pe_child_table_find(b, identity)
		       : NULL;
}

void pe_fork_events_note(struct pe_child_table *b, const struct pe_connector_birth *births,
			 size_t n, int (*who)(int pid, uint64_t *identity))
{
	struct pe_child_table_process *parent = NULL;
	int pid = 0;

	for (const struct pe_connector_birth *e = births; e < births + n; e++) {
		if (e->parent != pid)
			parent = find_parent(b, e->parent, who);
		pid = e->parent;
		if (parent && parent->births && e->at > parent->births)
			pe_child_table_add(b, parent, e->child);
	}
}

/* The parents' identities are read after the messages (fork_events.3). */
void pe_fork_events_read(struct pe_worker *s)
{
	struct pe_connector_birth births[PE_CONNECTOR_BATCH];
	size_t count;
	int n;

	if (s->births < 0)
		return;
	do {
		n = pe_connector_receive(s->births, births, &count);
		pe_fork_events_note(s->table, births, count, pe_peer_identity);
	} while (n > 0 || n == -ENOBUFS);
}
