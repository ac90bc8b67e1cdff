/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/postern.h"
#include "core/sys.h"

/* The linker's: where this library, or program, begins, and where its code ends. */
PE_HIDDEN extern const char __ehdr_start[], etext[];

static void take_down(void)
{
	pe_sys_munmap((void *)(uintptr_t)PE_POSTERN_AT, PE_POSTERN_SIZE);
}

/* A kernel that does not know MAP_FIXED_NOREPLACE puts it elsewhere. */
static bool map(void)
{
	long at = pe_sys6(SYS_mmap, (long)PE_POSTERN_AT, PE_POSTERN_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == (long)PE_POSTERN_AT)
		return true;
	if (at >= 0 || at < -4095)
		pe_sys_munmap((void *)at, PE_POSTERN_SIZE);
	return false;
}

static bool put_up(_Atomic uint32_t *word)
{
	char *page = (char *)(uintptr_t)PE_POSTERN_AT;
	const struct pe_postern_board board = { .magic = PE_POSTERN_MAGIC,
						.word = (uintptr_t)word,
						.from = (uintptr_t)__ehdr_start,
						.to = (uintptr_t)etext };

	if (!map())
		return false;
	memcpy(page, (const char *)(uintptr_t)pe_gate_act, PE_GATE_SIZE);
	memcpy(page + PE_POSTERN_BOARD, &board, sizeof(board));
	__builtin___clear_cache(page, page + PE_GATE_SIZE);
	if (pe_sys6(SYS_mprotect, (long)PE_POSTERN_AT, PE_POSTERN_SIZE, PROT_READ | PROT_EXEC, 0, 0,
		    0) == 0)
		return true;
	take_down();
	return false;
}

/* Nobody is a child of itself: the kernel says ECHILD, as does a supervisor who refuses; 0 is its
 * consent. */
static long ask(struct rseq *rseq)
{
	const struct pe_gate_call call = {
		.nr = SYS_waitid, .arg = { P_PID, pe_sys_getpid(), 0, WEXITED | WNOHANG }
	};
	const uint32_t alive = 0;
	long n;

	/* interrupted before it was received, it is not answered */
	do
		n = pe_postern_act(&call, &alive, rseq);
	while (n == -EINTR);
	return n;
}

pe_cold void pe_postern_count(_Atomic uint32_t *word, uint32_t seen, struct rseq *rseq)
{
	/* one thread alone comes to PE_POSTERN_CLOSED */
	if (!atomic_compare_exchange_strong(word, &seen, seen + 1) ||
	    seen + 1 < PE_POSTERN_PATIENCE || !put_up(word))
		return;
	/* Any other error leaves it open whether it has been opened. */
	seen = PE_POSTERN_CLOSED;
	if (ask(rseq) == -ECHILD && atomic_compare_exchange_strong(word, &seen, PE_POSTERN_BARRED))
		take_down();
}

void pe_postern_renounce(_Atomic uint32_t *word)
{
	uint32_t seen = atomic_load(word);

	while (seen < PE_POSTERN_PATIENCE &&
	       !atomic_compare_exchange_weak(word, &seen, PE_POSTERN_CLOSED))
		;
}
