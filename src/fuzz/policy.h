/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy - what one run does: which process gets a released pid, how the program is started, and
 * whether it is started a second time.
 *
 *   name               a released pid goes to        start                   lives
 *   ----               -----------------------       -----                   -----
 *   immediate          an unrelated process          as usual                1
 *   lottery            by lot                        as usual                1
 *   window             an unrelated process, pauses  as usual                1
 *   own                the program's next child      as usual                1
 *   again              an unrelated process          as usual                2: the first ends
 *   restart            an unrelated process          as usual                2: it is killed
 *   sigchld-ignored    an unrelated process          SIGCHLD is ignored      1
 *   signals-blocked    the same                      signals are blocked     1
 *   child-before-exec  the same                      it has a child already  1
 *   stdin-closed       the same                      descriptor 0 is closed  1
 *   inherited          one of the last four in each run
 *   turns              another one in each run
 */
#ifndef PE_FUZZ_POLICY_H
#define PE_FUZZ_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/engine/fuzz_page.h"

enum pe_fuzz_policy_start {
	PE_FUZZ_POLICY_USUAL,
	PE_FUZZ_POLICY_IGNORED, /* SIGCHLD */
	PE_FUZZ_POLICY_BLOCKED, /* all signals */
	PE_FUZZ_POLICY_CHILD,	/* one that the program did not create */
	PE_FUZZ_POLICY_CLOSED,	/* descriptor 0 */
};

enum pe_fuzz_policy_lives {
	PE_FUZZ_POLICY_ONE,
	PE_FUZZ_POLICY_AGAIN,  /* a second one, after the first has ended */
	PE_FUZZ_POLICY_KILLED, /* a second one, after the first was killed, or has ended */
};

struct pe_fuzz_policy {
	const char *name;
	enum pe_fuzz_page_policy page;
	enum pe_fuzz_policy_start start;
	enum pe_fuzz_policy_lives lives;
	const char *what; /* what it does to the program, for a sentence "... when ..." */
};

/* The index of the policy @name for pe_fuzz_policy_of(), or -1. */
int pe_fuzz_policy_find(const char *name);

const char *pe_fuzz_policy_name(int policy);

/* The policy that is the default: each run has another one. */
int pe_fuzz_policy_default(void);

/* What @policy does in run @run, which is counted from 1. Never NULL. */
const struct pe_fuzz_policy *pe_fuzz_policy_of(int policy, unsigned int run);

#endif
