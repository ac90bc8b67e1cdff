/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/memory/obituary.h"
#include "core/sys.h"

#define MS_BIT (UINT32_C(1) << 31)
#define BUSY   UINT64_C(1)
#define GIVEN  ((uint64_t)PE_OBITUARY_GIVEN << 24)
#define EARLY  ((uint64_t)PE_OBITUARY_EARLY << 24)

enum { PID, BIRTH, TID, MS, USER, KERNEL, MEMORY }; /* the words of a place */

_Static_assert(MEMORY + 1 == PE_OBITUARY_WORDS, "one each");

uint32_t pe_obituary_time(uint64_t us)
{
	uint64_t ms = us / 1000;

	if (us < MS_BIT)
		return (uint32_t)us;
	return MS_BIT | (uint32_t)(ms < MS_BIT ? ms : MS_BIT - 1);
}

uint64_t pe_obituary_us(uint32_t time)
{
	return time & MS_BIT ? (uint64_t)(time & ~MS_BIT) * 1000 : time;
}

static struct timeval time_of(uint32_t time)
{
	uint64_t us = pe_obituary_us(time);

	return (struct timeval){ .tv_sec = (time_t)(us / 1000000),
				 .tv_usec = (suseconds_t)(us % 1000000) };
}

void pe_obituary_usage(const struct pe_obituary *o, struct rusage *to)
{
	memset(to, 0, sizeof(*to));
	to->ru_utime = time_of(o->user);
	to->ru_stime = time_of(o->kernel);
	to->ru_maxrss = o->most_memory;
}

static struct pe_obituaries *all_of(pe_obituary_root *root)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire), *seen = NULL;

	if (likely(all))
		return all;
	all = pe_sys_mmap(sizeof(*all));
	if (all == MAP_FAILED)
		return NULL;
	pe_sys_madvise(all, sizeof(*all), MADV_DONTFORK); /* obituary.4 */
	if (atomic_compare_exchange_strong(root, &seen, all))
		return all;
	pe_sys_munmap(all, sizeof(*all));
	return seen;
}

static struct pe_obituary_place *place_of(struct pe_obituaries *all, uint32_t ticket)
{
	return &all->place[ticket % PE_OBITUARY_MOST];
}

static _Atomic uint32_t *head_of(struct pe_obituaries *all, uint32_t pid)
{
	return &all->head[pid % PE_OBITUARY_HEADS];
}

static uint32_t new_ticket(struct pe_obituaries *all)
{
	uint32_t ticket = atomic_fetch_add_explicit(&all->next, 1, memory_order_relaxed) + 1;

	return ticket ? ticket : new_ticket(all);
}

/* seq_cst: before the words are written (obituary.2) */
static bool take_place(struct pe_obituary_place *p)
{
	uint64_t key = atomic_load(&p->key);

	do
		if (key == BUSY)
			return false;
	while (!atomic_compare_exchange_weak(&p->key, &key, BUSY));
	return true;
}

void pe_obituary_write(pe_obituary_root *root, const struct pe_obituary *o)
{
	const uint32_t words[PE_OBITUARY_WORDS] = {
		o->pid, o->birth, o->tid, o->ms, o->user, o->kernel, o->most_memory,
	};
	struct pe_obituaries *all = all_of(root);
	struct pe_obituary_place *p;
	uint32_t ticket, older;

	if (!all)
		return;
	ticket = new_ticket(all);
	p = place_of(all, ticket);
	if (!take_place(p))
		return;
	for (unsigned int i = 0; i < PE_OBITUARY_WORDS; i++)
		atomic_store_explicit(&p->word[i], words[i], memory_order_relaxed);
	older = atomic_load_explicit(head_of(all, o->pid), memory_order_relaxed);
	atomic_store_explicit(&p->older, older, memory_order_relaxed);
	atomic_store_explicit(&p->key,
			      (uint64_t)ticket << 32 | (uint64_t)o->flags << 24 |
				      (uint64_t)o->by << 16 | o->status,
			      memory_order_release);
	while (!atomic_compare_exchange_weak(head_of(all, o->pid), &older, ticket))
		atomic_store_explicit(&p->older, older, memory_order_relaxed);
}

static bool read_place(struct pe_obituary_place *p, uint32_t ticket, struct pe_obituary *o,
		       uint32_t *older)
{
	uint64_t key = atomic_load_explicit(&p->key, memory_order_acquire), after;
	uint32_t w[PE_OBITUARY_WORDS];

	for (unsigned int i = 0; i < PE_OBITUARY_WORDS; i++)
		w[i] = atomic_load_explicit(&p->word[i], memory_order_relaxed);
	*older = atomic_load_explicit(&p->older, memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	after = atomic_load_explicit(&p->key, memory_order_relaxed);
	if (key >> 32 != ticket || after >> 32 != ticket)
		return false;
	*o = (struct pe_obituary){
		.status = (uint16_t)after,
		.by = (uint8_t)(after >> 16),
		.flags = (uint8_t)(after >> 24),
		.pid = w[PID],
		.birth = w[BIRTH],
		.tid = w[TID],
		.ms = w[MS],
		.user = w[USER],
		.kernel = w[KERNEL],
		.most_memory = w[MEMORY],
	};
	return true;
}

/* Copy the obituary of @ticket. false: it is not, or no longer, kept (obituary.2) */
static bool copy(struct pe_obituaries *all, uint32_t ticket, struct pe_obituary *o, uint32_t *older)
{
	return read_place(place_of(all, ticket), ticket, o, older);
}

bool pe_obituary_decode(struct pe_obituary_place *copied, uint32_t ticket, struct pe_obituary *o)
{
	uint32_t older;

	return read_place(copied, ticket, o, &older);
}

/* The wanted one: with @flags; and if @epoch is given, not EARLY, and born in it or before. */
static bool is_wanted(const struct pe_obituary *o, uint32_t pid, unsigned int flags,
		      const uint32_t *epoch)
{
	if (o->pid != pid || (o->flags & flags) != flags)
		return false;
	return !epoch || (!(o->flags & PE_OBITUARY_EARLY) && (int32_t)(*epoch - o->birth) >= 0);
}

static uint32_t search(const pe_obituary_root *root, uint32_t pid, unsigned int flags,
		       const uint32_t *epoch, struct pe_obituary *o)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire);
	uint32_t ticket, older = 0;

	if (!all)
		return 0;
	ticket = atomic_load_explicit(head_of(all, pid), memory_order_acquire);
	for (uint32_t n = 0; ticket && n < PE_OBITUARY_MOST; n++, ticket = older) {
		if (!copy(all, ticket, o, &older))
			return 0;
		if (is_wanted(o, pid, flags, epoch))
			return ticket;
	}
	return 0;
}

uint32_t pe_obituary_find(const pe_obituary_root *root, uint32_t pid, uint32_t epoch,
			  struct pe_obituary *o)
{
	return search(root, pid, 0, &epoch, o);
}

uint32_t pe_obituary_last(const pe_obituary_root *root, uint32_t pid, unsigned int flags,
			  struct pe_obituary *o)
{
	return search(root, pid, flags, NULL, o);
}

static bool change(struct pe_obituary_place *p, uint32_t ticket, uint64_t set, uint64_t clear)
{
	uint64_t key = atomic_load(&p->key);

	do
		if (key >> 32 != ticket || (key & set) == set)
			return false;
	while (!atomic_compare_exchange_weak(&p->key, &key, (key | set) & ~clear));
	return true;
}

bool pe_obituary_give(pe_obituary_root *root, uint32_t ticket)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire);

	return all && change(place_of(all, ticket), ticket, GIVEN, 0);
}

void pe_obituary_attribute(pe_obituary_root *root, uint32_t ticket, uint32_t birth)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire);
	struct pe_obituary_place *p = place_of(all, ticket);
	uint64_t key = atomic_load(&p->key);

	if (key >> 32 != ticket || !(key & EARLY))
		return;
	atomic_store_explicit(&p->word[BIRTH], birth, memory_order_relaxed);
	while (key >> 32 == ticket && !atomic_compare_exchange_weak(&p->key, &key, key & ~EARLY))
		;
}

uint32_t pe_obituary_recent(const pe_obituary_root *root, uint32_t back, struct pe_obituary *o)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire);
	uint32_t ticket = all ? atomic_load(&all->next) - back : 0, older;

	return all && ticket && back < PE_OBITUARY_MOST && copy(all, ticket, o, &older) ? ticket
											: 0;
}

size_t pe_obituary_bytes(const pe_obituary_root *root)
{
	struct pe_obituaries *all = atomic_load_explicit(root, memory_order_acquire);
	uint32_t used = all ? atomic_load_explicit(&all->next, memory_order_relaxed) : 0;

	if (!all)
		return 0;
	used = used < PE_OBITUARY_MOST ? used : PE_OBITUARY_MOST;
	return offsetof(struct pe_obituaries, place) + used * sizeof(struct pe_obituary_place);
}
