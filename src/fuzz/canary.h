/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * canary - of `pidepoch fuzz`: a canary server gives the pids that a program releases to unrelated
 * processes, who record what is done to them.
 *
 *   init (pid 1) ┬─ canary server ─┬─ canary at 12      blocks all signals, writes each that comes into the page
 *                │          └─ canary at 15
 *                └─ the program ...              asks the canary server at each release (core/engine/fuzz_page.h)
 *
 * canary.1  A canary does nothing but wait: what reaches it was meant for somebody else.
 * canary.2  It is there before the wait that released its pid returns.
 * canary.3  There are PE_FUZZ_PAGE_STRANGERS of them at the most, so that no program starves for
 *           pids. The oldest goes while the program goes on.
 * canary.4  Signals are dequeued lowest first, and the canary server's own farewell is the highest:
 *           whoever has left has told all.
 * canary.5  The program waits for each birth, so a canary is born into its canary server's memory,
 *           with a stack and nothing else of its own. It makes no call of libc's, whose thread it
 *           is not.
 */
#ifndef PE_FUZZ_CANARY_H
#define PE_FUZZ_CANARY_H

#include <sys/types.h>

#include "core/engine/fuzz_page.h"

#define PE_CANARY_NAME "canary" /* their comm */

/* A page in the new file @path; @heeded: bits of what counts as a find. NULL with errno. */
struct pe_fuzz_page *pe_canary_page(const char *path, enum pe_fuzz_page_policy policy,
				    unsigned int heeded, uint64_t seed);

/* In a process of its own: serve until told to stop, in the place of one that was killed too. Never
 * returns; _exit(0) when all canaries have told. */
_Noreturn void pe_canary_serve(struct pe_fuzz_page *page);

/* From its parent: stop, and wait until it has. 0, or -1: it had ended before by itself. */
int pe_canary_stop(struct pe_fuzz_page *page, pid_t server);

#endif
