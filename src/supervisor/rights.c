// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rights.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc.h"

/* what we see for a user whom our user namespace does not know */
#define NOBODY 65534

static bool has_bit(int pid, const char *mask, int signal)
{
	char value[64];

	return pe_proc_status(pid, mask, value, sizeof(value)) &&
	       (strtoull(value, NULL, 16) >> (signal - 1) & 1);
}

bool pe_rights_blunts(const struct pe_peer *p, int signal)
{
	return has_bit(p->tid, "SigIgn", signal) || has_bit(p->tid, "SigBlk", signal);
}

uint32_t pe_rights_uid(const struct pe_peer *p)
{
	uint32_t u[4];

	return pe_proc_users(p->tgid, u) ? u[0] : NOBODY;
}

/* real, effective, saved and file system user, if they are one; false: they are not */
static bool one_user(int pid, uint32_t *out)
{
	uint32_t u[4];

	if (!pe_proc_users(pid, u))
		return false;
	*out = u[0];
	return u[0] != NOBODY && u[0] == u[1] && u[0] == u[2] && u[0] == u[3];
}

bool pe_rights_may_signal(const struct pe_peer *p, int pid)
{
	uint32_t a, b;

	return one_user(p->tid, &a) && one_user(pid, &b) && a == b;
}

static ino_t user_namespace(const char *who)
{
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "%s/ns/user", who);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* The sets, not what they are good for in which user namespace. Neither, where they are not to be told. */
static struct __user_cap_data_struct caps_with(int pid, int cap)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3,
						 .pid = pid };
	struct __user_cap_data_struct sets[2] = { { 0 } };

	syscall(SYS_capget, &head, sets);
	return sets[cap / 32];
}

static bool may_use(int pid, int cap)
{
	return caps_with(pid, cap).effective >> cap % 32 & 1;
}

static bool may_take(int pid, int cap)
{
	return caps_with(pid, cap).permitted >> cap % 32 & 1;
}

bool pe_rights_may_hide(const struct pe_peer *p)
{
	return !may_use(getpid(), CAP_SYS_PTRACE) &&
	       (may_take(p->tid, CAP_SETUID) || may_take(p->tid, CAP_SETGID));
}

static bool has_cap_kill(const struct pe_peer *p, int pid)
{
	char caller[16], other[16];
	ino_t mine;

	if (!may_use(p->tid, CAP_KILL))
		return false;
	snprintf(caller, sizeof(caller), "%d", p->tid);
	snprintf(other, sizeof(other), "%d", pid);
	mine = user_namespace(caller);
	/* in our own namespace the kernel rules once more, on us, when the signal is sent */
	return mine && (mine == user_namespace(other) || mine == user_namespace("self"));
}

bool pe_rights_may_end(const struct pe_peer *p, int pid)
{
	uint32_t a[4], b[4]; /* real, effective, saved */

	if (!pe_proc_users(p->tid, a) || !pe_proc_users(pid, b))
		return false;
	return a[0] == b[0] || a[0] == b[2] || a[1] == b[0] || a[1] == b[2] || has_cap_kill(p, pid);
}
