/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/identity.h"
#include "core/evidence/group.h"
#include "core/evidence/handle.h"

#define MISSES 8u /* so many in a row mean that handles do not work (group.4) */

/* --- handles --- */

static bool has_handles(const struct pe_frame *p)
{
	return !(p->set->force_old & (PE_OLD_INODE | PE_OLD_HANDLE)) &&
	       atomic_load_explicit(&p->groups.works, memory_order_relaxed) != PE_GROUPS_NEVER;
}

static int type_of_handles(struct pe_frame *p)
{
	uint32_t type = atomic_load_explicit(&p->groups.type, memory_order_relaxed);

	if (unlikely(!type)) {
		type = (uint32_t)pe_handle_type();
		atomic_store_explicit(&p->groups.type, type, memory_order_relaxed);
	}
	return (int)type;
}

static int open_inode(struct pe_frame *p, uint64_t inode)
{
	const struct pe_handle h = {
		.bytes = sizeof(inode),
		.type = type_of_handles(p),
		.inode = inode,
	};

	return has_handles(p) && h.type ? pe_handle_open(&h, p->set->force_old & PE_OLD_PIDFS)
					: -ENODATA;
}

int pe_group_open(struct pe_frame *p, uint64_t inode)
{
	int fd = open_inode(p, inode);

	if (fd == -ESTALE &&
	    atomic_load_explicit(&p->groups.works, memory_order_relaxed) != PE_GROUPS_WORK)
		return -ENODATA;
	return fd;
}

/* --- notes --- */

static bool exists(uint32_t group)
{
	return pe_sys_getpriority(PRIO_PGRP, (int)group) != -ESRCH;
}

static bool is_our_child(int pidfd)
{
	siginfo_t si;

	return pe_sys_waitid(P_PIDFD, pidfd, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0;
}

/* Lock held. The lap of the birth of @pid, or a later lap. */
static uint64_t birth_of(struct pe_frame *p, uint32_t pid)
{
	struct pe_known k = pe_frame_know(p, pid);

	return k.what == PE_KNOWN_LIVE ? atomic_load_explicit(&k.slot->birth, memory_order_relaxed)
				       : pe_clock_lap(pe_clock_now(&p->clock));
}

static bool keep(struct pe_frame *p, uint32_t pid, const struct pe_handle *h)
{
	const struct pe_identity who = { .id = h->inode, .kind = PE_IDENTITY_INODE };
	uint64_t mask = pe_frame_lock(p);
	int error = pe_foreign_note(&p->groups.led, pid, &who, birth_of(p, pid));

	pe_frame_unlock(p, mask);
	atomic_store_explicit(&p->groups.type, (uint32_t)h->type, memory_order_relaxed);
	return error == 0;
}

pe_cold uint64_t pe_group_note(struct pe_frame *p, uint32_t pid)
{
	struct pe_handle h = { .inode = 0 };
	int fd;

	if (!has_handles(p))
		return 0;
	fd = pe_sys_pidfd_open((int)pid, 0);
	if (fd < 0)
		return 0;
	if (pe_handle_of(fd, &h) != 0 || !is_our_child(fd) || !keep(p, pid, &h))
		h.inode = 0;
	pe_sys_close(fd);
	return h.inode;
}

uint64_t pe_group_note_if_led(struct pe_frame *p, uint32_t pid)
{
	uint64_t inode;

	if (likely(!exists(pid)))
		return 0;
	inode = pe_group_note(p, pid);
	return inode ? inode : PE_GROUP_NOT_NOTED;
}

/* A group exists whose leader has been reaped. If a task has the pid, the kernel has handed it out
 * again, and the group is an unrelated one (group.3). */
static bool exists_without_leader(uint32_t group)
{
	return exists(group) && pe_sys_kill((int)group, 0) == -ESRCH;
}

static bool find(struct pe_frame *p, uint32_t pid, struct pe_foreign_process *out)
{
	uint64_t mask = pe_frame_lock(p);
	const struct pe_foreign_process *known = pe_foreign_find(&p->groups.led, pid);

	if (known)
		*out = *known;
	pe_frame_unlock(p, mask);
	return known != NULL;
}

pe_cold uint64_t pe_group_of_lost(struct pe_frame *p, uint32_t pid)
{
	struct pe_foreign_process known;

	return exists_without_leader(pid) && !find(p, pid, &known) ? PE_GROUP_NOT_NOTED : 0;
}

/* --- does the kernel find a leader after its reap? (group.4) --- */

pe_cold void pe_group_reaped(struct pe_frame *p, uint32_t pid, uint64_t group)
{
	uint32_t untried = PE_GROUPS_UNTRIED, found = PE_GROUPS_UNTRIED;
	int fd;

	if (group == PE_GROUP_NOT_NOTED ||
	    atomic_load_explicit(&p->groups.works, memory_order_relaxed) != untried)
		return;
	fd = open_inode(p, group);
	if (fd >= 0)
		found = PE_GROUPS_WORK;
	/* A group that has members now had them at the open, unless the pid has changed hands
	 * since: once proves nothing. */
	else if (fd == -ESTALE && exists_without_leader(pid) &&
		 atomic_fetch_add(&p->groups.misses, 1) + 1 >= MISSES)
		found = PE_GROUPS_NEVER;
	if (fd >= 0)
		pe_sys_close(fd);
	atomic_compare_exchange_strong(&p->groups.works, &untried, found);
}

/* --- the next of this pid (group.3) --- */

/* The lock keeps the early-reap count valid: a child without a slot is reaped under the lock. */
void pe_group_born(struct pe_frame *p, uint32_t pid, bool early_reaps)
{
	if (likely(!early_reaps) || pe_identity_is_child(pid) != 0)
		pe_foreign_forget(&p->groups.led, pid);
}

/* --- the call --- */

static long by_pidfd(const struct pe_use *u, int fd)
{
	const long *a = u->call.arg;

	if (u->signal != PE_USE_NO_SIGNAL)
		return pe_sys_pidfd_send_signal(fd, u->signal, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);
	return pe_sys_whole6(u->call.nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long pe_group_act(struct pe_frame *p, const struct pe_use *u)
{
	struct pe_foreign_process known;
	long n;
	int fd;

	if (!find(p, (uint32_t)u->pid, &known))
		return atomic_load(&p->groups.unasked) ? PE_GROUP_UNKNOWN : PE_GROUP_GONE;
	fd = pe_group_open(p, known.who.id);
	if (fd < 0)
		return fd == -ESTALE ? PE_GROUP_GONE : PE_GROUP_UNKNOWN;
	n = by_pidfd(u, fd);
	pe_sys_close(fd);
	return n;
}
