// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * innocent - a process that has done nothing, and records every signal that it gets.
 *
 * All signals are blocked before it prints "ready". At the end of its input it lists what is
 * pending: a signal is there as soon as the kill() that sent it has returned, so no process has to
 * wait for it.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	const struct timespec now = { 0, 0 };
	siginfo_t info;
	sigset_t all;
	char c;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	while (sigtimedwait(&all, &info, &now) > 0)
		printf("got %d from %d\n", info.si_signo, info.si_pid);
	printf("end\n");
	return 0;
}
