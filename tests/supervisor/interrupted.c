// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A call that sends a signal never fails with EINTR in a program with the library, although a
 * handler without SA_RESTART comes before the supervisor has received the call; and it sends just
 * one signal. (pthread_kill() of another thread is not here: libc blocks all signals around it.)
 *
 *   test                              subject, under pidepoch run
 *   stops the worker ── 'g' ────────> makes the call, which waits for the worker, if it is notified
 *   SIGALRM ────────────────────────> handler: 'h'
 *   continues the worker <── result ─ the call has returned
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/namespace.h"
#include "../support/worker.h"

#define IN  3 /* descriptors of the subject */
#define OUT 4

/* --- the subject --- */

static volatile sig_atomic_t received;

static void on_alarm(int signal)
{
	(void)signal;
	if (write(OUT, "h", 1) != 1)
		_exit(97);
}

static void on_signal(int signal)
{
	(void)signal;
	received++;
}

static int by_raise(void)
{
	return raise(SIGUSR1) ? errno : 0;
}

static int by_gsignal(void)
{
	return gsignal(SIGUSR1) ? errno : 0;
}

static int by_pthread_kill(void)
{
	return pthread_kill(pthread_self(), SIGUSR1);
}

static int by_pthread_sigqueue(void)
{
	return pthread_sigqueue(pthread_self(), SIGUSR1, (union sigval){ 0 });
}

static int by_kill(void)
{
	return kill(getpid(), SIGUSR1) ? errno : 0;
}

static int by_tgkill(void)
{
	return tgkill(getpid(), gettid(), SIGUSR1) ? errno : 0;
}

static int by_number(void)
{
	return syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1) ? errno : 0;
}

static const struct {
	const char *name;
	int (*make)(void); /* 0 or an errno */
} calls[] = {
	{ "raise", by_raise },
	{ "gsignal", by_gsignal },
	{ "pthread_kill", by_pthread_kill },
	{ "pthread_sigqueue", by_pthread_sigqueue },
	{ "kill", by_kill },
	{ "tgkill", by_tgkill },
	{ "syscall(SYS_tgkill)", by_number },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

struct outcome {
	int error, signals;
};

static _Noreturn void be_subject(void)
{
	const struct sigaction alarm = { .sa_handler = on_alarm };
	const struct sigaction signal = { .sa_handler = on_signal };
	struct outcome o;
	char go;

	sigaction(SIGALRM, &alarm, NULL);
	sigaction(SIGUSR1, &signal, NULL);
	for (size_t i = 0; i < CALLS; i++) {
		if (write(OUT, "r", 1) != 1 || read(IN, &go, 1) != 1)
			_exit(95);
		received = 0;
		o.error = calls[i].make();
		o.signals = received;
		if (write(OUT, "o", 1) != 1 || write(OUT, &o, sizeof(o)) != sizeof(o))
			_exit(95);
	}
	_exit(0);
}

/* --- the test --- */

static char state_of(int pid)
{
	char path[32], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (f)
		fclose(f);
	return state;
}

/* Is it held in a call that sends a signal? */
static bool is_held(int pid)
{
	char path[32], text[32] = "";
	FILE *f;
	int nr;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "r");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	nr = text[0] >= '0' && text[0] <= '9' ? atoi(text) : -1;
	return nr == SYS_kill || nr == SYS_tgkill || nr == SYS_rt_tgsigqueueinfo;
}

static bool has_said(int from)
{
	struct pollfd p = { .fd = from, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static char hear(int from)
{
	char c;

	if (read(from, &c, 1) != 1) {
		printf("FAIL: the subject has ended\n");
		exit(1);
	}
	return c;
}

static void stop(int worker)
{
	kill(worker, SIGSTOP);
	while (state_of(worker) != 'T')
		sched_yield();
}

/* one call, interrupted if it is notified; 0 or 1 */
static int interrupt(const char *name, int subject, int in, int out)
{
	int worker = worker_find(0);
	struct outcome o;

	if (hear(out) != 'r')
		exit(99);
	stop(worker);
	if (write(in, "g", 1) != 1)
		exit(99);
	while (!is_held(subject) && !has_said(out))
		sched_yield();
	if (!has_said(out)) {
		kill(subject, SIGALRM);
		if (hear(out) != 'h')
			exit(99);
	}
	kill(worker, SIGCONT);
	if (hear(out) != 'o' || read(out, &o, sizeof(o)) != sizeof(o))
		exit(99);
	if (o.error || o.signals != 1)
		printf("FAIL: %s: %s, %d signals\n", name, strerror(o.error), o.signals);
	return o.error || o.signals != 1;
}

static pid_t start(const char *self, int *in, int *out)
{
	int to[2], from[2];
	pid_t pid;

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		exit(99);
	pid = fork();
	if (pid == 0) {
		/* above those that they are to be */
		int a = fcntl(to[0], F_DUPFD, 10), b = fcntl(from[1], F_DUPFD, 10);

		dup2(a, IN);
		dup2(b, OUT);
		close_range(OUT + 1, ~0u, 0);
		execl(getenv("PIDEPOCH"), "pidepoch", "run", "--supervisor=on", "--", self,
		      "subject", (char *)NULL);
		_exit(96);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

int main(int argc, char **argv)
{
	int in, out, status, failed = 0;
	pid_t subject;

	if (argc == 2 && strcmp(argv[1], "subject") == 0)
		be_subject();
	namespace_enter();
	subject = start(argv[0], &in, &out);
	for (size_t i = 0; i < CALLS; i++)
		failed += interrupt(calls[i].name, subject, in, out);
	waitpid(subject, &status, 0);
	if (status)
		printf("FAIL: the subject's status is %#x\n", (unsigned int)status);
	return failed || status;
}
