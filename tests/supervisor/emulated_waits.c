// SPDX-License-Identifier: LGPL-2.1-or-later
/* The loop of pidepoch_raw.h waits as waitpidv() does: each end once, with status and usage;
 * foreign processes, stops, timeouts, signals, threads. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/ptrace.h>

#include "../support/emulated.h"
#include "../support/usage.h"

static struct pidv entry(pid_t pid)
{
	return (struct pidv){ .pid = pid,
			      .epoch = (pidepoch_t)number_ref(pid),
			      .flags = PIDV_TAGGED };
}

/* The kernel's usage of a child that has ended or is about to end. It must not be all zeros:
 * small values get lost in it. */
static void kernels_usage(pid_t pid, struct rusage *to)
{
	siginfo_t si;

	syscall(SYS_waitid, P_PID, pid, &si, WEXITED | WNOWAIT, to);
}

static void ends(void)
{
	static const int last[] = { 0, 7, 255 };
	struct rusage usage[4], natively;
	struct waitpidv_more more = { .size = sizeof(more), .usage = usage };
	pidepoch_snapshot_t snapshot = 0;
	struct pidv v[4];
	int keepalive[4];

	memset(usage, 0xff, sizeof(usage));
	for (int i = 0; i < 4; i++) {
		v[i] = entry(number_child(&keepalive[i], i < 3 ? last[i] : 0));
		v[i].status = 99;
	}
	number_is("none has ended", pidepoch_raw_waitpidv(v, 4, NULL, WNOHANG, NULL), 0);
	number_holds("all are running", v[0].state == PIDV_RUNNING && v[3].state == PIDV_RUNNING);
	number_is("nor by the other name", pidepoch_raw_waitpidv(v, 4, NULL, O_NONBLOCK, NULL), 0);
	close(keepalive[1]);
	kernels_usage(v[1].pid, &natively);
	number_is("one ends", pidepoch_raw_waitpidv(v, 4, &snapshot, 0, &more), 1);
	number_is("this one", v[1].state, PIDV_EXITED);
	number_is("so", v[1].status, 7 << 8);
	number_holds("its usage", usage_follows(&natively, &usage[1]));
	number_holds("and no other's", usage[0].ru_maxrss == -1);
	number_holds("a snapshot", snapshot != 0);
	number_is("it is reaped", waitpid(v[1].pid, NULL, WNOHANG), -1);
	kill(v[3].pid, SIGKILL);
	close(keepalive[0]);
	close(keepalive[2]);
	number_is("the rest", pidepoch_raw_waitpidv(v, 4, NULL, WAITPIDV_ALL, NULL), 3);
	number_is("a status", v[2].status, 255 << 8);
	number_is("a signal", v[3].status, SIGKILL);
	number_is("no process is left", pidepoch_raw_waitpidv(v, 4, NULL, 0, NULL), -ECHILD);
	number_is("nor of none", pidepoch_raw_waitpidv(NULL, 0, NULL, 0, NULL), -ECHILD);
}

static void untagged(void)
{
	pidepoch_snapshot_t snapshot;
	struct pidv v = { .pid = 0 };
	int keepalive;

	v.pid = number_child(&keepalive, 3);
	number_ref(v.pid);
	snapshot = (pidepoch_snapshot_t)number_call(PIDEPOCH_NR_now, 0, 0, 0, 0);
	close(keepalive);
	number_is("by a snapshot", pidepoch_raw_waitpidv(&v, 1, &snapshot, 0, NULL), 1);
	number_is("its status", v.status, 3 << 8);
}

static void not_consumed(void)
{
	int keepalive;
	struct pidv v = entry(number_child(&keepalive, 5)), again = v;

	close(keepalive);
	number_is("looked at", pidepoch_raw_waitpidv(&v, 1, NULL, WNOWAIT, NULL), 1);
	number_is("with its status", v.status, 5 << 8);
	number_is("and reaped", pidepoch_raw_waitpidv(&again, 1, NULL, 0, NULL), 1);
	again.state = PIDV_NEW;
	number_is("once", pidepoch_raw_waitpidv(&again, 1, NULL, 0, NULL), 1);
	number_is("then it is gone", again.state, PIDV_ENDED);
}

static void others(void)
{
	int reported[2], keepalive;
	struct pidv v;
	pid_t pid, other = 0;

	if (pipe(reported) < 0)
		exit(98);
	pid = number_child(&keepalive, 0);
	v = entry(pid);
	if (fork() == 0) {
		number_is("to a sibling it runs", pidepoch_raw_waitpidv(&v, 1, NULL, WNOHANG, NULL),
			  0);
		close(keepalive);
		number_is("and ends", pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL), 1);
		number_is("without a status", v.state, PIDV_ENDED);
		_exit(number_faults != 0);
	}
	close(keepalive);
	wait(&reported[0]);
	wait(&reported[1]);
	number_is("both ends", reported[0] + reported[1], 0);
	(void)other;
}

static void stops(void)
{
	const int flags = WUNTRACED | WCONTINUED;
	int keepalive;
	struct pidv v = entry(number_child(&keepalive, 0));

	kill(v.pid, SIGSTOP);
	number_is("a stop", pidepoch_raw_waitpidv(&v, 1, NULL, flags, NULL), 1);
	number_holds("so", v.state == PIDV_STOPPED && WSTOPSIG(v.status) == SIGSTOP);
	number_is("once", pidepoch_raw_waitpidv(&v, 1, NULL, flags | WNOHANG, NULL), 0);
	kill(v.pid, SIGCONT);
	number_is("a continuation", pidepoch_raw_waitpidv(&v, 1, NULL, flags, NULL), 1);
	number_holds("so", v.state == PIDV_CONTINUED && WIFCONTINUED(v.status));
	close(keepalive);
	number_is("an end", pidepoch_raw_waitpidv(&v, 1, NULL, flags, NULL), 1);
	number_is("so", v.state, PIDV_EXITED);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void interrupted(void)
{
	const struct timespec none = { 0, 0 }, brief = { 0, 20000000 };
	struct waitpidv_more more = { .size = sizeof(more), .timeout = &none };
	int keepalive, status;
	struct pidv v = entry(number_child(&keepalive, 0));
	pid_t self = getpid(), pid;

	number_is("no time", pidepoch_raw_waitpidv(&v, 1, NULL, 0, &more), 0);
	more.timeout = &brief;
	number_is("a little", pidepoch_raw_waitpidv(&v, 1, NULL, 0, &more), 0);
	signal(SIGUSR1, on_alarm); /* SA_RESTART */
	pid = fork();
	if (pid == 0)
		/* until it is received: the first signal may come before the sleep */
		for (;; usleep(1000))
			if (kill(self, SIGUSR1) < 0)
				_exit(0);
	number_is("a handler", pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL), -EINTR);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	number_is("and it is still there", v.state, PIDV_RUNNING);
	close(keepalive);
	while (pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL) == -EINTR)
		;
	number_is("to the end", v.state, PIDV_EXITED);
}

/* --- threads --- */

enum { CHILDREN = 60, THREADS = 2 };

static struct pidv all[CHILDREN];
static int exited[THREADS], ended[THREADS];

static void *wait_for_all(void *arg)
{
	struct pidv v[CHILDREN];
	int t = *(const int *)arg;

	memcpy(v, all, sizeof(v));
	pidepoch_raw_waitpidv(v, CHILDREN, NULL, WAITPIDV_ALL, NULL);
	for (int i = 0; i < CHILDREN; i++) {
		exited[t] += v[i].state == PIDV_EXITED && v[i].status == i << 8;
		ended[t] += v[i].state == PIDV_ENDED;
	}
	return NULL;
}

static void threads(void)
{
	static const int numbers[THREADS] = { 0, 1 };
	pthread_t thread[THREADS];
	int keepalive[CHILDREN];

	for (int i = 0; i < CHILDREN; i++)
		all[i] = entry(number_child(&keepalive[i], i));
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, wait_for_all, (void *)(uintptr_t)&numbers[i]);
	for (int i = 0; i < CHILDREN; i++) {
		kill(all[i].pid, 0);
		close(keepalive[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	number_is("each end once", exited[0] + exited[1], CHILDREN);
	number_is("and to the other that it is gone", ended[0] + ended[1], CHILDREN);
}

/* --- arguments --- */

static void wrong(void)
{
	const struct timespec bad = { 0, -1 };
	struct waitpidv_more more = { .size = sizeof(more), .timeout = &bad };
	pidepoch_snapshot_t future = UINT64_MAX >> 2;
	struct pidv v = { .pid = -1 }, future_tag = entry(getpid());

	number_is("unknown flags", pidepoch_raw_waitpidv(&v, 1, NULL, 1 << 20, NULL), -EINVAL);
	number_is("a bad time", pidepoch_raw_waitpidv(&v, 1, NULL, 0, &more), -EINVAL);
	more.size--;
	number_is("a bad size", pidepoch_raw_waitpidv(&v, 1, NULL, 0, &more), -EINVAL);
	number_is("no number", pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL), -EINVAL);
	v.pid = getpid();
	number_is("a snapshot of the future", pidepoch_raw_waitpidv(&v, 1, &future, 0, NULL),
		  -EINVAL);
	future_tag.epoch += 9;
	number_is("a tag of the future", pidepoch_raw_waitpidv(&future_tag, 1, NULL, 0, NULL),
		  -EINVAL);
	number_is("no entries", pidepoch_raw_waitpidv(NULL, 1, NULL, WNOHANG, NULL), -EFAULT);
	number_is("no memory", pidepoch_raw_waitpidv((struct pidv *)8, 0, NULL, WNOHANG, NULL),
		  -ECHILD);
}

/* the call handles a bounded number of entries at once: an error in the first ones does not
 * affect the last one */
static void wrong_far_away(void)
{
	static struct pidv v[PIDEPOCH_WAITPIDV_MOST + 1];
	struct pidv self = entry(getpid()), *last = &v[PIDEPOCH_WAITPIDV_MOST];
	int keepalive;

	for (int i = 0; i < PIDEPOCH_WAITPIDV_MOST; i++)
		v[i] = self;
	v[7].pid = -1;
	*last = entry(number_child(&keepalive, 6));
	number_is("no news, and one is wrong",
		  pidepoch_raw_waitpidv(v, PIDEPOCH_WAITPIDV_MOST + 1, NULL, WNOHANG, NULL),
		  -EINVAL);
	close(keepalive);
	waitid(P_PID, (id_t)last->pid, NULL, WEXITED | WNOWAIT);
	number_is("news, and one is wrong",
		  pidepoch_raw_waitpidv(v, PIDEPOCH_WAITPIDV_MOST + 1, NULL, WNOHANG, NULL), 1);
	number_is("an end", last->state, PIDV_EXITED);
	number_is("with its status", last->status, 6 << 8);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	ends();
	untagged();
	not_consumed();
	others();
	stops();
	interrupted();
	threads();
	wrong();
	wrong_far_away();
	return number_done();
}
