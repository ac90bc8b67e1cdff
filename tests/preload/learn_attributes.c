// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every call that takes a pid is refused, and named in a notice, if the pid is stale and an
 * unrelated process holds it; it works as natively for a living child, for the caller, for a free
 * pid, and for invalid values.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the calls: the result of each as text --- */

static char text[4096];

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
	size_t used = strlen(text);
	va_list more;

	va_start(more, format);
	vsnprintf(text + used, sizeof(text) - used, format, more);
	va_end(more);
}

static long done(long n)
{
	add(" %ld errno %d", n, errno);
	return n;
}

/* groups and sessions by their relation to the caller, because pids differ from run to run */
static long done_group(pid_t asked, pid_t group)
{
	done(group == -1 ? -1 : 0);
	add(" %s", group == asked ? "itself" : group == getpgrp() ? "mine" : "another");
	return group;
}

static long do_getpgid(pid_t pid)
{
	return done_group(pid, getpgid(pid));
}

pid_t __getpgid(pid_t pid);

static long do___getpgid(pid_t pid)
{
	return done_group(pid, __getpgid(pid));
}

static long do_getsid(pid_t pid)
{
	return done_group(pid, getsid(pid));
}

static long do_setpgid(pid_t pid)
{
	return done(setpgid(pid, getpgrp()));
}

static long do_getpriority(pid_t pid)
{
	return done(getpriority(PRIO_PROCESS, (id_t)pid));
}

static long do_setpriority(pid_t pid)
{
	return done(setpriority(PRIO_PROCESS, (id_t)pid, 3));
}

static long do_sched_getaffinity(pid_t pid)
{
	unsigned char set[200];
	long n;

	memset(set, 0xaa, sizeof(set));
	n = done(sched_getaffinity(pid, sizeof(set), (cpu_set_t *)set));
	for (size_t i = 0; i < sizeof(set); i++)
		add("%x", set[i]);
	done(sched_getaffinity(pid, 1, (cpu_set_t *)set));
	return n;
}

static long do_sched_setaffinity(pid_t pid)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	return done(sched_setaffinity(pid, sizeof(set), &set));
}

static long do_sched_getscheduler(pid_t pid)
{
	return done(sched_getscheduler(pid));
}

static long do_sched_setscheduler(pid_t pid)
{
	const struct sched_param param = { 0 };

	return done(sched_setscheduler(pid, SCHED_BATCH, &param));
}

static long do_sched_getparam(pid_t pid)
{
	struct sched_param param = { 7 };
	long n = done(sched_getparam(pid, &param));

	add(" %d", param.sched_priority);
	return n;
}

static long do_sched_setparam(pid_t pid)
{
	const struct sched_param param = { 0 };

	return done(sched_setparam(pid, &param));
}

static long do_sched_rr_get_interval(pid_t pid)
{
	struct timespec t = { 7, 7 };

	return done(sched_rr_get_interval(pid, &t));
}

static long do_prlimit(pid_t pid)
{
	const struct rlimit set = { 77, 99 };
	struct rlimit got = { 1, 2 };
	long n = done(prlimit(pid, RLIMIT_CORE, &set, &got));

	add(" %ju %ju", (uintmax_t)got.rlim_cur, (uintmax_t)got.rlim_max);
	return n;
}

static long do_prlimit64(pid_t pid)
{
	struct rlimit64 got = { 1, 2 };
	long n = done(prlimit64(pid, RLIMIT_CORE, NULL, &got));

	add(" %ju %ju", (uintmax_t)got.rlim_cur, (uintmax_t)got.rlim_max);
	return n;
}

static char there[16] = "what is there";

static long do_process_vm_readv(pid_t pid)
{
	char copy[16] = "nothing";
	struct iovec here = { copy, sizeof(copy) }, remote = { there, sizeof(there) };
	long n = done(process_vm_readv(pid, &here, 1, &remote, 1, 0));

	add(" %s", copy);
	return n;
}

static long do_process_vm_writev(pid_t pid)
{
	struct iovec here = { there, 4 }, remote = { there, 4 };

	return done(process_vm_writev(pid, &here, 1, &remote, 1, 0));
}

static void let_go(pid_t pid)
{
	int status;

	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, &status, __WALL);
	done(ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

static long do_ptrace_seize(pid_t pid)
{
	long n = done(ptrace(PTRACE_SEIZE, pid, NULL, NULL));

	if (n == 0)
		let_go(pid);
	return n;
}

static long do_ptrace_attach(pid_t pid)
{
	long n = done(ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	int status;

	if (n == 0 && waitpid(pid, &status, __WALL) == pid)
		done(ptrace(PTRACE_DETACH, pid, NULL, NULL));
	return n;
}

/* setpgid is the exception: the kernel lets no process move an unrelated one. */
#define CALLS(X)                                                                                   \
	X(getpgid, "getpgid(", true)                                                               \
	X(__getpgid, "getpgid(", true)                                                             \
	X(getsid, "getsid(", true)                                                                 \
	X(setpgid, "setpgid(", false)                                                              \
	X(getpriority, "getpriority(", true)                                                       \
	X(setpriority, "setpriority(", true)                                                       \
	X(sched_getaffinity, "sched_getaffinity(", true)                                           \
	X(sched_setaffinity, "sched_setaffinity(", true)                                           \
	X(sched_getscheduler, "sched_getscheduler(", true)                                         \
	X(sched_setscheduler, "sched_setscheduler(", true)                                         \
	X(sched_getparam, "sched_getparam(", true)                                                 \
	X(sched_setparam, "sched_setparam(", true)                                                 \
	X(sched_rr_get_interval, "sched_rr_get_interval(", true)                                   \
	X(prlimit, "prlimit(", true)                                                               \
	X(prlimit64, "prlimit(", true)                                                             \
	X(process_vm_readv, "process_vm_readv(", true)                                             \
	X(process_vm_writev, "process_vm_writev(", true)                                           \
	X(ptrace_seize, "ptrace(", true)                                                           \
	X(ptrace_attach, "ptrace(", true)

#define ROW(name, notice, reaches) { #name, notice, do_##name, reaches },
static const struct call {
	const char *name, *notice;
	long (*go)(pid_t pid);
	bool reaches_unrelated;
} calls[] = { CALLS(ROW) };
#define COUNT ((long)(sizeof(calls) / sizeof(calls[0])))

/* --- the subject --- */

static pid_t reaped;
static struct actor live;

static void write_out(pid_t pid)
{
	text[0] = '\0';
	for (long i = 0; i < COUNT; i++) {
		errno = 0;
		add("%s:", calls[i].name);
		calls[i].go(pid);
		add("\n");
	}
}

static long checksum(void)
{
	uint64_t sum = 14695981039346656037U;

	for (const char *at = text; *at; at++)
		sum = (sum ^ (unsigned char)*at) * 1099511628211U;
	return (long)sum;
}

static long about(pid_t pid)
{
	write_out(pid);
	return checksum();
}

/* bit n: the n-th call did not fail with ESRCH for the stale pid */
static long not_refused(void)
{
	long which = 0;

	for (long i = 0; i < COUNT; i++) {
		errno = 0;
		if (calls[i].go(reaped) != -1 || errno != ESRCH)
			which |= 1L << i;
	}
	return which;
}

static pid_t reap_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

static long answer(char what)
{
	switch (what) {
	case 'r':
		return reaped = reap_one();
	case 'k':
		return not_refused();
	case 'l':
		actor_fork(&live, NULL);
		actor_ask(&live, ACTOR_SIGNALS);
		return about(live.pid);
	case '0':
		return about(0);
	case '1':
		return about(getpid());
	case 'n':
		return about(1 << 21);
	case '-':
		return about(-5);
	default: /* print it */
		dprintf(2, "%s", text);
		return 0;
	}
}

/* --- the scenario --- */

static void compare(const struct actor *with, const struct actor *without, char what,
		    const char *of)
{
	if (actor_ask(with, what) == actor_ask(without, what)) {
		printf("ok   the same as natively for %s\n", of);
		return;
	}
	actor_ask(with, '?');
	actor_ask(without, '?');
	actor_fail("for %s it was the former, and natively the latter", of);
}

static void run_same(void)
{
	struct actor with, without;

	actor_start_self(&with, "subject", NULL, false);
	actor_start_self(&without, "subject", NULL, true);
	compare(&with, &without, 'l', "a live child");
	compare(&with, &without, 'n', "a pid that no process holds");
	compare(&with, &without, '-', "a negative pid");
	compare(&with, &without, '0', "0");
	compare(&with, &without, '1', "oneself");
	actor_end(&with);
	actor_end(&without);
}

static void check_notices(const char *log)
{
	char line[1024];
	bool reported[sizeof(calls) / sizeof(calls[0])] = { false };
	FILE *f = fopen(log, "r");

	while (f && fgets(line, sizeof(line), f))
		for (long i = 0; i < COUNT; i++) {
			const char *named = strstr(line, calls[i].notice);

			if (named && strstr(named, "refused: ESRCH"))
				reported[i] = true;
		}
	for (long i = 0; i < COUNT; i++)
		if (!reported[i])
			actor_fail("no notice names %s", calls[i].name);
	if (f)
		fclose(f);
}

/* natively each call reaches the unrelated process, so that a refusal is the library's */
static void run_stale(bool native)
{
	struct actor subject, unrelated;
	long which;

	actor_start_self(&subject, "subject", NULL, native);
	actor_start_unrelated(&unrelated, (pid_t)actor_ask(&subject, 'r'), NULL);
	which = actor_ask(&subject, 'k');
	for (long i = 0; i < COUNT; i++)
		if ((which >> i & 1) != (native && calls[i].reaches_unrelated))
			actor_fail("%s of a stale pid: %s", calls[i].name,
				   native ? "refused natively" : "not refused");
	printf("ok   %s\n",
	       native ? "natively, an unrelated process is reached" : "refused, each of them");
	actor_end(&unrelated);
	actor_end(&subject);
}

int main(int argc, char **argv)
{
	char log[4096];

	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	snprintf(log, sizeof(log), "%s/log", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	setenv("PIDEPOCH_LOG", log, 1);
	namespace_enter();
	run_same();
	run_stale(true);
	run_stale(false);
	check_notices(log);
	return 0;
}
