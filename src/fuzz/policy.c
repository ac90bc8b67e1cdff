// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/policy.h"

#include <string.h>

enum {
	IMMEDIATE,
	LOTTERY,
	WINDOW,
	OWN,
	AGAIN,
	RESTART,
	IGNORED,
	BLOCKED,
	CHILD,
	CLOSED,
	INHERITED, /* from here on: one of several */
	TURNS,
	POLICIES
};

#define REUSED "an unrelated process has each pid that it has released"

static const struct pe_fuzz_policy policies[INHERITED] = {
	[IMMEDIATE] = { .name = "immediate", .page = PE_FUZZ_PAGE_IMMEDIATE, .what = REUSED },
	[LOTTERY] = { .name = "lottery", .page = PE_FUZZ_PAGE_LOTTERY, .what = REUSED },
	[WINDOW] = { .name = "window", .page = PE_FUZZ_PAGE_WINDOW, .what = REUSED },
	[OWN] = { .name = "own",
		  .page = PE_FUZZ_PAGE_OWN,
		  .what = "its next child has the pid of the one that it has reaped" },
	[AGAIN] = { .name = "again",
		    .page = PE_FUZZ_PAGE_IMMEDIATE,
		    .lives = PE_FUZZ_POLICY_AGAIN,
		    .what = "it is started again, and pids of before are in use" },
	[RESTART] = { .name = "restart",
		      .page = PE_FUZZ_PAGE_IMMEDIATE,
		      .lives = PE_FUZZ_POLICY_KILLED,
		      .what = "it is ended and started again, and pids of before are in use" },
	[IGNORED] = { .name = "sigchld-ignored",
		      .page = PE_FUZZ_PAGE_IMMEDIATE,
		      .start = PE_FUZZ_POLICY_IGNORED,
		      .what = "it is started with SIGCHLD ignored" },
	[BLOCKED] = { .name = "signals-blocked",
		      .page = PE_FUZZ_PAGE_IMMEDIATE,
		      .start = PE_FUZZ_POLICY_BLOCKED,
		      .what = "it is started with all signals blocked" },
	[CHILD] = { .name = "child-before-exec",
		    .page = PE_FUZZ_PAGE_IMMEDIATE,
		    .start = PE_FUZZ_POLICY_CHILD,
		    .what = "it has a child from before its start" },
	[CLOSED] = { .name = "stdin-closed",
		     .page = PE_FUZZ_PAGE_IMMEDIATE,
		     .start = PE_FUZZ_POLICY_CLOSED,
		     .what = "it is started with standard input closed" },
};

static const unsigned char inherited[] = { IGNORED, BLOCKED, CHILD, CLOSED };

/* What finds most comes first. With AGAIN in runs 4 and 5 the program has its own pid of before
 * once, and once another process has it (lives.2). */
static const unsigned char turns[] = { IMMEDIATE, OWN, WINDOW, AGAIN, AGAIN, LOTTERY };

const char *pe_fuzz_policy_name(int policy)
{
	return policy == TURNS	     ? "turns"
	       : policy == INHERITED ? "inherited"
				     : policies[policy].name;
}

int pe_fuzz_policy_find(const char *name)
{
	for (int i = 0; i < POLICIES; i++)
		if (strcmp(pe_fuzz_policy_name(i), name) == 0)
			return i;
	return -1;
}

int pe_fuzz_policy_default(void)
{
	return TURNS;
}

const struct pe_fuzz_policy *pe_fuzz_policy_of(int policy, unsigned int run)
{
	if (policy == TURNS)
		policy = turns[(run - 1) % sizeof(turns)];
	else if (policy == INHERITED)
		policy = inherited[(run - 1) % sizeof(inherited)];
	return &policies[policy];
}
