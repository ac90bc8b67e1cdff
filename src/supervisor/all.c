// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/all.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "core/sys.h"
#include "supervisor/credentials.h"
#include "supervisor/helper.h"

bool pe_all_is_ours(const struct pe_serve *s, int pid)
{
	return pid == s->ours[0] || pid == s->ours[1] || pe_helper_is(pid);
}

/* The kernel spares the caller and the first process, and whoever is not in the caller's namespace
 * or below. */
static bool is_meant(const struct pe_serve_call *c, int pid)
{
	return pid != c->peer->tgid && pe_peer_number(c->peer, pid) > 1;
}

/* Does it reach the monitor at all? If not, the kernel may do it. With the caller's credentials. */
static bool reaches_us(const struct pe_serve_call *c)
{
	return is_meant(c, c->s->ours[0]) && pe_sys_kill(c->s->ours[0], 0) != -EPERM;
}

/* Whoever was met in an earlier round has the signal; who is new was forked by one who had not. */
static bool is_new(int pid, bool first_round)
{
	static uint8_t announced[(1u << 22) / 8]; /* the kernel's PID_MAX_LIMIT */
	uint8_t bit = (uint8_t)(1u << pid % 8),
		*at = &announced[(unsigned int)pid / 8 % sizeof(announced)];
	bool was = *at & bit;

	*at |= bit;
	return !was || first_round;
}

static int signal_round(const struct pe_serve_call *c, bool first)
{
	DIR *all = opendir(".");
	struct dirent *e;
	int count = 0;

	while (all && (e = readdir(all))) {
		int pid = atoi(e->d_name);

		if (pid <= 0 || pe_all_is_ours(c->s, pid) || !is_meant(c, pid) ||
		    !is_new(pid, first))
			continue;
		count++;
		pe_sys_kill(pid, (int)c->n->data.args[1]);
	}
	if (all)
		closedir(all);
	return count;
}

static long signal_all(const struct pe_serve_call *c)
{
	if (!reaches_us(c))
		return PE_SERVE_LET;
	if (signal_round(c, true) == 0)
		return -ESRCH;
	for (int round = 0; round < 100 && signal_round(c, false) > 0; round++)
		;
	return 0;
}

long pe_all_serve(struct pe_serve_call *c)
{
	long r;

	if (pe_credentials_take(c) < 0)
		return PE_SERVE_LET;
	r = signal_all(c);
	pe_credentials_return();
	return r;
}
