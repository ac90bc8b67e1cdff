/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PIDV_ANY: an entry for any child gets one that no other entry names, with a reference to it, its
 * status and usage; orphans that the program has adopted as well.
 */
#include "vector.h"

static void any_after(const pid_t *named, size_t n, size_t anys)
{
	vector_of(named, n);
	while (anys-- > 0)
		vec[vector_count++] = (struct pidv){ .pid = PIDV_ANY };
}

static const struct pidv *last(size_t back)
{
	return &vec[vector_count - 1 - back];
}

static bool is_answer(const struct pidv *e, pid_t pid, int status)
{
	return e->pid == pid && e->flags == PIDV_TAGGED && e->state == PIDV_EXITED &&
	       e->status == status << 8;
}

static void none_and_one(void)
{
	pid_t pid = vector_child();

	any_after(NULL, 0, 1);
	MUST(vector_ask(WNOHANG) == 0 && last(0)->state == PIDV_RUNNING && last(0)->pid == -1);
	MUST(kill(pid, SIGKILL) == 0);
	MUST(vector_ask(0) == 1 && last(0)->pid == pid && last(0)->status == SIGKILL);
	MUST(waitpid(pid, NULL, 0) == -1 && errno == ECHILD);
	/* final: skipped */
	MUST(vector_ask(WNOHANG) == (vector_long ? 0 : -1));
}

/* The reference is one: an obituary answers to it where the library sees forks and waits. */
static void a_reference(void)
{
	struct pidepoch_end end = { .size = sizeof(end) };
	pid_t pid = vector_zombie(7);

	any_after(NULL, 0, 1);
	MUST(vector_ask(0) == 1 && is_answer(last(0), pid, 7));
	MUST(api_refused(pidepoch_kill(pid, last(0)->epoch, 0)));
	if (api_preloaded()) {
		MUST(pidepoch_obituary(pid, last(0)->epoch, &end) == 0);
		MUST(end.status == 7 << 8);
	}
}

static void named_ones_keep_theirs(void)
{
	pid_t pid[2] = { vector_zombie(1), vector_child() }, other[2];

	other[0] = vector_zombie(2);
	other[1] = vector_zombie(3);
	any_after(pid, 2, 3);
	MUST(vector_ask(0) == 3);
	MUST(vec[0].state == PIDV_EXITED && vec[0].status == 1 << 8);
	MUST(vec[1].state == PIDV_RUNNING && last(0)->state == PIDV_RUNNING);
	MUST(is_answer(last(2), other[0], 2) && is_answer(last(1), other[1], 3));
	MUST(kill(pid[1], SIGKILL) == 0);
	MUST(vector_ask(0) == 1 && vec[1].state == PIDV_EXITED && last(0)->pid == -1);
}

/* The orphan of a child that has ended comes to this process. */
static void orphans(void)
{
	int ends[2];
	pid_t child, orphan = 0;
	char byte;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		if (fork() == 0) {
			orphan = getpid();
			MUST(write(ends[1], &orphan, sizeof(orphan)) == sizeof(orphan));
			while (getppid() == child)
				sched_yield();
			_exit(9);
		}
		_exit(4);
	}
	MUST(read(ends[0], &orphan, sizeof(orphan)) == sizeof(orphan));
	close(ends[1]);
	MUST(read(ends[0], &byte, 1) == 0); /* both have ended */
	close(ends[0]);
	vector_wait_for_zombie(child);
	vector_wait_for_zombie(orphan);
	any_after(&child, 1, 1);
	MUST(vector_ask(0) == 2);
	MUST(vec[0].state == PIDV_EXITED && vec[0].status == 4 << 8);
	MUST(is_answer(last(0), orphan, 9));
	MUST(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
}

static void with_options(void)
{
	struct rusage used[VECTOR_MOST] = { { .ru_maxrss = 0 } };
	struct waitpidv_more more = { .size = sizeof(more), .usage = used };
	pid_t pid = vector_zombie(5), stopped;

	any_after(NULL, 0, 1);
	MUST(vector_ask(WNOHANG | WNOWAIT) == 1 && is_answer(last(0), pid, 5));
	any_after(NULL, 0, 1);
	MUST(waitpidv(vec, vector_count, NULL, 0, &more) == 1 && is_answer(last(0), pid, 5));
	stopped = vector_child();
	MUST(kill(stopped, SIGSTOP) == 0);
	any_after(NULL, 0, 1);
	MUST(vector_ask(WUNTRACED) == 1 && last(0)->pid == stopped);
	MUST(last(0)->state == PIDV_STOPPED && WSTOPSIG(last(0)->status) == SIGSTOP);
	vector_kill(stopped);
	/* the entry names the child now */
	MUST(vector_ask(0) == 1 && last(0)->pid == stopped && last(0)->state == PIDV_EXITED);
}

static void changed_only(void)
{
	uint32_t changed[VECTOR_MOST];
	struct waitpidv_more more = { .size = sizeof(more),
				      .changed = changed,
				      .changed_max = VECTOR_MOST };
	const int flags = WNOHANG | WAITPIDV_CHANGED;
	pid_t pid = vector_child();

	any_after(NULL, 0, 1);
	MUST(vector_ask(WNOHANG) == 0); /* the vector is a new one */
	for (int i = 0; i < 2; i++)
		MUST(waitpidv(vec, vector_count, NULL, flags, &more) == 0);
	vector_kill(pid);
	MUST(waitpidv(vec, vector_count, NULL, flags, &more) == 1);
	MUST(changed[0] == vector_count - 1 && last(0)->pid == pid);
	/* the same vector, the entry asked for again */
	vec[vector_count - 1] = (struct pidv){ .pid = PIDV_ANY };
	pid = vector_zombie(6);
	MUST(waitpidv(vec, vector_count, NULL, flags, &more) == 1 && is_answer(last(0), pid, 6));
}

static void time_is_short(void)
{
	const struct timespec little = { .tv_nsec = 20000000 };
	const struct waitpidv_more more = { .size = sizeof(more), .timeout = &little };
	pid_t pid = vector_child();

	any_after(NULL, 0, 1);
	MUST(waitpidv(vec, vector_count, NULL, 0, &more) == 0);
	vector_kill(pid);
	MUST(waitpidv(vec, vector_count, NULL, 0, &more) == 1);
}

static void what_is_wrong(void)
{
	struct pidv v = { .pid = PIDV_ANY, .flags = PIDV_TAGGED };

	MUST(waitpidv(&v, 1, NULL, WNOHANG, NULL) == -1 && errno == EINVAL);
}

static void play(void)
{
	none_and_one();
	a_reference();
	named_ones_keep_theirs();
	orphans();
	with_options();
	changed_only();
	time_is_short();
	what_is_wrong();
}

static void both(void)
{
	struct pidv v = { .pid = PIDV_ANY };

	MUST(waitpidv(&v, 1, NULL, 0, NULL) == -1 && errno == ECHILD); /* no children at all */
	vector_both(play);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
