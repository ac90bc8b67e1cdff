// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "callers.h"
#include "points.h"

/* Is that thread the first of its process, whose pid is the same then? A signal that is none, to itself and nobody else, tells. */
static bool leads(int tid)
{
	return syscall(SYS_tgkill, tid, tid, 0) == 0 || errno == EPERM;
}

bool pe_exec_is_first(const struct pe_serve *s, int tid)
{
	if (pe_book_may_have(s->book, tid) || !leads(tid))
		return false;
	pe_callers_renew(tid);
	return true;
}

long pe_exec_serve(struct pe_serve_call *c)
{
	struct pe_book_process *p = pe_book_find(c->s->book, c->peer->identity);

	pe_callers_renew(c->peer->tgid);
	if (p) {
		pe_points_exec(c, p);
		pe_book_forget(c->s->book, p);
	}
	return PE_SERVE_LET;
}
