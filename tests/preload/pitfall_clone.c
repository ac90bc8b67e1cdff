// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls on children of clone(2) are never refused while they live, whatever signal they end with,
 * memory they share, or parent they have; a call on a pid that the subject has reaped and that an
 * unrelated process holds is refused.
 */
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
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

/* --- the kinds --- */

static const struct kind {
	const char *name;
	int flags, wait; /* of clone, of waitpid */
	bool is_brother; /* the test's child, not the subject's */
} kinds[] = {
	{ "SIGCHLD", SIGCHLD, 0, false },
	{ "another signal, __WALL", SIGURG, __WALL, false },
	{ "another signal, __WCLONE", SIGURG, __WCLONE, false },
	{ "no signal", 0, __WALL, false },
	{ "CLONE_VM", CLONE_VM | SIGCHLD, 0, false },
	{ "CLONE_VM | CLONE_FILES, no signal", CLONE_VM | CLONE_FILES, __WCLONE, false },
	{ "CLONE_VM | CLONE_VFORK", CLONE_VM | CLONE_VFORK | SIGCHLD, 0, false },
	{ "CLONE_PIDFD", CLONE_PIDFD | SIGCHLD, 0, false },
	{ "CLONE_PARENT", CLONE_PARENT | SIGCHLD, 0, true },
	{ "CLONE_PARENT | CLONE_VM", CLONE_PARENT | CLONE_VM | SIGCHLD, 0, true },
};

/* --- the subject --- */

static const struct kind *kind;
static pid_t child;
static int pidfd = -1;
static _Atomic bool been_guest;
static _Alignas(16) char stack[65536];

/* A guest in the subject's memory calls on itself and its parent, and has no child of its own. */
static int be_guest(void)
{
	int status;

	if (kill((pid_t)syscall(SYS_getpid), 0) != 0 || kill((pid_t)syscall(SYS_getppid), 0) != 0)
		return 1;
	return waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD ? 0 : 2;
}

static int live(void *unused)
{
	int wrong = kind->flags & CLONE_VM ? be_guest() : 0;

	(void)unused;
	been_guest = true;
	if (wrong)
		syscall(SYS_exit_group, wrong);
	if (kind->flags & CLONE_VFORK) /* the parent sleeps until this program is another */
		execl("/bin/sleep", "sleep", "1000", NULL);
	while (syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0) != 0)
		;
	return 0;
}

/* errno is the guest's as well, until it ends. */
static long spawn(void)
{
	errno = 77;
	child = clone(live, stack + sizeof(stack), kind->flags, NULL, &pidfd, NULL, NULL);
	while (child > 0 && (kind->flags & CLONE_VM) && !been_guest)
		sched_yield();
	if (child > 0 && errno != 77 && !(kind->flags & CLONE_VM))
		return -1;
	return child > 0 ? child : -errno;
}

static long signal_to(pid_t pid, int sig)
{
	errno = 77;
	if (kill(pid, sig) != 0)
		return errno;
	return errno == 77 ? 0 : -1;
}

/* Also after a wait that is not for its kind, which must not take it for gone. */
static long find_live(void)
{
	long first = signal_to(child, 0);

	if (!kind->is_brother && kind->wait &&
	    (waitpid(child, NULL, WNOHANG) != -1 || errno != ECHILD))
		return -1;
	if (!kind->is_brother && waitpid(child, NULL, kind->wait | WNOHANG) != 0)
		return -2;
	return first ? first : signal_to(child, 0);
}

static long end(void)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	siginfo_t info = { .si_pid = 0 };
	int status = -1;

	if (kill(child, SIGKILL) != 0)
		return errno;
	if (!(kind->flags & CLONE_PIDFD))
		return waitpid(child, &status, kind->wait) == child ? status : -1;
	if (poll(&ended, 1, -1) != 1 || waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) != 0)
		return -1;
	return info.si_pid == child && info.si_code == CLD_KILLED ? info.si_status : -1;
}

/* An unrelated process may hold its pid: its descriptor refers to no process all the same. */
static long signal_descriptor(void)
{
	long n = syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, NULL, 0);

	return n == 0 ? 0 : errno;
}

/* Another thread of the subject makes it a child at @child, which it has reaped, without its
 * knowledge. */
static long be_given(void)
{
	pid_t helper = fork();
	int status;

	if (helper == 0) {
		struct clone_args how = {
			.flags = CLONE_PARENT,
			.set_tid = (uintptr_t)&child,
			.set_tid_size = 1,
		};
		long n = syscall(SYS_clone3, &how, sizeof(how));

		while (n == 0)
			syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
		_exit(n == child ? 0 : 1);
	}
	return waitpid(helper, &status, 0) == helper ? status : -1;
}

static long end_given(void)
{
	kill(child, SIGKILL);
	return waitpid(child, NULL, __WALL) == child ? 0 : errno;
}

static long answer(char what)
{
	switch (what) {
	case 'b':
		return spawn();
	case 'g':
		return be_given();
	case 'E':
		return end_given();
	case 'l':
		return find_live();
	case 'e':
		return end();
	case 'k':
		return signal_to(child, SIGUSR1);
	case 'w':
		return waitpid(child, NULL, __WALL) == -1 ? errno : 0;
	default:
		return signal_descriptor();
	}
}

/* --- the scenario --- */

static const char *running;

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %s: %ld in place of %ld", running, what, got, wanted);
}

static void spares_unrelated(const struct actor *subject, pid_t number, bool hit)
{
	struct actor unrelated;

	actor_start_unrelated(&unrelated, number, NULL);
	expect(actor_ask(subject, 'k'), hit ? 0 : ESRCH, "a signal to a child that has ended");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), hit,
	       "signals that an unrelated process received");
	actor_end(&unrelated);
}

/* The test is the parent of the brother, and waits for it; the subject has never had it as a
 * child, and nothing can be reported. */
static void run_brother(const struct actor *subject, pid_t number)
{
	int status;

	expect(actor_ask(subject, 'l'), 0, "a live brother");
	kill(number, SIGKILL);
	expect(waitpid(number, &status, __WALL), number, "a brother's end");
	expect(status, SIGKILL, "his status");
	expect(actor_ask(subject, 'w'), ECHILD, "a wait for a process that is no child");
	spares_unrelated(subject, number, true);
}

static void run_child(const struct actor *subject, const struct kind *k, pid_t number, bool native)
{
	expect(actor_ask(subject, 'l'), 0, "a live child");
	expect(actor_ask(subject, 'e'), SIGKILL, "its end");
	if (k->flags & CLONE_PIDFD)
		expect(actor_ask(subject, 'd'), ESRCH, "its descriptor");
	spares_unrelated(subject, number, native);
	/* the same pid becomes a child of its own, of which it does not know */
	expect(actor_ask(subject, 'g'), 0, "a child that is given");
	expect(actor_ask(subject, 'k'), 0, "a live child that was given");
	expect(actor_ask(subject, 'E'), 0, "its end");
	spares_unrelated(subject, number, native);
}

static void run_scenario(const struct kind *k, bool native, const char *old)
{
	const char *argv[] = { "/proc/self/exe", k->name, NULL };
	struct actor subject;
	pid_t number;

	running = k->name;
	actor_start(&subject, argv, native, old);
	number = (pid_t)actor_ask(&subject, 'b');
	if (number <= 0)
		actor_fail("%s: not born: %d", k->name, number);
	if (k->is_brother)
		run_brother(&subject, number);
	else
		run_child(&subject, k, number, native);
	actor_end(&subject);
}

int main(int argc, char **argv)
{
	const size_t count = sizeof(kinds) / sizeof(kinds[0]);

	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			kind = &kinds[i];
	if (kind) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	for (size_t i = 0; i < count; i++) {
		run_scenario(&kinds[i], true, "PIDEPOCH_FORCE_OLD=");
		run_scenario(&kinds[i], false, "PIDEPOCH_FORCE_OLD=");
		run_scenario(&kinds[i], false, "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd");
		printf("ok   %s\n", kinds[i].name);
	}
	return 0;
}
