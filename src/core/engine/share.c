/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/share.h"
#include "core/sys.h"

static bool is_bad(void *at, size_t size)
{
	return pe_sys_probe(at) == -EFAULT || pe_sys_probe((char *)at + size - 4) == -EFAULT;
}

static void give_info(siginfo_t *to, uint32_t pid, int status)
{
	to->si_signo = SIGCHLD;
	to->si_errno = 0;
	to->si_code = WIFEXITED(status) ? CLD_EXITED : WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
	to->si_pid = (pid_t)pid;
	to->si_uid = (uid_t)pe_sys_getuid();
	to->si_status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
}

static long give(const struct pe_reap *r, const struct pe_obituary *o)
{
	int *status = r->as_wait4 ? r->status : NULL;
	siginfo_t *info = r->as_wait4 ? NULL : r->info;

	if ((status && is_bad(status, sizeof(*status))) ||
	    (info && is_bad(info, offsetof(siginfo_t, si_status) + sizeof(int))) ||
	    (r->rusage && is_bad(r->rusage, sizeof(*r->rusage))))
		return -EFAULT;
	if (status)
		*status = o->status;
	if (info)
		give_info(info, o->pid, o->status);
	if (r->rusage)
		pe_obituary_usage(o, r->rusage);
	return r->as_wait4 ? (long)o->pid : 0;
}

long pe_share_give(struct pe_frame *p, const struct pe_reap *r)
{
	const unsigned int wanted = PE_OBITUARY_KNOWN | PE_OBITUARY_ANY;
	struct pe_obituary o;
	uint32_t ticket;

	if (likely(!p->set->share_waits) || pe_frame_know(p, r->id).what != PE_KNOWN_RELEASED)
		return -ECHILD;
	ticket = pe_obituary_last(&p->obituaries, r->id, 0, &o);
	if (!ticket || (o.flags & (wanted | PE_OBITUARY_EARLY | PE_OBITUARY_GIVEN)) != wanted)
		return -ECHILD;
	if (!(r->options & WNOWAIT) && !pe_obituary_give(&p->obituaries, ticket))
		return -ECHILD;
	return give(r, &o);
}
