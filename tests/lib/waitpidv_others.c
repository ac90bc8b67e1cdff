/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() also accepts processes that are not children: they run, and end without a status;
 * the same holds for a child reaped before. */
#include "vector.h"

/* A grandchild, whose parent does not reap it. */
struct unrelated {
	pid_t pid, parent;
};

static struct unrelated unrelated_make(void)
{
	struct unrelated s;
	int say[2];

	MUST(pipe(say) == 0);
	s.parent = fork();
	if (s.parent == 0) {
		s.pid = vector_child();
		if (write(say[1], &s.pid, sizeof(s.pid)) != sizeof(s.pid))
			_exit(1);
		for (;;)
			pause();
	}
	MUST(read(say[0], &s.pid, sizeof(s.pid)) == sizeof(s.pid));
	close(say[1]);
	close(say[0]);
	return s;
}

static void run_scenario(void)
{
	struct unrelated s = unrelated_make();
	pid_t child = vector_child(), pid[3] = { s.pid, getpid(), child };
	struct pidv old;

	vector_of(pid, 3);
	MUST(vector_ask(WNOHANG) == 0);
	MUST(vec[0].state == PIDV_RUNNING && vec[1].state == PIDV_RUNNING);
	/* it becomes a zombie of another process */
	MUST(kill(s.pid, SIGKILL) == 0);
	old = vec[0];
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_ENDED);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_ENDED);
	api_end(s.parent);
	/* and then nothing at all */
	vec[0] = old;
	api_end(child);
	MUST(vector_ask(WNOHANG) == 2);
	MUST(vec[0].state == PIDV_ENDED && vec[2].state == PIDV_ENDED);
	MUST(vec[1].state == PIDV_RUNNING);
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
