/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* With WAITPIDV_CHANGED waitpidv() writes changed entries only, and lists them; a change that
 * does not fit in the list comes with the next call. */
#include "vector.h"

#define CHILDREN 5

static uint32_t changed[CHILDREN];

static int ask(size_t count, size_t room)
{
	const struct waitpidv_more more = { .size = sizeof(more),
					    .changed = changed,
					    .changed_max = room };

	return waitpidv(vec, count, NULL, WNOHANG | WAITPIDV_CHANGED, &more);
}

static void run_scenario(void)
{
	pid_t pid[CHILDREN], late;
	bool reported[CHILDREN] = { false };

	for (int i = 0; i < CHILDREN; i++)
		pid[i] = vector_child();
	vector_of(pid, CHILDREN);
	MUST(ask(vector_count, CHILDREN) == 0 && vec[0].state == PIDV_NEW);
	vector_kill(pid[3]);
	MUST(ask(vector_count, CHILDREN) == 1 && changed[0] == 3);
	MUST(vec[3].state == PIDV_EXITED && vec[0].state == PIDV_NEW);
	for (int i = 0; i < CHILDREN; i++)
		if (i != 3)
			vector_kill(pid[i]);
	for (int round = 0; round < 4; round++) {
		MUST(ask(vector_count, 1) == 1);
		MUST(changed[0] < CHILDREN && !reported[changed[0]]);
		MUST(vec[changed[0]].state == PIDV_EXITED);
		reported[changed[0]] = true;
	}
	MUST(!reported[3]);
	/* appended */
	late = vector_zombie(9);
	vec[vector_count] = vector_entry(late);
	MUST(ask(vector_count + 1, CHILDREN) == 1 && changed[0] == vector_count);
	MUST(WEXITSTATUS(vec[vector_count].status) == 9);
	/* put in the place of another: read without the flag, and from then on known */
	late = vector_child();
	vec[0] = vector_entry(late);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	vector_kill(late);
	MUST(ask(vector_count, CHILDREN) == 1 && changed[0] == 0);
}

static void both(void)
{
	vector_both(run_scenario);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
