/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() covers the children that wait4() with the same options covers: clone children with
 * __WALL or __WCLONE, another thread's without __WNOTHREAD. All others are foreign to it: they
 * run, and end without a status. */
#include <pthread.h>

#include "vector.h"

static pid_t clone_child(void)
{
	/* no signal at its end */
	pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);

	while (pid == 0)
		pause();
	MUST(pid > 0);
	return pid;
}

static void clone_children(int option)
{
	pid_t pid = clone_child();

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	MUST(vector_ask(WNOHANG | option) == 0);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG | option) == 1 && vec[0].state == PIDV_EXITED);

	pid = clone_child();
	vector_of_one(pid);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 1 && vec[0].state == PIDV_ENDED);
	MUST(waitpid(pid, NULL, __WALL) == pid);
}

static void *fork_there(void *pid)
{
	pid_t *made = pid;
	sigset_t none;
	int signal;

	sigemptyset(&none);
	sigaddset(&none, SIGUSR1);
	*made = fork(); /* without a death signal: it is this thread's */
	if (*made == 0)
		for (;;)
			pause();
	sigwait(&none, &signal);
	return NULL;
}

static void another_threads(void)
{
	volatile pid_t pid = 0;
	sigset_t set;
	pthread_t thread;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	MUST(pthread_create(&thread, NULL, fork_there, (void *)&pid) == 0);
	while (pid == 0)
		sched_yield();
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG | __WNOTHREAD) == 0 && vec[0].state == PIDV_RUNNING);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG | __WNOTHREAD) == 1 && vec[0].state == PIDV_ENDED);
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 1 && vec[0].state == PIDV_EXITED);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
}

static void run_scenario(void)
{
	clone_children(__WALL);
	clone_children(__WCLONE);
	another_threads();
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
