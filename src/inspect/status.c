/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	if (err == 0)
		pe_stats_of(frame, set.old_bytes_most, &status->stats);
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
