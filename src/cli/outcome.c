// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/outcome.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report/events.h"
#include "command/message.h"

#define ERROR(...) pe_message_error(-1, "run", __VA_ARGS__)

static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

static sigset_t watched_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&set, forwarded[i]);
	return set;
}

/* outcome.1. Only this function reaps the child, so kill() cannot reach another process. */
static int await(pid_t child, const sigset_t *set)
{
	siginfo_t si;
	int status;

	for (;;) {
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (sigwaitinfo(set, &si) > 0 && si.si_signo != SIGCHLD && si.si_code <= 0)
			kill(child, si.si_signo);
	}
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* outcome.2. The number of events, or -1 after an error line. */
static long count_findings(const char *path, off_t from)
{
	struct pe_events events = { .events = 0 };
	FILE *f = fopen(path, "re");
	long found = 0;
	int r = f && fseeko(f, from, SEEK_SET) == 0 ? pe_events_read(&events, f) : -errno;

	if (f)
		fclose(f);
	if (r < 0)
		return ERROR("cannot read the events %s: %s", path, strerror(-r));
	for (size_t i = 0; i < events.events; i++)
		found += events.event[i].severity <= PE_EVENTS_WARNING;
	pe_events_free(&events);
	return found;
}

int pe_outcome_fork(const char *events, int found, int *status)
{
	sigset_t set = watched_signals(), before;
	struct sigaction plain = { .sa_handler = SIG_DFL }, was;
	off_t from = size_of(events);
	pid_t child;
	long n;

	/* if SIGCHLD were ignored, the command's status would be lost */
	sigaction(SIGCHLD, &plain, &was);
	sigprocmask(SIG_BLOCK, &set, &before);
	child = fork();
	if (child < 0)
		return ERROR("cannot fork: %s", strerror(errno));
	if (child == 0) {
		sigaction(SIGCHLD, &was, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return 0;
	}
	*status = await(child, &set);
	n = count_findings(events, from);
	if (n > 0) {
		pe_message_error(0, "run", "%ld event%s in %s; 'pidepoch report' shows them", n,
				 n == 1 ? "" : "s", events);
		*status = found;
	}
	return n < 0 ? -1 : 1;
}
