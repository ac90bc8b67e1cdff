// SPDX-License-Identifier: LGPL-2.1-or-later
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "namespace.h"

void actor_fail(const char *format, ...)
{
	va_list more;

	va_start(more, format);
	fprintf(stderr, "FAIL: ");
	vfprintf(stderr, format, more);
	fprintf(stderr, "\n");
	va_end(more);
	exit(1);
}

/* --- starting --- */

struct pipes {
	int to[2], from[2];
};

static struct pipes open_pipes(void)
{
	struct pipes p;

	if (pipe2(p.to, O_CLOEXEC) < 0 || pipe2(p.from, O_CLOEXEC) < 0)
		actor_fail("pipe: %m");
	return p;
}

/* In the child: standard input and output are the pipes; messages go to standard error. */
static void take_pipes(const struct pipes *p)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(p->to[0], 0) != 0 || dup2(p->from[1], 1) != 1)
		_exit(126);
	close(p->to[1]);
	close(p->from[0]);
}

/* A child that does not exec must not keep the pipes of other actors open. */
static void close_as_exec(void)
{
	for (int fd = 3; fd < FD_SETSIZE; fd++)
		if (fcntl(fd, F_GETFD) == FD_CLOEXEC)
			close(fd);
}

static void keep(struct actor *a, pid_t pid, const struct pipes *p)
{
	if (pid < 0)
		actor_fail("fork: %m");
	close(p->to[0]);
	close(p->from[1]);
	*a = (struct actor){ .pid = pid, .to = p->to[1], .from = p->from[0] };
}

static void preload(void)
{
	const char *library = getenv("PIDEPOCH_PRELOAD");

	if (!library)
		actor_fail("PIDEPOCH_PRELOAD names no library");
	setenv("LD_PRELOAD", library, 1);
}

void actor_start(struct actor *a, const char *const *argv, bool native, const char *setting)
{
	struct pipes p = open_pipes();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		take_pipes(&p);
		if (!native)
			preload();
		if (setting)
			putenv(strdup(setting));
		execvp(argv[0], (char *const *)argv);
		dprintf(2, "%s: %m\n", argv[0]);
		_exit(127);
	}
	keep(a, pid, &p);
}

void actor_start_self(struct actor *a, const char *role, const char *more, bool native)
{
	const char *argv[] = { "/proc/self/exe", role, more, NULL };

	actor_start(a, argv, native, NULL);
}

void actor_fork(struct actor *a, long (*answer)(char what))
{
	struct pipes p = open_pipes();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		take_pipes(&p);
		close_as_exec();
		if (answer)
			actor_serve(answer);
		else
			actor_serve_as_unrelated(NULL);
		_exit(0);
	}
	keep(a, pid, &p);
}

void actor_start_unrelated(struct actor *a, pid_t number, long (*act)(void))
{
	struct pipes p = open_pipes();
	pid_t pid = namespace_fork(number);

	if (pid == 0) {
		take_pipes(&p);
		close_as_exec();
		actor_serve_as_unrelated(act);
		_exit(0);
	}
	keep(a, pid, &p);
	actor_ask(a, ACTOR_SIGNALS); /* it has started and blocks all signals */
}

/* --- asking and answering --- */

long actor_ask(const struct actor *a, char what)
{
	long answer;
	ssize_t n;

	if (write(a->to, &what, 1) != 1)
		actor_fail("%d cannot be asked '%c': %m", a->pid, what);
	do
		n = read(a->from, &answer, sizeof(answer));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(answer))
		actor_fail("%d was asked '%c' and gave no answer", a->pid, what);
	return answer;
}

void actor_serve(long (*answer)(char what))
{
	ssize_t n;
	char what;

	while ((n = read(0, &what, 1)) == 1 || (n < 0 && errno == EINTR)) {
		long result = n == 1 ? answer(what) : 0;

		if (n == 1 && write(1, &result, sizeof(result)) != sizeof(result))
			_exit(1);
	}
}

static long (*unrelated_act)(void);

static long answer_as_unrelated(char what)
{
	static long signals;
	const struct timespec none = { 0, 0 };
	sigset_t all;
	int sig;

	if (what == ACTOR_ACT)
		return unrelated_act ? unrelated_act() : 0;
	sigfillset(&all);
	while ((sig = sigtimedwait(&all, NULL, &none)) > 0)
		signals += sig == SIGUSR1;
	return signals;
}

void actor_serve_as_unrelated(long (*act)(void))
{
	sigset_t all;

	unrelated_act = act;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	actor_serve(answer_as_unrelated);
}

int actor_end(struct actor *a)
{
	int status = 0;

	close(a->to);
	while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(a->from);
	return status;
}
