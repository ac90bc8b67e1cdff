// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/child_table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/record/sink.h"

/* Beyond three quarters, searches become long. */
#define FULL(size) ((size) / 4 * 3)

static struct pe_child_table_half *current(struct pe_child_table *b)
{
	return &b->half[atomic_load(&b->which)];
}

struct pe_child_table *pe_child_table_map(void)
{
	const size_t size = sizeof(struct pe_child_table);
	int fd = memfd_create(PE_CHILD_TABLE_NAME, MFD_CLOEXEC); /* child_table.5 */
	void *at = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
		at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (at == MAP_FAILED)
		at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  /* cppcheck-suppress invalidFunctionArg; no file */
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	/* cppcheck-suppress memleak; the caller gets it */
	return at == MAP_FAILED ? NULL : at;
}

static uint32_t scatter(uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* --- processes --- */

/* The place of @identity, or the free place where it belongs. */
static struct pe_child_table_process *place(struct pe_child_table_half *h, uint64_t identity)
{
	/* inodes are assigned in sequence, so the processes are close together */
	uint32_t at = (uint32_t)identity;

	for (;; at++) {
		struct pe_child_table_process *p = &h->process[at % PE_CHILD_TABLE_PROCESSES];
		uint64_t here = atomic_load(&p->identity);

		if (here == identity || here == 0)
			return p;
	}
}

struct pe_child_table_process *pe_child_table_find(struct pe_child_table *b, uint64_t identity)
{
	struct pe_child_table_process *p = place(current(b), identity);

	return atomic_load(&p->identity) ? p : NULL;
}

static _Atomic uint8_t *place_pid(struct pe_child_table_half *h, int tgid, uint8_t *bit)
{
	uint32_t at = (uint32_t)tgid % PE_CHILD_TABLE_SEEN;

	*bit = (uint8_t)(1u << at % 8);
	return &h->pids[at / 8];
}

bool pe_child_table_may_have(struct pe_child_table *b, int tgid)
{
	uint8_t bit;

	return atomic_load(place_pid(current(b), tgid, &bit)) & bit;
}

static struct pe_child_table_process *write_process(struct pe_child_table_half *h,
						    uint64_t identity,
						    const struct pe_child_table_process *as)
{
	struct pe_child_table_process *p = place(h, identity);
	_Atomic uint8_t *pid;
	uint8_t bit;

	pid = place_pid(h, as->tgid, &bit);
	atomic_store(pid, atomic_load(pid) | bit);
	p->tgid = as->tgid;
	p->frame = as->frame;
	p->cursor = as->cursor;
	p->bypassed = as->bypassed;
	p->vanish = as->vanish;
	p->births = as->births;
	p->children = as->children;
	p->uses = as->uses;
	p->refused = as->refused;
	p->point = as->point;
	h->processes++; /* if the worker is killed here, the count is one too high: harmless */
	atomic_store(&p->identity, identity);
	return p;
}

static uint32_t new_frame(struct pe_child_table *b)
{
	return atomic_fetch_add(&b->frames, 1) + 1;
}

/* --- pids --- */

static uint64_t key(uint32_t frame, int pid)
{
	return (uint64_t)frame << 32 | (uint32_t)pid;
}

/* The first few pids of a frame are next to those of neighbouring frames; the others are in a
 * larger table, where frames made at about the same time are close together. So few pages are
 * touched. No single entry is ever removed, so a search ends at the first free place. */
static _Atomic uint64_t *place_number(struct pe_child_table_half *h, uint64_t wanted)
{
	uint32_t frame = (uint32_t)(wanted >> 32);
	uint32_t at = scatter(frame / PE_CHILD_TABLE_FIRST) + (uint32_t)wanted;
	_Atomic uint64_t *first = h->first[frame % PE_CHILD_TABLE_PROCESSES];

	for (uint32_t i = 0;; i++) {
		_Atomic uint64_t *n = i < PE_CHILD_TABLE_FIRST
					      ? &first[i]
					      : &h->pid[(at + i) % PE_CHILD_TABLE_PIDS];
		uint64_t here = atomic_load(n);

		if (here == wanted || here == 0)
			return n;
	}
}

/* false: it was there already */
static bool write_number(struct pe_child_table_half *h, uint64_t wanted)
{
	_Atomic uint64_t *n = place_number(h, wanted);

	if (atomic_load(n) == wanted)
		return false;
	h->numbers++;
	atomic_store(n, wanted);
	return true;
}

/* --- sweeps (child_table.2, child_table.4) --- */

static int by_frame(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Copy the living processes to @to, and their frames, sorted, to @frames. Returns the number. */
static size_t move_processes(const struct pe_child_table_half *from, struct pe_child_table_half *to,
			     uint32_t *frames, bool (*lives)(uint64_t, int))
{
	size_t n = 0;

	for (uint32_t i = 0; i < PE_CHILD_TABLE_PROCESSES; i++) {
		const struct pe_child_table_process *p = &from->process[i];
		uint64_t identity = atomic_load(&p->identity);

		if (!identity || !lives(identity, p->tgid))
			continue;
		write_process(to, identity, p);
		frames[n++] = p->frame;
	}
	qsort(frames, n, sizeof(*frames), by_frame);
	return n;
}

static void move_some(const _Atomic uint64_t *from, size_t count, struct pe_child_table_half *to,
		      const uint32_t *frames, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t entry = atomic_load(&from[i]);
		uint32_t frame = (uint32_t)(entry >> 32);

		if (entry && bsearch(&frame, frames, n, sizeof(frame), by_frame))
			write_number(to, entry);
	}
}

static void move_numbers(const struct pe_child_table_half *from, struct pe_child_table_half *to,
			 const uint32_t *frames, size_t n)
{
	move_some(&from->first[0][0], PE_CHILD_TABLE_PROCESSES * PE_CHILD_TABLE_FIRST, to, frames,
		  n);
	move_some(from->pid, PE_CHILD_TABLE_PIDS, to, frames, n);
}

static void clear(struct pe_child_table_half *h)
{
	/* return the memory to the kernel, or else zero it */
	if (madvise(h, sizeof(*h), MADV_REMOVE) < 0)
		memset(h, 0, sizeof(*h));
}

static void sweep(struct pe_child_table *b, bool (*lives)(uint64_t, int))
{
	static uint32_t frames[PE_CHILD_TABLE_PROCESSES];
	uint32_t which = atomic_load(&b->which);
	struct pe_child_table_half *old = &b->half[which], *new = &b->half[1 - which];
	size_t n;

	clear(new);
	n = move_processes(old, new, frames, lives);
	move_numbers(old, new, frames, n);
	if (new->processes > PE_CHILD_TABLE_PROCESSES / 2 ||
	    new->numbers > PE_CHILD_TABLE_PIDS / 2) {
		atomic_store(&b->forgot, true);
		clear(new); /* too many still live: else each of the next calls would sweep */
	}
	atomic_store(&b->which, 1 - which);
	clear(old);
}

/* --- interface --- */

struct pe_child_table_process *pe_child_table_open(struct pe_child_table *b, uint64_t identity,
						   int tgid, bool (*lives)(uint64_t, int))
{
	struct pe_child_table_process *p = pe_child_table_find(b, identity);

	if (p && current(b)->numbers < FULL(PE_CHILD_TABLE_PIDS))
		return p;
	if (current(b)->processes >= FULL(PE_CHILD_TABLE_PROCESSES) ||
	    current(b)->numbers >= FULL(PE_CHILD_TABLE_PIDS)) {
		sweep(b, lives);
		p = pe_child_table_find(b, identity);
	}
	if (p)
		return p;
	return write_process(current(b), identity,
			     &(struct pe_child_table_process){ .tgid = tgid,
							       .frame = new_frame(b) });
}

void pe_child_table_forget(struct pe_child_table *b, struct pe_child_table_process *p)
{
	p->frame = new_frame(b);
	p->cursor = 0;
	p->bypassed = false;
	p->vanish = 0;
	p->births = 0;
	p->children = p->uses = p->refused = 0;
}

void pe_child_table_add(struct pe_child_table *b, struct pe_child_table_process *p, int pid)
{
	/* else the next open sweeps */
	if (current(b)->numbers < FULL(PE_CHILD_TABLE_PIDS))
		p->children += write_number(current(b), key(p->frame, pid));
}

bool pe_child_table_has(struct pe_child_table *b, const struct pe_child_table_process *p, int pid)
{
	return atomic_load(place_number(current(b), key(p->frame, pid))) != 0;
}

void pe_child_table_count(struct pe_child_table *b, struct pe_child_table_process *p, int tgid,
			  const char *comm, uint64_t use, bool refused)
{
	const uint32_t n = atomic_load(&b->uses);
	struct pe_child_table_use *r = &b->recent[n % PE_CHILD_TABLE_USES];

	atomic_store(&r->use, 0);
	r->tgid = tgid;
	memcpy(r->comm, comm, sizeof(r->comm));
	atomic_store(&r->use, PE_SINK_NUMBERED(use, n));
	atomic_store(&b->uses, n + 1);
	if (!p)
		return;
	p->uses++;
	p->refused += refused;
}

void pe_child_table_give(struct pe_child_table *b, uint64_t identity, uint32_t pid, int64_t moment)
{
	uint32_t at = atomic_fetch_add(&b->gifts, 1) % PE_CHILD_TABLE_GIVEN;
	struct pe_child_table_given *g = &b->given[at];

	atomic_store(&g->identity, 0);
	g->pid = pid;
	g->moment = moment;
	atomic_store(&g->identity, identity);
}

int64_t pe_child_table_given(const struct pe_child_table *b, uint64_t identity, uint32_t pid)
{
	uint32_t last = atomic_load(&b->gifts);

	for (uint32_t i = 1; i <= PE_CHILD_TABLE_GIVEN; i++) {
		const struct pe_child_table_given *g = &b->given[(last - i) % PE_CHILD_TABLE_GIVEN];

		if (atomic_load(&g->identity) == identity && g->pid == pid)
			return g->moment;
	}
	return 0;
}
