// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec.h"

#include "points.h"

bool pe_exec_is_first(const struct pe_serve *s, int tid)
{
	uint64_t identity;

	return pe_peer_glance(tid, &identity) && !pe_book_find(s->book, identity);
}

long pe_exec_serve(struct pe_serve_call *c)
{
	struct pe_book_process *p = pe_book_find(c->s->book, c->peer->identity);

	if (p) {
		pe_points_exec(c, p);
		pe_book_forget(c->s->book, p);
	}
	return PE_SERVE_LET;
}
