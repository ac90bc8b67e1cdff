// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/rights.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/peer/proc.h"

static bool has_bit(int pid, const char *mask, int signal)
{
	char value[64];

	return pe_proc_status(pid, mask, value, sizeof(value)) &&
	       (strtoull(value, NULL, 16) >> (signal - 1) & 1);
}

bool pe_rights_ignores(const struct pe_peer *p, int signal)
{
	return has_bit(p->tid, "SigIgn", signal) || has_bit(p->tid, "SigBlk", signal);
}

uint32_t pe_rights_uid(const struct pe_peer *p)
{
	uint32_t u[4];

	return pe_proc_users(p->tgid, u) ? u[0] : PE_PROC_NO_USER;
}

/* The capability sets, whatever their user namespace. Empty if they cannot be read. */
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
