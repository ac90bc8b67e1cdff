// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The process calls made through syscall() have the results of their wrappers: a child born by
 * SYS_fork, vfork, clone or clone3 and reaped by SYS_wait4 or waitid is refused to SYS_kill, tkill,
 * tgkill, rt_sigqueueinfo and pidfd_open when an unrelated process holds its pid, and found while
 * it lives; results and errno are the kernel's, and a program run by SYS_execve keeps the library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#ifdef SYS_fork
#define BIRTHS "fvcC"
#else
#define BIRTHS "cC"
#endif
#define REAPS "wiI"
#define USES  "ktTqp"

/* --- the subject --- */

static pid_t child;
static int leash; /* the child ends when it is let go */

/* Standard input is its leash. */
static _Noreturn void live(int in, int out)
{
	static const char *const argv[] = { "cat", NULL };

	syscall(SYS_dup3, in, 0, 0);
	syscall(SYS_close, out);
	syscall(SYS_execve, "/bin/cat", argv, environ);
	syscall(SYS_exit_group, 127);
	__builtin_unreachable();
}

static long spawn(char how, int in, int out)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid = -1;

	switch (how) {
#ifdef SYS_fork
	case 'f':
		pid = syscall(SYS_fork);
		break;
	case 'v':
		pid = syscall(SYS_vfork);
		break;
#endif
	case 'c':
		pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		break;
	default:
		pid = syscall(SYS_clone3, &args, sizeof(args));
	}
	if (pid == 0)
		live(in, out);
	return pid;
}

static long spawn_leashed(char how)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	errno = 77;
	child = (pid_t)spawn(how, ends[0], ends[1]);
	close(ends[0]);
	leash = ends[1];
	return errno == 77 ? child : -errno;
}

/* The status, as of wait4. */
static long reap(char how)
{
	siginfo_t info = { .si_pid = 0 };
	int status = -1;
	long n;

	close(leash);
	errno = 77;
	if (how == 'w')
		n = syscall(SYS_wait4, child, &status, 0, NULL);
	else if (how == 'i')
		n = syscall(SYS_waitid, P_PID, child, &info, WEXITED, NULL);
	else
		n = syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, NULL);
	if (n < 0 || errno != 77)
		return -errno;
	if (how == 'w')
		return n == child ? status : -1;
	return n == 0 && info.si_pid == child && info.si_code == CLD_EXITED ? info.si_status << 8
									    : -1;
}

static long use(char how, int sig)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };
	long n;

	errno = 77;
	switch (how) {
	case 'k':
		n = syscall(SYS_kill, child, sig);
		break;
	case 't':
		n = syscall(SYS_tkill, child, sig);
		break;
	case 'T':
		n = syscall(SYS_tgkill, child, child, sig);
		break;
	case 'q':
		n = syscall(SYS_rt_sigqueueinfo, child, sig, &info);
		break;
	default:
		n = syscall(SYS_pidfd_open, child, 0);
		if (n >= 0) {
			if (sig && syscall(SYS_pidfd_send_signal, n, sig, NULL, 0) != 0)
				return errno;
			close((int)n);
			n = 0;
		}
	}
	if (n == 0)
		return errno == 77 ? 0 : -errno;
	return errno;
}

/* The kernel's results for invalid arguments, as one integer (and in the log, call by call). */
static long nonsense(void)
{
	static const struct {
		long nr, arg[5];
	} call[] = {
		{ SYS_wait4, { 999999, 0, 0, 0 } },
		{ SYS_wait4, { -1, 0, 0x40000, 0 } },
		{ SYS_wait4, { INT32_MIN, 0, WNOHANG, 0 } },
		{ SYS_waitid, { P_PID, 0, 0, WEXITED, 0 } },
		{ SYS_waitid, { P_PID, 999999, 8, WEXITED, 0 } },
		{ SYS_waitid, { P_ALL, 0, 0, 0, 0 } },
		{ SYS_waitid, { P_PIDFD, 0, 0, WEXITED | WNOHANG, 0 } },
		{ SYS_kill, { 999999, 0 } },
		{ SYS_kill, { 1, 999 } },
		{ SYS_tgkill, { 0, 1, 0 } },
		{ SYS_tgkill, { 1, 999999, 0 } },
		{ SYS_tkill, { -1, 0 } },
		{ SYS_rt_sigqueueinfo, { 1, SIGUSR1, 8 } },
		{ SYS_pidfd_open, { 999999, 0 } },
		{ SYS_pidfd_open, { 1, 0x40 } },
		{ SYS_pidfd_open, { -1, 0 } },
		{ SYS_clone, { CLONE_THREAD, 0, 0, 0, 0 } },
		{ SYS_clone3, { 0, 0 } },
		{ SYS_clone3, { 8, 64 } },
		{ SYS_clone3, { 0, 5 } },
		{ SYS_execve, { (long)(intptr_t) "/nowhere", 0, 0 } },
		{ SYS_execve, { 8, 0, 0 } },
		{ SYS_execve, { (long)(intptr_t) "/", 0, 0 } },
		{ SYS_rt_sigaction, { SIGCHLD, 8, 0, 8 } },
	};
	long sum = 0;

	for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++) {
		const long *a = call[i].arg;

		errno = 0;
		if (syscall(call[i].nr, a[0], a[1], a[2], a[3], a[4]) != -1)
			dprintf(2, "call %zu worked\n", i);
		dprintf(2, "%d ", errno);
		sum = sum * 31 + errno;
	}
	dprintf(2, "\n");
	return sum;
}

static long answer(char what)
{
	static const char *const nothing[] = { NULL };
	static const char *const argv[] = { "pitfall_syscall", "after exec", NULL };
	static char how;

	if (what == 'x') {
		syscall(SYS_execve, "/proc/self/exe", argv, nothing);
		return -errno;
	}
	if (what == 'n')
		return nonsense();
	if (how == 0) {
		how = what;
		return 0;
	}
	switch (how) {
	case 'b':
		how = 0;
		return spawn_leashed(what);
	case 'r':
		how = 0;
		return reap(what);
	case '0':
		how = 0;
		return use(what, 0);
	default:
		how = 0;
		return use(what, SIGUSR1);
	}
}

/* --- the scenario --- */

static struct actor subject;

static long ask(char how, char what)
{
	actor_ask(&subject, how);
	return actor_ask(&subject, what);
}

static void expect(long got, long wanted, const char *what, char which)
{
	if (got != wanted)
		actor_fail("%s, by '%c': %ld in place of %ld", what, which, got, wanted);
}

static void run_life(char birth, char end, bool native)
{
	struct actor unrelated;
	pid_t number = (pid_t)ask('b', birth);
	long signals = 0;

	if (number <= 0)
		actor_fail("no child, by '%c': %d", birth, number);
	for (const char *how = USES; *how; how++)
		expect(ask('0', *how), 0, "a live child", *how);
	expect(ask('r', end), 0, "a status", end);
	for (const char *how = USES; *how; how++)
		expect(ask('0', *how), ESRCH, "nobody", *how);
	actor_start_unrelated(&unrelated, number, NULL);
	for (const char *how = USES; *how; how++) {
		expect(ask('1', *how), native ? 0 : ESRCH, "an unrelated process", *how);
		signals += native;
		expect(actor_ask(&unrelated, ACTOR_SIGNALS), signals,
		       "an unrelated process's signals", *how);
	}
	actor_end(&unrelated);
}

static void run_scenario(bool native, const char *old)
{
	static long said;
	const char *argv[] = { "/proc/self/exe", "subject", NULL };

	actor_start(&subject, argv, native, old);
	for (const char *birth = BIRTHS; *birth; birth++)
		/* libc's own syscall() does not survive SYS_vfork: the child takes its way back off
		 * the stack */
		for (const char *end = REAPS; *end && !(native && *birth == 'v'); end++)
			run_life(*birth, *end, native);
	if (native)
		said = actor_ask(&subject, 'n');
	else
		expect(actor_ask(&subject, 'n'), said, "errno for nonsense", 'n');
	/* asked before exec, answered by the program after it */
	expect(actor_ask(&subject, 'x'), !native, "the library after SYS_execve", 'x');
	actor_end(&subject);
	printf("ok   %s\n", native ? "natively the unrelated processes are hit" : old);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "after exec") == 0) {
		long kept = dlsym(RTLD_DEFAULT, "pidepoch_version") != NULL;

		return write(1, &kept, sizeof(kept)) != sizeof(kept);
	}
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	run_scenario(true, "PIDEPOCH_FORCE_OLD=");
	run_scenario(false, "PIDEPOCH_FORCE_OLD=");
	run_scenario(false, "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd");
	return 0;
}
