// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/announce.h"

#include <errno.h>

#include "core/token.h"
#include "supervisor/worker/helper.h"

bool pe_announce_is_judged(const struct pe_worker_call *c)
{
	return c->n->data.args[PE_TOKEN_AT] == PE_TOKEN_JUDGED;
}

static long write_word(struct pe_helper_call *h, void *address)
{
	const uint8_t yes = 1;

	return pe_helper_write(h, *(const uint64_t *)address, &yes, sizeof(yes));
}

/* 0 or -EINPROGRESS. If the memory cannot be written to, the program should not have announced
 * anything (token.5). */
static long set_vanish(struct pe_worker_call *c, struct pe_child_table_process *p)
{
	uint64_t address = p->vanish;

	if (pe_helper_do(c, write_word, &address, sizeof(address)) == -EINPROGRESS)
		return -EINPROGRESS;
	p->vanish = 0; /* the word is never cleared */
	return 0;
}

long pe_announce_take(struct pe_worker_call *c)
{
	uint64_t word = c->n->data.args[PE_TOKEN_WORD];
	struct pe_child_table_process *p;

	if (!word)
		return 0;
	p = pe_child_table_open(c->s->table, c->peer->identity, c->peer->tgid, pe_peer_lives);
	p->vanish = word;
	return p->bypassed ? set_vanish(c, p) : 0;
}

void pe_announce_argument(const struct pe_worker_call *c)
{
	const __u64 *arg = c->n->data.args;

	if (c->what == PE_NOTIFY_FILTER_KILL && arg[1] == 0 && (int64_t)arg[PE_TOKEN_MOMENT] > 0)
		pe_child_table_give(c->s->table, c->peer->identity, (uint32_t)arg[0],
				    (int64_t)arg[PE_TOKEN_MOMENT]);
}

long pe_announce_wait(struct pe_worker_call *c, struct pe_child_table_process *p)
{
	if (pe_announce_is_judged(c))
		return 0;
	p->bypassed = true;
	return p->vanish ? set_vanish(c, p) : 0;
}
