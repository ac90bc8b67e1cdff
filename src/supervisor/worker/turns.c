// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/turns.h"

#include <stdbool.h>

#define USERS 64
#define SPARE 8

static struct turn {
	int place;
	uint32_t user;
	uint64_t order;
} waiting[PE_TURNS_MOST + SPARE];

static unsigned int count;
static uint64_t orders, served[USERS]; /* the order of the call of each user that was served last */

void pe_turns_add(int place, uint32_t user)
{
	waiting[count++] = (struct turn){ place, user % USERS, ++orders };
}

/* the user that was served least recently, and the oldest call of that user */
static bool comes_before(const struct turn *a, const struct turn *b)
{
	if (served[a->user] != served[b->user])
		return served[a->user] < served[b->user];
	return a->order < b->order;
}

int pe_turns_next(void)
{
	struct turn *best = waiting, next;

	if (count == 0)
		return -1;
	for (struct turn *t = waiting; t < waiting + count; t++)
		if (comes_before(t, best))
			best = t;
	next = *best;
	*best = waiting[--count];
	served[next.user] = ++orders;
	return next.place;
}

unsigned int pe_turns_count(void)
{
	return count;
}

void pe_turns_clear(void)
{
	count = 0;
}
