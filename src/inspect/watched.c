// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/watched.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/identity.h"

#define LOOKED_AT 16 /* places for one identity */

#define OFFSET(member) offsetof(struct pe_child_table, member)

static int read_at(const struct pe_watched *w, size_t offset, void *to, size_t bytes)
{
	return pe_memory_read(&w->memory, w->table + offset, to, bytes);
}

/* The address in a line of maps, if this is the table and has our size; else 0. */
static uint64_t table_in(const char *line)
{
	uint64_t from, to;
	const size_t size = (sizeof(struct pe_child_table) + 4095) & ~(size_t)4095;

	if (!strstr(line, "/memfd:" PE_CHILD_TABLE_NAME) ||
	    sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2)
		return 0;
	return to - from == size ? from : 0;
}

static uint64_t find_table(const struct pe_memory *m)
{
	FILE *maps = pe_memory_maps(m);
	uint64_t table = 0;
	char *line = NULL;
	size_t room = 0;

	while (maps && !table && getline(&line, &room, maps) >= 0)
		table = table_in(line);
	free(line);
	if (maps)
		fclose(maps);
	return table;
}

int pe_watched_open(struct pe_watched *w, pid_t worker)
{
	int r = pe_memory_open(&w->memory, "/proc/", worker);

	if (r < 0)
		return r;
	w->table = find_table(&w->memory);
	r = w->table ? read_at(w, OFFSET(which), &w->half, sizeof(w->half)) : -ENOENT;
	if (r == 0 && w->half > 1)
		r = -EPROTO;
	if (r < 0)
		pe_watched_close(w);
	return r;
}

void pe_watched_close(const struct pe_watched *w)
{
	pe_memory_close(&w->memory);
}

int pe_watched_figures(const struct pe_watched *w, struct pe_watched_figures *f)
{
	uint32_t policy = PE_POLICY_REFUSE;
	const struct {
		size_t offset;
		void *to;
		size_t bytes;
	} parts[] = {
		{ OFFSET(served), &f->served, sizeof(f->served) },
		{ OFFSET(began_ran), &f->began_ran, sizeof(f->began_ran) },
		{ OFFSET(began_served), &f->began_served, sizeof(f->began_served) },
		{ OFFSET(policy), &policy, sizeof(policy) },
		{ OFFSET(uses), &f->uses, sizeof(f->uses) },
		{ OFFSET(recent), f->recent, sizeof(f->recent) },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		r = read_at(w, parts[i].offset, parts[i].to, parts[i].bytes);
	f->policy = policy <= PE_POLICY_ABORT ? (enum pe_policy)policy : PE_POLICY_REFUSE;
	return r;
}

bool pe_watched_find(const struct pe_watched *w, pid_t pid, struct pe_child_table_process *out)
{
	const size_t half = OFFSET(half) + w->half * sizeof(struct pe_child_table_half) +
			    offsetof(struct pe_child_table_half, process);
	struct pe_identity who;
	uint64_t here;

	if (pe_identity_of((uint32_t)pid, false, &who) < 0)
		return false;
	for (uint32_t i = 0; i < LOOKED_AT; i++) {
		const uint32_t place = ((uint32_t)who.id + i) % PE_CHILD_TABLE_PROCESSES;

		if (read_at(w, half + place * sizeof(*out), out, sizeof(*out)) < 0)
			return false;
		here = atomic_load(&out->identity);
		if (here == who.id || here == 0)
			return here != 0;
	}
	return false;
}
