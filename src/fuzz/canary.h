/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * canary - of `pidepoch fuzz`: the canary server creates a process at each pid that the program
 * releases. Such a process is a canary: it records what is done to it.
 *
 *   init (pid 1) ┬─ canary server ─┬─ canary at 12   blocks all signals, writes each one that
 *                │                 └─ canary at 15   arrives into the page
 *                └─ the program ...    at each release it calls the canary server
 *                                      (core/engine/fuzz_page.h)
 *
 * canary.1  A canary does nothing but wait: what reaches it was sent to another process.
 * canary.2  A canary exists before the wait that released its pid returns.
 * canary.3  At most PE_FUZZ_PAGE_CANARIES canaries exist, so that the program does not run out of
 *           pids. The oldest one at a released pid ends while the program runs on; those at pids of
 *           before a restart stay, since the program may read such a pid late.
 * canary.4  The kernel dequeues the lowest signal first, and the signal that ends a canary is the
 *           highest. So a canary that has exited has recorded every signal sent before.
 * canary.5  The program waits for the creation of each canary, so a canary shares the memory of the
 *           canary server and has only a stack of its own. It does not call libc, since it is not a
 *           thread that libc knows.
 */
#ifndef PE_FUZZ_CANARY_H
#define PE_FUZZ_CANARY_H

#include <sys/types.h>

#include "core/engine/fuzz_page.h"

#define PE_CANARY_NAME "canary" /* their comm */

/* A page in the new file @path; @counted: bits of enum pe_fuzz_page_what that count as a find. NULL
 * with errno. */
struct pe_fuzz_page *pe_canary_page(const char *path, enum pe_fuzz_page_policy policy,
				    unsigned int counted, uint64_t seed);

/* In a process of its own: serve until pe_canary_stop(). A new server may continue for one that was
 * killed. Never returns; calls _exit(0) when all canaries have ended. */
_Noreturn void pe_canary_serve(struct pe_fuzz_page *page);

/* For the parent of @server: stop it and wait for its end. 0, or -1: it ended another way. */
int pe_canary_stop(struct pe_fuzz_page *page, pid_t server);

#endif
