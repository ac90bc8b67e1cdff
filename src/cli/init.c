// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/init.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/message.h"

/* A fault must end this process and not be blocked; background output must not stop it (init.1). */
static sigset_t taken_signals(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	return set;
}

/* init.1. SIGTTOU is blocked, so a background group may do this. */
static void take_terminal(void)
{
	if (setpgid(0, 0) == 0 && isatty(STDIN_FILENO))
		tcsetpgrp(STDIN_FILENO, getpgrp());
}

/* init.3. Reap what has ended. Returns true with the command's exit status if it was among them. */
static bool reap(pid_t command, int *status)
{
	int s;
	bool ended = false;
	pid_t pid;

	while ((pid = waitpid(-1, &s, WNOHANG | __WALL)) > 0)
		if (pid == command) {
			*status = WIFEXITED(s) ? WEXITSTATUS(s) : 128 + WTERMSIG(s);
			ended = true;
		}
	return ended;
}

static void serve(pid_t command, const sigset_t *set, int *status)
{
	while (!reap(command, status)) {
		int signal = sigwaitinfo(set, NULL);

		if (signal > 0 && signal != SIGCHLD)
			kill(command, signal);
	}
}

int pe_init_fork(int *status)
{
	sigset_t set = taken_signals(), before;
	struct sigaction plain = { .sa_handler = SIG_DFL }, was;
	pid_t command;

	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return pe_message_error(-1, "run", "cannot reap orphans: %s", strerror(errno));
	/* if SIGCHLD were ignored, the command's status would be lost */
	sigaction(SIGCHLD, &plain, &was);
	sigprocmask(SIG_BLOCK, &set, &before);
	command = fork();
	if (command < 0)
		return pe_message_error(-1, "run", "cannot fork: %s", strerror(errno));
	if (command == 0) {
		take_terminal();
		sigaction(SIGCHLD, &was, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return 0;
	}
	serve(command, &set, status);
	return 1;
}
