// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec.h"

long pe_exec_serve(struct pe_serve_call *c)
{
	struct pe_book_process *p = pe_book_find(c->s->book, c->peer->identity);

	if (p)
		pe_book_forget(c->s->book, p);
	return PE_SERVE_LET;
}
