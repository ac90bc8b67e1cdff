/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/memory/hold.h"
#include "core/sys.h"
#include "core/text.h"

/* How long a drain sleeps before it checks whether the holder is still inside the call: a handler
 * may have left the call by siglongjmp(), and the wake-up would never come. */
#define PE_HOLD_TIMEOUT_NS 100000000
#define PE_HOLD_ROUNDS	   10u

static struct pe_hold_record *record_at(struct pe_arena *records, uint32_t index)
{
	return index ? pe_arena_at(records, index) : NULL;
}

struct pe_hold pe_hold_publish(struct pe_arena *records, struct pe_thread *t, uint32_t slot,
			       long nr)
{
	struct pe_hold h = { .record = NULL, .level = t->level++ };

	/* A handler that interrupts from here on works one level up. */
	atomic_signal_fence(memory_order_seq_cst);
	if (unlikely(t->record == 0 || h.level >= PE_HOLD_LEVELS))
		return h;
	h.record = record_at(records, t->record);
	atomic_store_explicit(&h.record->dead[h.level], 0, memory_order_relaxed);
	atomic_store_explicit(&h.record->call[h.level], (uint32_t)nr, memory_order_relaxed);
	/* seq_cst: before the look at the slot (slot.1) */
	atomic_exchange_explicit(&h.record->held[h.level], slot, memory_order_seq_cst);
	return h;
}

void pe_hold_release(struct pe_thread *t, struct pe_hold *h)
{
	if (likely(h->record)) {
		_Atomic uint32_t *held = &h->record->held[h->level];

		/* release: the call has returned before the reaper continues */
		if (unlikely(atomic_exchange_explicit(held, 0, memory_order_release) &
			     PE_HOLD_WAITED))
			pe_sys_futex_wake((uint32_t *)held, INT32_MAX);
	}
	atomic_signal_fence(memory_order_seq_cst);
	t->level = h->level;
}

bool pe_hold_is_last(struct pe_arena *records, const struct pe_thread *t, const struct pe_hold *h)
{
	return t->record != 0 && h->record == record_at(records, t->record) &&
	       h->level + 1 == t->level;
}

uint32_t pe_hold_thread(struct pe_arena *records, const struct pe_thread *t)
{
	return t->record ? atomic_load_explicit(&record_at(records, t->record)->owner,
						memory_order_relaxed)
			 : 0;
}

const uint32_t *pe_hold_dead(const struct pe_hold *h)
{
	return (const uint32_t *)&h->record->dead[h->level];
}

enum whereabouts { ELSEWHERE, IN_CALL, RUNNING, HIDDEN };

/* Is thread @tid inside system call @nr? HIDDEN: /proc is missing or may not be read (a process
 * that is not dumpable), or there is no descriptor for it. */
static pe_cold enum whereabouts look_for(uint32_t tid, uint32_t nr)
{
	char path[64], answer[16] = "", expected[16];
	struct pe_text want = pe_text_on(expected, sizeof(expected));
	struct pe_text text = pe_text_on(path, sizeof(path));
	long n;

	pe_text_add(&text, "/proc/self/task/");
	pe_text_decimal(&text, tid);
	pe_text_add(&text, "/syscall");
	n = pe_sys_slurp(pe_text_end(&text), answer, sizeof(answer));
	if (n <= 0)
		return HIDDEN;
	/* "NR ARGUMENTS...", or "running" */
	pe_text_decimal(&want, nr);
	pe_text_add(&want, " ");
	if (answer[0] == 'r')
		return RUNNING;
	return pe_text_begins(answer, pe_text_end(&want)) ? IN_CALL : ELSEWHERE;
}

/* CPU time of thread @tid in ns; 0: not known */
static int64_t time_used(uint32_t tid)
{
	struct timespec used;

	/* The clock id of pthread_getcpuclockid(): 2 is the scheduler's clock, 4 means one
	 * thread. */
	if (pe_sys_clock_gettime((int)(~tid << 3 | 6), &used) != 0)
		return 0;
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* The hold was marked dead before @used was first read, and is still published. Has its thread left
 * the call by a jump? No call needs that much CPU time to look the pid up again, so a thread that
 * computed that long computes something else. Of a thread that cannot be seen and does not run, all
 * that is known is that it had a second. */
static pe_cold bool is_past(uint32_t tid, uint32_t nr, int64_t *used, unsigned int rounds)
{
	int64_t now = time_used(tid);

	if (rounds == 1)
		*used = now;
	switch (look_for(tid, nr)) {
	case ELSEWHERE:
		return true;
	case IN_CALL:
		return false;
	case HIDDEN:
		if (pe_sys_tgkill(pe_sys_getpid(), (int)tid, 0) == -ESRCH)
			return true;
		break;
	case RUNNING:
		if (now != 0)
			return now - *used >= PE_HOLD_TIMEOUT_NS;
		break;
	}
	return now - *used >= PE_HOLD_TIMEOUT_NS || rounds > PE_HOLD_ROUNDS;
}

/* A drain in a handler has interrupted this call's thread (hold.3). Mark the hold, then look again:
 * the thread returns to the gate only after it has cleared `aside` (tests/model/slot.pml). */
static bool overtaken(struct pe_hold_record *r, unsigned int level)
{
	if (likely(atomic_load_explicit(&r->aside, memory_order_seq_cst) <= level))
		return false;
	atomic_store_explicit(&r->dead[level], 1, memory_order_seq_cst);
	return atomic_load_explicit(&r->aside, memory_order_seq_cst) > level;
}

/* A hold marked dead protects nothing, and left there it would delay every later drain. (The slot
 * is closed: no call acts on a hold that was published since.) */
static pe_cold void let_go_of(_Atomic uint32_t *held, uint32_t slot)
{
	uint32_t seen = slot | PE_HOLD_WAITED;

	if (atomic_compare_exchange_strong(held, &seen, 0))
		pe_sys_futex_wake((uint32_t *)held, INT32_MAX);
}

static bool is_by_hand(const struct pe_hold_record *r, unsigned int level)
{
	return atomic_load_explicit(&r->call[level], memory_order_relaxed) == PE_HOLD_BY_HAND;
}

static void drain_one(struct pe_hold_record *r, unsigned int level, uint32_t slot)
{
	const struct timespec timeout = { .tv_nsec = PE_HOLD_TIMEOUT_NS };
	_Atomic uint32_t *held = &r->held[level];
	uint32_t seen = slot;
	unsigned int rounds = 0;
	int64_t used = 0;

	while ((atomic_load_explicit(held, memory_order_seq_cst) & ~PE_HOLD_WAITED) == slot) {
		uint32_t owner = atomic_load_explicit(&r->owner, memory_order_relaxed);

		/* The exchange fails if WAITED is set already or the hold was released. */
		seen = slot;
		if (!atomic_compare_exchange_strong(held, &seen, slot | PE_HOLD_WAITED) &&
		    seen != (slot | PE_HOLD_WAITED))
			continue;
		if (overtaken(r, level))
			return;
		if (pe_sys_futex_wait((uint32_t *)held, slot | PE_HOLD_WAITED, &timeout) !=
		    -ETIMEDOUT)
			continue;
		if (is_by_hand(r, level) && pe_sys_tgkill(pe_sys_getpid(), (int)owner, 0) != -ESRCH)
			continue; /* hold.6 */
		/* Mark, then look, here too: a thread inside the call only looks the pid up
		 * again. */
		atomic_store_explicit(&r->dead[level], 1, memory_order_seq_cst);
		if (is_past(owner, atomic_load_explicit(&r->call[level], memory_order_relaxed),
			    &used, ++rounds)) {
			let_go_of(held, slot);
			return;
		}
	}
}

/* Announce that the calls below @levels are interrupted, so that no other drain waits for them.
 * Returns the previous value. */
static uint32_t step_aside(struct pe_hold_record *own, uint32_t levels)
{
	uint32_t before = atomic_exchange_explicit(&own->aside, levels, memory_order_seq_cst);

	/* Change the words, so that a drain that is about to sleep on one does not. */
	for (uint32_t i = 0; i < levels && i < PE_HOLD_LEVELS; i++)
		if (atomic_fetch_and_explicit(&own->held[i], ~PE_HOLD_WAITED,
					      memory_order_seq_cst) &
		    PE_HOLD_WAITED)
			pe_sys_futex_wake((uint32_t *)&own->held[i], INT32_MAX);
	return before;
}

static void step_back(struct pe_hold_record *own, uint32_t before)
{
	atomic_store_explicit(&own->aside, before, memory_order_seq_cst);
	/* before the gate's plain load of the mark */
	atomic_thread_fence(memory_order_seq_cst);
}

void pe_hold_drain(struct pe_arena *records, const struct pe_thread *t, uint32_t slot)
{
	struct pe_hold_record *own = t->level ? record_at(records, t->record) : NULL;
	uint32_t last = pe_arena_last(records), before = own ? step_aside(own, t->level) : 0;

	for (uint32_t i = 1; i <= last; i++) {
		struct pe_hold_record *r = record_at(records, i);

		if (!r || i == t->record)
			continue;
		for (unsigned int level = 0; level < PE_HOLD_LEVELS; level++)
			drain_one(r, level, slot);
	}
	if (own)
		step_back(own, before);
}

void pe_hold_kill_own(struct pe_arena *records, const struct pe_thread *t, uint32_t slot)
{
	struct pe_hold_record *r = record_at(records, t->record);

	for (unsigned int level = 0; r && level < PE_HOLD_LEVELS; level++)
		if ((atomic_load_explicit(&r->held[level], memory_order_relaxed) &
		     ~PE_HOLD_WAITED) == slot)
			atomic_store_explicit(&r->dead[level], 1, memory_order_relaxed);
}

/* Checking whether an owner still exists costs a system call: at most this many per thread. */
#define PE_HOLD_PROBES 8u

static uint32_t find_free_record(struct pe_arena *records, uint32_t tid)
{
	uint32_t last = pe_arena_last(records),
		 probes = last < PE_HOLD_PROBES ? last : PE_HOLD_PROBES;

	for (uint32_t i = 1; i <= last; i++) {
		uint32_t owner =
			atomic_load_explicit(&record_at(records, i)->owner, memory_order_relaxed);

		/* A record with this thread's id belonged to a thread that has ended. */
		if (owner == 0 || owner == tid)
			return i;
	}
	for (uint32_t n = 0; n < probes; n++) {
		uint32_t i = 1 + (tid + n) % last;
		uint32_t owner =
			atomic_load_explicit(&record_at(records, i)->owner, memory_order_relaxed);

		if (pe_sys_tgkill(pe_sys_getpid(), (int)owner, 0) == -ESRCH)
			return i;
	}
	return 0;
}

/* A thread that died inside a call left its hold published; the new owner is in no call. */
static void clear_record(struct pe_hold_record *r)
{
	atomic_store_explicit(&r->aside, 0, memory_order_relaxed);
	for (unsigned int level = 0; level < PE_HOLD_LEVELS; level++)
		if (atomic_exchange_explicit(&r->held[level], 0, memory_order_seq_cst) &
		    PE_HOLD_WAITED)
			pe_sys_futex_wake((uint32_t *)&r->held[level], INT32_MAX);
}

void pe_hold_enroll(struct pe_arena *records, struct pe_thread *t, uint32_t tid)
{
	uint32_t index;

	index = find_free_record(records, tid);
	if (!index)
		index = pe_arena_alloc(records);
	if (!index)
		return;
	clear_record(record_at(records, index));
	atomic_store_explicit(&record_at(records, index)->owner, tid, memory_order_relaxed);
	t->record = index;
}

void pe_hold_forked(struct pe_arena *records, const struct pe_thread *t, uint32_t tid)
{
	uint32_t last = pe_arena_last(records);

	for (uint32_t i = 1; i <= last; i++) {
		struct pe_hold_record *r = record_at(records, i);

		if (i != t->record)
			clear_record(r);
		atomic_store_explicit(&r->owner, i == t->record ? tid : 0, memory_order_relaxed);
	}
}
