// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/all.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys.h"
#include "supervisor/worker/credentials.h"
#include "supervisor/worker/helper.h"
#include "supervisor/worker/resume.h"

/* The kernel does not signal the caller, the first process, or processes outside the caller's pid
 * namespace. */
static bool is_meant(const struct pe_worker_call *c, int pid)
{
	return pid != c->peer->tgid && pe_peer_ns_pid(c->peer, pid) > 1;
}

/* With the caller's credentials: may the caller signal the monitor? If not, the kernel may make the
 * call. */
static bool reaches_us(const struct pe_worker_call *c)
{
	return is_meant(c, c->s->ours[0]) && pe_sys_kill(c->s->ours[0], 0) != -EPERM;
}

static uint8_t seen[(1u << 22) / 8]; /* a bit for each pid, to the kernel's PID_MAX_LIMIT */

/* A process seen in an earlier round of this call has got the signal. A new one was forked by a
 * process that had not got it yet. */
static bool is_new(int pid)
{
	uint8_t bit = (uint8_t)(1u << pid % 8), *at = &seen[(unsigned int)pid / 8 % sizeof(seen)];
	bool was = *at & bit;

	*at |= bit;
	return !was;
}

static int signal_round(const struct pe_worker_call *c)
{
	DIR *all = opendir(".");
	struct dirent *e;
	int count = 0;

	while (all && (e = readdir(all))) {
		int pid = atoi(e->d_name);

		if (pid <= 0 || pe_helper_is_ours(c->s, pid) || !is_meant(c, pid) || !is_new(pid))
			continue;
		count++;
		pe_sys_kill(pid, (int)c->n->data.args[1]);
	}
	if (all)
		closedir(all);
	return count;
}

static long signal_all(const struct pe_worker_call *c)
{
	if (!reaches_us(c))
		return PE_WORKER_CONTINUE;
	memset(seen, 0, sizeof(seen));
	if (signal_round(c) == 0)
		return -ESRCH;
	for (int round = 0; round < 100 && signal_round(c) > 0; round++)
		;
	return 0;
}

long pe_all_serve(struct pe_worker_call *c)
{
	long r;

	if (pe_credentials_take(c) < 0) {
		if ((int)c->n->data.args[1] == SIGSTOP)
			pe_resume_soon(c->s);
		return PE_WORKER_CONTINUE;
	}
	r = signal_all(c);
	pe_credentials_return();
	return r;
}
