// SPDX-License-Identifier: LGPL-2.1-or-later
#include "porter.h"

#include <errno.h>

#include "core/postern.h"
#include "memory.h"
#include "notify.h"
#include "rights.h"

bool pe_porter_is_asked(const struct pe_serve_call *c)
{
	return c->what == PE_FILTER_WAITID && c->n->data.instruction_pointer == pe_postern_call();
}

/* 0; -ENOENT: the caller has none */
static int read_board(const struct pe_serve_call *c, struct pe_postern_board *b)
{
	int r = pe_memory_read(c, PE_POSTERN_AT + PE_POSTERN_BOARD, b, sizeof(*b));

	return r < 0 || b->magic != PE_POSTERN_MAGIC ? -ENOENT : 0;
}

static int write_word(const struct pe_serve_call *c, const struct pe_postern_board *b,
		      uint32_t word)
{
	if (!pe_notify_holds(c->s->listener, c->n->id))
		return -ENOENT;
	return pe_memory_write(c, b->word, &word, sizeof(word));
}

long pe_porter_open(const struct pe_serve_call *c, struct pe_book_process *p)
{
	struct pe_postern_board b;
	int r;

	if (p->postern == PE_PORTER_BARRED || !pe_peer_is_single(c->peer) ||
	    pe_rights_may_hide(c->peer))
		return -ECHILD;
	/* before it is so: from then on each wait is looked at */
	p->postern = PE_PORTER_OPEN;
	r = read_board(c, &b);
	if (r == 0)
		r = write_word(c, &b, PE_POSTERN_OPEN);
	if (r < 0)
		p->postern = PE_PORTER_NONE;
	return r < 0 ? -ECHILD : 0;
}

void pe_porter_watch(const struct pe_serve_call *c, struct pe_book_process *p)
{
	uint64_t at = c->n->data.instruction_pointer;
	struct pe_postern_board b;

	if (p->postern == PE_PORTER_NONE || p->postern == PE_PORTER_BARRED)
		return;
	if (read_board(c, &b) < 0)
		p->postern = PE_PORTER_NONE;
	else if (at >= b.from && at <= b.to)
		p->postern = PE_PORTER_OPEN;
	else if (write_word(c, &b, PE_POSTERN_BARRED) == 0)
		p->postern = PE_PORTER_BARRED;
}
