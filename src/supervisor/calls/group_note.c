// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/group_note.h"

#include <errno.h>
#include <unistd.h>

#include "core/evidence/handle.h"
#include "core/sys.h"
#include "supervisor/peer/peer.h"

#define NOTES 1024u

static struct note {
	uint64_t parent; /* identity; 0: free */
	int pid;
	struct pe_handle leader;
} notes[NOTES];

static struct note *place_of(uint64_t parent, int pid)
{
	return &notes[(parent * 31 + (uint64_t)pid) % NOTES];
}

void pe_group_note_child(const struct pe_worker *s, uint64_t parent_identity, int parent, int pid)
{
	struct note n = { .parent = parent_identity, .pid = pid };
	int fd;

	if (!s->set.handles || pe_sys_getpriority(PRIO_PGRP, pid) == -ESRCH)
		return;
	fd = pe_sys_pidfd_open(pid, 0);
	if (fd < 0)
		return;
	if (pe_handle_of(fd, &n.leader) == 0 && pe_peer_parent(pid) == parent)
		*place_of(parent_identity, pid) = n;
	close(fd);
}

void pe_group_note_exec(const struct pe_worker *s, int tid)
{
	uint64_t identity;
	int parent;

	if (!s->set.handles || pe_sys_getpriority(PRIO_PGRP, tid) == -ESRCH)
		return;
	parent = pe_peer_parent(tid);
	if (parent > 0 && pe_peer_identity(parent, &identity) >= 0)
		pe_group_note_child(s, identity, parent, tid);
}

enum pe_group_note_state pe_group_note_find(const struct pe_worker *s, uint64_t parent_identity,
					    int pid)
{
	const struct note *n = place_of(parent_identity, pid);
	int fd;

	if (!s->set.handles || n->parent != parent_identity || n->pid != pid)
		return PE_GROUP_NOTE_UNKNOWN;
	fd = pe_handle_open(&n->leader, false);
	if (fd < 0)
		return fd == -ESTALE ? PE_GROUP_NOTE_ENDED : PE_GROUP_NOTE_UNKNOWN;
	close(fd);
	return PE_GROUP_NOTE_LIVES;
}
