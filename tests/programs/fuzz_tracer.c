// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_tracer - a debugger's mistake: it reaps the process that it was to attach to, and attaches
 * to its pid. "held": it stays attached while pids are reused; else it detaches before any other
 * process acts.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 100

static pid_t live_and_die(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return child;
}

int main(int argc, char **argv)
{
	pid_t child = live_and_die();
	long attached = ptrace(PTRACE_SEIZE, child, NULL, NULL);

	if (attached == 0 && argc > 1 && strcmp(argv[1], "held") == 0) {
		ptrace(PTRACE_INTERRUPT, child, NULL, NULL);
		waitpid(child, NULL, __WALL);
		for (int i = 0; i < MANY; i++)
			live_and_die();
	}
	printf("attached: %ld\n", attached);
	return 0;
}
