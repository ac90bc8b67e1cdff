/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time/identity.h"
#include "supervisor/peer/locator.h"
#include "supervisor/peer/memory.h"

static void take_settings(const struct pe_memory *m, const struct pe_settings *set,
			  struct pe_status *status)
{
	struct pe_sink sink;

	status->policy = set->policy;
	status->evidence = set->evidence;
	status->trusted = set->trusted;
	if (!set->sink || pe_memory_read(m, (uintptr_t)set->sink, &sink, sizeof(sink)) != 0)
		return;
	status->uses = atomic_load(&sink.uses);
	status->refused = atomic_load(&sink.refused);
	for (unsigned int i = 0; i < PE_SINK_RECENT; i++)
		status->recent[i] = atomic_load(&sink.recent[i]);
}

/* as pe_frame_ms() */
static uint32_t now_ms(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

/* false: it is being written, or cannot be read */
static bool read_end(const struct pe_memory *m, uintptr_t all, uint32_t ticket,
		     struct pe_status_end *end)
{
	struct pe_obituary_place once, twice;
	struct pe_obituary o;
	const uintptr_t at = all + offsetof(struct pe_obituaries, place) +
			     ticket % PE_OBITUARY_MOST * sizeof(once);

	if (pe_memory_read(m, at, &once, sizeof(once)) != 0 ||
	    pe_memory_read(m, at, &twice, sizeof(twice)) != 0 ||
	    memcmp(&once, &twice, sizeof(once)) != 0 || !pe_obituary_decode(&once, ticket, &o))
		return false;
	*end = (struct pe_status_end){
		.pid = o.pid,
		.thread = o.tid,
		.ago = now_ms() - o.ms,
		.is_known = o.flags & PE_OBITUARY_KNOWN,
		.status = o.status,
		.by = pe_call_name(o.by),
	};
	return true;
}

static void read_ends(const struct pe_memory *m, const struct pe_frame *frame,
		      struct pe_status *status)
{
	const uintptr_t all = (uintptr_t)atomic_load(&frame->obituaries);
	uint32_t last = 0;

	status->ends = 0;
	if (!all || pe_memory_read(m, all, &last, sizeof(last)) != 0)
		return;
	for (uint32_t ticket = last; ticket && last - ticket < PE_STATUS_ENDS; ticket--)
		status->ends += read_end(m, all, ticket, &status->end[status->ends]);
}

/* Has the frame been made, by this process and not by the one that forked it? */
static int check_mark(const struct pe_memory *m, const struct pe_frame *frame)
{
	const uintptr_t mark = (uintptr_t)atomic_load(&frame->fork_mark);
	uint32_t alive = 0;
	int err = mark ? pe_memory_read(m, mark, &alive, sizeof(alive)) : -EAGAIN;

	return err == 0 && !alive ? -EAGAIN : err;
}

/* 0; -EAGAIN: the frame has not been made yet, or is still the parent's */
static int read_frame(const struct pe_memory *m, const struct pe_frame *at,
		      struct pe_status *status)
{
	struct pe_frame *copy = malloc(sizeof(*copy) + _Alignof(struct pe_frame));
	struct pe_frame *frame;
	struct pe_settings set;
	int err = -ENOMEM;

	if (!copy)
		return err;
	frame = (struct pe_frame *)(((uintptr_t)copy + _Alignof(struct pe_frame) - 1) &
				    ~(_Alignof(struct pe_frame) - 1));
	err = pe_memory_read(m, (uintptr_t)at, frame, sizeof(*frame));
	if (err == 0)
		err = pe_memory_read(m, (uintptr_t)frame->set, &set, sizeof(set));
	if (err == 0) {
		take_settings(m, &set, status);
		status->learned = (uintptr_t)frame->evidence;
		err = check_mark(m, frame);
	}
	if (err == 0) {
		pe_stats_of(frame, set.old_bytes_most, &status->stats);
		read_ends(m, frame, status);
	}
	free(copy);
	return err;
}

/* Search for a frame locator in the @size bytes at @from. */
static int search(const struct pe_memory *m, uint64_t from, size_t size, struct pe_status *status)
{
	struct pe_stats_marker found;
	char *bytes = size <= PE_LOCATOR_LARGEST ? malloc(size) : NULL;
	int err = bytes ? pe_memory_read(m, from, bytes, size) : -ENOMEM;

	if (err == 0 && !pe_locator_find(bytes, size, &found))
		err = -ENOENT;
	if (err == 0)
		err = pe_locator_is_ours(&found) ? read_frame(m, found.frame, status) : -EPROTO;
	free(bytes);
	return err;
}

/* If two copies of the library are mapped, only one has a frame; so go on after an error. */
static int search_all(const struct pe_memory *m, struct pe_status *status)
{
	FILE *maps = pe_memory_maps(m);
	int err = -ENOENT, now;
	size_t room = 0, size;
	char *line = NULL;
	uint64_t from;

	while (maps && err != 0 && getline(&line, &room, maps) >= 0) {
		from = pe_locator_candidate(line, PE_LOCATOR_LIBRARY, &size);
		if (!from)
			continue;
		now = search(m, from, size, status);
		if (now != -ENOENT)
			err = now;
	}
	free(line);
	if (maps)
		fclose(maps);
	return err;
}

int pe_status_read(pid_t pid, struct pe_status *status)
{
	struct pe_memory m;
	int err;

	memset(status, 0, sizeof(*status));
	if (pe_identity_proc_is_ours() != 0)
		return -ENODATA; /* /proc would have another process's maps, or none */
	err = pe_memory_open(&m, "/proc/", pid);
	if (err < 0)
		return err == -ESRCH ? err : -EACCES;
	err = search_all(&m, status);
	pe_memory_close(&m);
	return err;
}
