// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/exec.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulate/points.h"
#include "supervisor/calls/group_note.h"
#include "supervisor/calls/run_table.h"
#include "supervisor/peer/callers.h"

/* Is @tid the leader of its process? Signal 0 by tgkill finds out; no signal is sent. */
static bool leads(int tid)
{
	return syscall(SYS_tgkill, tid, tid, 0) == 0 || errno == EPERM;
}

bool pe_exec_is_first(const struct pe_worker *s, int tid)
{
	if (pe_child_table_may_have(s->table, tid) || !leads(tid))
		return false;
	pe_callers_renew(tid);
	return true;
}

void pe_exec_note(const struct pe_worker *s, int tid)
{
	pe_run_table_born(tid);
	pe_group_note_exec(s, tid);
}

long pe_exec_serve(struct pe_worker_call *c)
{
	struct pe_child_table_process *p = pe_child_table_find(c->s->table, c->peer->identity);

	pe_callers_renew(c->peer->tgid);
	if (p) {
		pe_points_exec(c, p);
		pe_child_table_forget(c->s->table, p);
	}
	return PE_WORKER_CONTINUE;
}
