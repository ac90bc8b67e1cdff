/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "fuzz.h"
#include "sys.h"

#define LONGEST_PAUSE_NS 2000000
#define LOCK_ROUNDS	 10

/* splitmix64 of Steele, Lea and Flood: every draw by itself, so that none depends on who drew before */
uint64_t pe_fuzz_draw(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int pe_fuzz_wait(_Atomic uint32_t *word, uint32_t value)
{
	const struct timespec patience = { .tv_nsec = PE_FUZZ_PATIENCE_NS };

	return (int)pe_sys4(SYS_futex, PE_SYS_LONG(word), FUTEX_WAIT, (long)value,
			    PE_SYS_LONG(&patience));
}

void pe_fuzz_wake(_Atomic uint32_t *word)
{
	pe_sys3(SYS_futex, PE_SYS_LONG(word), FUTEX_WAKE, INT32_MAX);
}

static void pause_for_a_while(struct pe_fuzz *f)
{
	uint64_t draw = pe_fuzz_draw(~f->seed, atomic_fetch_add(&f->draws, 1));
	struct timespec while_ = { .tv_nsec = (long)(draw % LONGEST_PAUSE_NS) };

	if (f->policy == PE_FUZZ_WINDOW)
		pe_sys2(SYS_nanosleep, PE_SYS_LONG(&while_), 0);
}

void pe_fuzz_before(struct pe_fuzz *f)
{
	pause_for_a_while(f);
}

/* A holder that was killed keeps the lock for nobody. */
static bool take_turn(struct pe_fuzz *f, uint32_t me)
{
	for (int round = 0; round < LOCK_ROUNDS; round++) {
		uint32_t holder = 0;

		if (atomic_compare_exchange_strong(&f->lock, &holder, me))
			return true;
		if (holder == me)
			return false; /* a handler above its own interrupted request */
		if (pe_fuzz_wait(&f->lock, holder) == -ETIMEDOUT &&
		    pe_sys_kill((int)holder, 0) == -ESRCH &&
		    atomic_compare_exchange_strong(&f->lock, &holder, me))
			return true;
	}
	return false;
}

void pe_fuzz_released(struct pe_fuzz *f, uint32_t number)
{
	uint32_t ticket;

	atomic_fetch_add(&f->releases, 1);
	if (!take_turn(f, (uint32_t)pe_sys_getpid()))
		return;
	atomic_store(&f->number, number);
	ticket = atomic_fetch_add(&f->asked, 1) + 1;
	pe_fuzz_wake(&f->asked);
	while (atomic_load(&f->served) != ticket)
		if (pe_fuzz_wait(&f->served, ticket - 1) == -ETIMEDOUT)
			break;
	atomic_store(&f->lock, 0);
	pe_fuzz_wake(&f->lock);
	pause_for_a_while(f);
}
