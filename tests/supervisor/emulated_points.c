// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * By emulated calls and by prctl, a process has one sync point: it only goes forward, a forked
 * child has its parent's, an orphan has none that is too late, and a new program begins with the
 * present; a process that lags behind gets its signal.
 */
#include <sys/prctl.h>

#include "../support/namespace.h"
#include "../support/emulated.h"

#define LAP (UINT64_C(1) << 22)

static pidepoch_snapshot_t get(void)
{
	return (pidepoch_snapshot_t)number_call(PIDEPOCH_NR_get, 0, 0, 0, 0);
}

static pidepoch_snapshot_t present(void)
{
	return (pidepoch_snapshot_t)number_call(PIDEPOCH_NR_now, 0, 0, 0, 0);
}

static long set(pidepoch_snapshot_t to, long flags)
{
	return number_call(PIDEPOCH_NR_set, (long)to, flags, 0, 0);
}

/* pids are reused at will: each reference to another process with the same pid makes a lap, or
 * nearly */
static void turn(int laps)
{
	const pid_t number = 300;
	pidepoch_snapshot_t end = present() + (pidepoch_snapshot_t)laps * LAP;

	while (present() < end) {
		pid_t pid = namespace_fork(number);

		if (pid == 0)
			for (;;)
				pause();
		number_ref(number);
		kill(number, SIGKILL);
		waitpid(number, NULL, 0);
	}
}

static void forward(void)
{
	pidepoch_snapshot_t first = get(), now;

	number_holds("the present at first", first <= present());
	number_holds("and then it stays", get() == first);
	turn(1);
	number_holds("whatever happens", get() == first);
	now = present();
	number_is("to a moment that was", set(now, 0), 0);
	number_holds("it moves", get() == now);
	number_is("never back", set(first, 0), -EINVAL);
	number_is("nor ahead", set(now + 9 * LAP, 0), -EINVAL);
	number_is("nor by unknown flags", set(now, 2), -EINVAL);
	number_is("nor to no lap", set(UINT64_C(1) << 32, PIDEPOCH_LAP), -EINVAL);
	number_holds("it stays then", get() == now);
	turn(1);
	number_is("by a lap", set((uint32_t)(present() / LAP), PIDEPOCH_LAP), 0);
	number_holds("to its beginning", get() == present() / LAP * LAP);
}

static void by_prctl(void)
{
	pidepoch_snapshot_t point = 0, now = present();
	int chosen = 99;

	number_is("get", prctl(PR_GET_PID_EPOCH, &point), 0);
	number_holds("the same", point == get());
	number_is("set", prctl(PR_SET_PID_EPOCH, now, 0L), 0);
	number_holds("the same", get() == now);
	number_holds("not back", prctl(PR_SET_PID_EPOCH, point, 0L) < 0 && errno == EINVAL);
	number_holds("nowhere", prctl(PR_GET_PID_EPOCH, 8L) < 0 && errno == EFAULT);
	number_holds("not over the edge", prctl(PR_GET_PID_EPOCH, -4L) < 0 && errno == EFAULT);
	number_is("no signal at first", prctl(PR_GET_PID_EPOCH_SIGNAL, &chosen), 0);
	number_is("none", chosen, 0);
	number_holds("no such signal", prctl(PR_SET_PID_EPOCH_SIGNAL, 65L) < 0 && errno == EINVAL);
	number_is("another prctl is the kernel's", prctl(PR_GET_DUMPABLE), 1);
}

static volatile sig_atomic_t reported, epoch;

static void on_lag(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	reported++;
	epoch = info->si_value.sival_int;
}

static void lag(void)
{
	struct sigaction act = { .sa_sigaction = on_lag, .sa_flags = SA_SIGINFO | SA_RESTART };
	int before;

	sigaction(SIGUSR2, &act, NULL);
	set(present(), 0);
	number_is("a signal is chosen", prctl(PR_SET_PID_EPOCH_SIGNAL, (long)SIGUSR2), 0);
	turn(1);
	number_is("not yet", reported, 0);
	turn(2);
	get();
	number_is("told", reported, 1);
	number_holds("of which", epoch > 0 && (uint64_t)epoch <= present() / LAP);
	turn(1);
	number_is("once", reported, 1);
	number_is("armed again", set(present(), 0), 0);
	turn(3);
	get();
	number_is("and signalled again", reported, 2);
	before = reported;
	prctl(PR_SET_PID_EPOCH_SIGNAL, 0L);
	turn(3);
	number_is("or not any more", reported, before);
}

/* --- parents and children --- */

static pidepoch_snapshot_t of_child(int (*f)(void))
{
	pidepoch_snapshot_t point = 0;
	int said[2];
	pid_t pid;

	if (pipe(said) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		if (f && f() != 0)
			_exit(0);
		point = get();
		_exit(write(said[1], &point, sizeof(point)) != sizeof(point));
	}
	close(said[1]);
	if (read(said[0], &point, sizeof(point)) != sizeof(point))
		exit(98);
	close(said[0]);
	waitpid(pid, NULL, 0);
	return point;
}

/* a child whose parent ends before the child's first call */
static int be_orphan(void)
{
	pid_t parent = getpid();

	if (fork() != 0)
		return 1;
	while (getppid() == parent)
		usleep(1000);
	return 0;
}

static int be_grandchild(void)
{
	pid_t pid = fork();

	if (pid == 0)
		return 0;
	waitpid(pid, NULL, 0);
	return 1;
}

static pidepoch_snapshot_t of_program(char **argv)
{
	char text[32] = "";
	int said[2];
	pid_t pid;

	if (pipe(said) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		dup2(said[1], 1);
		execl(argv[0], argv[0], "tell", (char *)NULL);
		_exit(96);
	}
	close(said[1]);
	if (read(said[0], text, sizeof(text) - 1) <= 0)
		exit(98);
	close(said[0]);
	waitpid(pid, NULL, 0);
	return strtoull(text, NULL, 10);
}

/* a child whose first call comes after its parent has set a later point */
static bool is_older(void)
{
	pidepoch_snapshot_t point = 0, before = get();
	int go[2], said[2];
	pid_t pid;
	char c = 0;

	if (pipe(go) < 0 || pipe(said) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		if (read(go[0], &c, 1) != 1)
			_exit(98);
		point = get();
		_exit(write(said[1], &point, sizeof(point)) != sizeof(point));
	}
	number_is("the parent moves on", set(present(), 0), 0);
	if (write(go[1], &c, 1) != 1 || read(said[0], &point, sizeof(point)) != sizeof(point))
		exit(98);
	waitpid(pid, NULL, 0);
	return point <= before && before < get();
}

static void lineage(char **argv)
{
	pidepoch_snapshot_t point, after;

	usleep(30000); /* more than a tick since the last set: the children are younger for sure */
	point = get();
	turn(1);
	number_holds("a child has its parent's", of_child(NULL) == point);
	number_holds("a grandchild has it", of_child(be_grandchild) == point);
	number_holds("an orphan has none later", of_child(be_orphan) <= point);
	number_holds("and a child born before the parent moved on has no such point", is_older());
	point = get();
	turn(1);
	after = of_program(argv);
	number_holds("another program begins anew", after > point && after <= present());
}

/* an exec that fails changes nothing; one of a process that has a point begins anew */
static void exec_again(char **argv)
{
	pidepoch_snapshot_t point = get();
	char text[32];

	turn(1);
	execl("/nowhere/at/all", "x", (char *)NULL);
	number_holds("an exec that failed", get() == point);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)point);
	if (number_faults == 0)
		execl(argv[0], argv[0], "after", text, (char *)NULL);
}

int main(int argc, char **argv)
{
	if (!number_is_inside()) {
		int status;
		pid_t pid;

		namespace_enter();
		/* orphans go to the first process, which must not be the program */
		pid = fork();
		if (pid == 0)
			number_go_inside(argv);
		waitpid(pid, &status, 0);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	if (argc == 2) {
		printf("%llu\n", (unsigned long long)get());
		return 0;
	}
	if (argc == 3) {
		number_holds("a new program begins with the present",
			     get() > strtoull(argv[2], NULL, 10));
		return number_done();
	}
	forward();
	by_prctl();
	lag();
	lineage(argv);
	exec_again(argv);
	return 1;
}
