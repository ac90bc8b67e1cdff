/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() refuses unknown options, has nothing to wait for in an empty vector, and returns an
 * end to one of many entries. */
#include <fcntl.h>

#include "vector.h"

static bool fails(int n, int error)
{
	return n == -1 && errno == error;
}

static void nothing_to_wait_for(void)
{
	pid_t pid = vector_zombie(0);

	MUST(fails(waitpidv(NULL, 0, NULL, 0, NULL), ECHILD));
	MUST(fails(waitpidv(vec, 0, NULL, WNOHANG | WAITPIDV_ALL, NULL), ECHILD));
	vec[0] = vector_entry(pid);
	MUST(waitpidv(vec, 1, NULL, O_NONBLOCK, NULL) == 1);
	MUST(fails(waitpidv(vec, 1, NULL, 0, NULL), ECHILD));
	MUST(fails(waitpidv(vec, 1, NULL, WNOHANG, NULL), ECHILD));
}

static void what_is_wrong(void)
{
	const struct timespec odd = { .tv_nsec = 1000000000 };
	struct waitpidv_more more = { .size = sizeof(more) - 1 };
	pidepoch_snapshot_t future = pidepoch_now() << 1;
	uint32_t changed[1];

	vector_of_one(getpid());
	MUST(fails(vector_ask(0x100), EINVAL));
	MUST(fails(vector_ask(WEXITED), EINVAL));
	MUST(fails(waitpidv(vec, 1, NULL, WNOHANG, &more), EINVAL));
	more = (struct waitpidv_more){ .size = sizeof(more), .timeout = &odd };
	MUST(fails(waitpidv(vec, 1, NULL, 0, &more), EINVAL));
	more = (struct waitpidv_more){ .size = sizeof(more), .changed = changed };
	MUST(fails(waitpidv(vec, 1, NULL, WNOHANG | WAITPIDV_CHANGED, &more), EINVAL));
	more.changed_max = 1;
	MUST(fails(waitpidv(vec, 1, NULL, WNOHANG, &more), EINVAL));
	MUST(fails(waitpidv(vec, 1, &future, WNOHANG, NULL), EINVAL));
	MUST(fails(waitpidv(NULL, 1, NULL, WNOHANG, NULL), EFAULT));
	MUST(fails(waitpidv(api_bad_pointer(), 1, NULL, WNOHANG, NULL), EFAULT));
	MUST(fails(waitpidv(vec, SIZE_MAX / 2, NULL, WNOHANG, NULL), EFAULT));
	MUST(fails(waitpidv(vec, SIZE_MAX / sizeof(*vec), NULL, WNOHANG, NULL), EFAULT));
	MUST(fails(waitpidv(vec, 1, api_bad_pointer(), WNOHANG, NULL), EFAULT));
	MUST(fails(waitpidv(vec, 1, NULL, WNOHANG, api_bad_pointer()), EFAULT));
	vec[0].pid = -vec[0].pid;
	MUST(fails(vector_ask(WNOHANG), EINVAL));
	vec[0].pid = 0;
	MUST(fails(vector_ask(WNOHANG), EINVAL));
	vector_of_one(getpid());
	vec[0].epoch++;
	MUST(fails(vector_ask(WNOHANG), EINVAL));
}

/* every bit, and every state; an entry in order is reported all the same */
static void entries_that_are_wrong(void)
{
	pid_t pid = vector_child();

	for (unsigned int bit = 4; bit <= 0x8000; bit *= 2) {
		vector_of_one(pid);
		vec[0].flags |= (uint16_t)bit;
		MUST(fails(vector_ask(WNOHANG), EINVAL));
	}
	for (unsigned int state = PIDV_UNKNOWN + 1; state <= UINT16_MAX; state = state * 2 + 1) {
		vector_of_one(pid);
		vec[0].state = (uint16_t)state;
		MUST(fails(vector_ask(WNOHANG), EINVAL));
		MUST(fails(vector_ask(0), EINVAL));
	}
	vector_of_one(pid);
	vec[vector_count] = vec[0];
	vec[0].flags |= 4;
	vector_count++;
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 1 && vec[vector_count - 1].state == PIDV_EXITED);
}

/* wait_entry.7 */
static void without_a_tag(void)
{
	pidepoch_snapshot_t before = pidepoch_get(), none = 0;
	pid_t pid = vector_child();
	struct pidv v = { .pid = pid };

	MUST(before != 0 && waitpidv(&v, 1, NULL, WNOHANG, NULL) == 0);
	MUST(v.state == PIDV_RUNNING);
	MUST(waitpidv(&v, 1, &none, WNOHANG, NULL) == 0 && v.state == PIDV_RUNNING);
	vector_of_one(pid);
	vec[0] = (struct pidv){ .pid = pid };
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	vector_kill(pid);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
	vec[0] = (struct pidv){ .pid = pid };
	MUST(vector_ask(WNOHANG) == 1 && vec[0].state >= PIDV_ENDED);
}

static void the_same_one_often(void)
{
	pid_t pid = vector_child(), often[4] = { pid, pid, pid, pid };
	int ended = 0, exited = 0;

	vector_of(often, 4);
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 4);
	for (int i = 0; i < 4; i++) {
		exited += vec[i].state == PIDV_EXITED;
		ended += vec[i].state == PIDV_ENDED;
	}
	MUST(exited == 1 && ended == 3);
}

static void run_scenario(void)
{
	nothing_to_wait_for();
	what_is_wrong();
	entries_that_are_wrong();
	without_a_tag();
	the_same_one_often();
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
