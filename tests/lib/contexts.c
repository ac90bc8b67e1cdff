/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls on references may be made in a signal handler that interrupted one, in many threads at
 * once, and in a vfork child, whose calls are the kernel's own.
 */
#include <pthread.h>

#include "api.h"

#define SIGNALS 5000
#define ROUNDS	1000

static struct pidepoch_ref target;
static volatile sig_atomic_t handled;

static void in_handler(int signal)
{
	int before = errno;

	(void)signal;
	MUST(pidepoch_kill(target.pid, target.epoch, 0) == 0);
	MUST(pidepoch_getpgid(target.pid, target.epoch) == getpgrp());
	handled++;
	errno = before;
}

static void *in_thread(void *arg)
{
	struct pidepoch_ref r;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		MUST(pidepoch_kill(target.pid, target.epoch, 0) == 0);
		MUST(pidepoch_ref(target.pid, &r) == 0);
	}
	return NULL;
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = in_handler };
	pid_t parent = getpid(), pid;

	MUST(sigaction(SIGUSR1, &action, NULL) == 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < SIGNALS && kill(parent, SIGUSR1) == 0; i++)
			;
		_exit(0);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0)
		MUST(pidepoch_kill(target.pid, target.epoch, 0) == 0);
	MUST(handled > 0);
}

static void in_vfork_child(void)
{
	struct pidepoch_ref r;
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		/* linked only, the library does not know that this is a vfork child: its answer
		 * is correct all the same. The target is no child of this one, so that a reference
		 * to it ages with the laps (EEPOCH), and is renewed. */
		bool acts = pidepoch_kill(target.pid, target.epoch, 0) == 0;

		if (!acts && (api_preloaded() || errno != EEPOCH))
			_exit(1);
		if (pidepoch_ref(target.pid, &r) != 0 ? errno != EAGAIN
						      : pidepoch_kill(r.pid, r.epoch, 0) != 0)
			_exit(2);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

static void run_scenario(void)
{
	pthread_t threads[4];

	target = api_ref(api_child());
	interrupted();
	for (int i = 0; i < 4; i++)
		MUST(pthread_create(&threads[i], NULL, in_thread, NULL) == 0);
	for (int i = 0; i < 4; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
	in_vfork_child();
	MUST(pidepoch_kill(target.pid, target.epoch, 0) == 0);
	api_end(target.pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
