// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/porter.h"

#include <errno.h>

#include "core/engine/postern.h"
#include "supervisor/helper.h"
#include "supervisor/rights.h"

bool pe_porter_is_asked(const struct pe_serve_call *c)
{
	return c->what == PE_NOTIFY_FILTER_WAITID &&
	       c->n->data.instruction_pointer == pe_postern_call();
}

/* what is asked of a caller's page, and written to its word */
struct board {
	struct pe_postern_board b;
	uint64_t at;
	uint32_t word;
};

/* 0; -ENOENT: the caller has none */
static long read_board(struct pe_helper_call *h, void *data)
{
	struct board *d = data;
	int r = pe_helper_read(h, PE_POSTERN_AT + PE_POSTERN_BOARD, &d->b, sizeof(d->b));

	if (r < 0 || d->b.magic != PE_POSTERN_MAGIC)
		return -ENOENT;
	/* a wait of the library leaves it as it is */
	if (d->word == PE_POSTERN_BARRED && d->at >= d->b.from && d->at <= d->b.to)
		return 0;
	return pe_helper_write(h, d->b.word, &d->word, sizeof(d->word)) < 0 ? -ENOENT : 1;
}

long pe_porter_open(struct pe_serve_call *c, struct pe_child_table_process *p)
{
	struct board d = { .word = PE_POSTERN_OPEN };
	long r;

	if (p->postern == PE_PORTER_BARRED || !pe_peer_is_single(c->peer) ||
	    pe_rights_may_hide(c->peer))
		return -ECHILD;
	/* before it is so: from then on each wait is looked at */
	p->postern = PE_PORTER_OPEN;
	r = pe_helper_do(c, read_board, &d, sizeof(d));
	if (r == -EINPROGRESS)
		return r;
	if (r < 0)
		p->postern = PE_PORTER_NONE;
	return r < 0 ? -ECHILD : 0;
}

long pe_porter_watch(struct pe_serve_call *c, struct pe_child_table_process *p)
{
	struct board d = { .at = c->n->data.instruction_pointer, .word = PE_POSTERN_BARRED };
	long r;

	if (p->postern == PE_PORTER_NONE || p->postern == PE_PORTER_BARRED)
		return 0;
	r = pe_helper_do(c, read_board, &d, sizeof(d));
	if (r == -EINPROGRESS)
		return r;
	p->postern = r < 0 ? PE_PORTER_NONE : r ? PE_PORTER_BARRED : PE_PORTER_OPEN;
	return 0;
}
