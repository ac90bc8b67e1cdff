// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/remote_tree.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "supervisor/peer/locator.h"
#include "supervisor/worker/helper.h"

#define CANDIDATES 8 /* mappings that may be the library's, more than two copies have */
#define TRIES	   3

enum { NOT_LOOKED_FOR, NONE }; /* in place of a frame's address */

/* --- finding the frame (remote_tree.3) --- */

static bool read_word(struct pe_helper_call *h, uint64_t at, uint64_t *to)
{
	return pe_helper_read(h, at, to, sizeof(*to)) == 0;
}

/* Is that frame in use? If two copies of the library are mapped, one is not. */
static bool is_awake(struct pe_helper_call *h, uint64_t frame)
{
	uint64_t fork_mark;

	return read_word(h, frame + offsetof(struct pe_frame, fork_mark), &fork_mark) &&
	       fork_mark != 0;
}

/* The frame whose locator is in the @size bytes at @from, or 0. */
static uint64_t search(struct pe_helper_call *h, uint64_t from, size_t size)
{
	static char bytes[PE_LOCATOR_LARGEST];
	struct pe_stats_marker m;

	if (size > sizeof(bytes) || pe_helper_read(h, from, bytes, size) < 0 ||
	    !pe_locator_find(bytes, size, &m) || !pe_locator_is_ours(&m))
		return 0;
	return (uintptr_t)m.frame;
}

/* NOT_LOOKED_FOR: there is one, but it is not in use yet. */
static uint64_t find(struct pe_helper_call *h, FILE *maps)
{
	uint64_t found = NONE, from, frame;
	int left = CANDIDATES;
	char line[4352];
	size_t size;

	while (found <= NONE && left > 0 && fgets(line, sizeof(line), maps)) {
		from = pe_locator_candidate(line, PE_LOCATOR_LIBRARY, &size);
		if (!from)
			continue;
		left--;
		frame = search(h, from, size);
		if (frame)
			found = is_awake(h, frame) ? frame : NOT_LOOKED_FOR;
	}
	fclose(maps);
	return found;
}

/* --- reading the tree (remote_tree.2) --- */

/* as pe_arena_peek(): the address of an object, or 0 */
static uint64_t object(struct pe_helper_call *h, const struct pe_arena *a, uint32_t index)
{
	uint32_t at = index - 1;
	struct pe_arena_place p;
	uint64_t memory;

	if (index == 0)
		return 0;
	if (at < a->first)
		return a->given ? (uintptr_t)a->given + (uint64_t)at * a->object : 0;
	p = pe_arena_place(a->shift % 16, at - a->first);
	if (p.chunk >= PE_ARENA_CHUNKS ||
	    !read_word(h, (uintptr_t)a->chunk + p.chunk * sizeof(memory), &memory) || memory == 0)
		return 0;
	return memory + (uint64_t)p.at * a->object;
}

/* The current epoch's entry of @pid; 0: there is none, or a page on the way to it has been
 * freed. */
static uint32_t entry_of(struct pe_helper_call *h, const struct pe_frame *p, uint32_t ns_pid)
{
	const struct pe_tree *t = &p->tree;
	uint32_t entry = atomic_load(&t->epoch[atomic_load(&t->current) % PE_TREE_EPOCHS].root);

	for (uint32_t height = PE_TREE_HEIGHT; height-- > 0 && entry;) {
		uint64_t node = object(h, height ? &p->inner : &p->leaf, entry);

		node += offsetof(struct pe_tree_node, entry) +
			sizeof(entry) * pe_tree_position(ns_pid, height);
		if (pe_helper_read(h, node, &entry, sizeof(entry)) < 0)
			return 0;
	}
	return entry;
}

/* Expired, or in a slot that a reaper has closed and that is about to expire. */
static bool may_be_reaped(struct pe_helper_call *h, const struct pe_frame *p, uint32_t ns_pid,
			  uint32_t entry)
{
	uint64_t slot, word;

	if (entry == 0 || (entry & PE_TREE_RELEARNED))
		return false;
	if (entry & PE_TREE_EXPIRED)
		return true;
	slot = object(h, &p->slots, entry & PE_TREE_SLOT);
	return slot && read_word(h, slot + offsetof(struct pe_slot, word), &word) &&
	       (word >= PE_SLOT_CLOSER || (word & PE_SLOT_PID) != ns_pid);
}

/* the question of the worker to its helper */
struct question {
	uint64_t frame; /* where it is; updated */
	uint32_t pid;
	int32_t tgid; /* as the caller knows itself */
	bool single;  /* it has one thread */
};

/* Is the frame the caller's, and not that of a process whose memory it shares or has copied? */
static bool is_own(struct pe_helper_call *h, const struct pe_frame *p, int tgid)
{
	uint32_t fork_mark;

	return p->tgid == tgid && !atomic_load(&p->disabled) &&
	       pe_helper_read(h, (uintptr_t)atomic_load(&p->fork_mark), &fork_mark,
			      sizeof(fork_mark)) == 0 &&
	       fork_mark != 0;
}

/* -EAGAIN: it moved; -ENOENT: there is no frame of the caller's */
static int look(struct pe_helper_call *h, const struct question *q)
{
	static struct pe_frame copy; /* of its beginning, up to what is kept in the frame itself */
	const struct pe_frame *p = &copy;
	uint64_t version;
	bool reaped;

	if (pe_helper_read(h, q->frame, &copy, offsetof(struct pe_frame, first_records)) < 0 ||
	    !is_own(h, p, q->tgid))
		return -ENOENT;
	reaped = may_be_reaped(h, p, q->pid, entry_of(h, p, q->pid));
	if (!read_word(h, q->frame + offsetof(struct pe_frame, tree.version), &version))
		return 0;
	return version == atomic_load(&p->tree.version) ? reaped : -EAGAIN;
}

static int look_patiently(struct pe_helper_call *h, const struct question *q)
{
	int r = -EAGAIN;

	for (int i = 0; i < TRIES && r == -EAGAIN; i++)
		r = look(h, q);
	return r;
}

static long ask(struct pe_helper_call *h, void *data)
{
	struct question *q = data;
	int r = -ENOENT;

	if (q->frame > NONE)
		r = look_patiently(h, q);
	if (r == -ENOENT) {
		FILE *maps = pe_helper_maps(h);

		if (!maps)
			return -ENOSYS;
		q->frame = find(h, maps);
	}
	if (r == -ENOENT && q->frame > NONE)
		r = look_patiently(h, q);
	return r > 0;
}

/* remote_tree.3 */
long pe_remote_tree_has(struct pe_worker_call *c, int ns_pid)
{
	struct question q = { .frame = c->peer->frame,
			      .pid = (uint32_t)ns_pid,
			      .tgid = pe_peer_ns_pid(c->peer, c->peer->tgid),
			      .single = pe_peer_is_single(c->peer) };
	long r;

	if ((uint32_t)ns_pid >= PE_TREE_PIDS || c->peer->frame == NONE)
		return false;
	r = pe_helper_do(c, ask, &q, sizeof(q));
	if (r < 0)
		return r == -EINPROGRESS ? r : false;
	/* valid for the moment at which the memory was read */
	c->peer->frame = q.frame == NONE && !q.single ? NOT_LOOKED_FOR : q.frame;
	return r;
}
