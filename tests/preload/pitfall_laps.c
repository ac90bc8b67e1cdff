// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A subject that slept while the namespace wrapped twice and stopped above the cursor that it had
 * seen acts on no pid without proof: unrelated processes at pids that it reaped, above and below
 * that cursor, are not signalled, and its living children are found. The same if a fork() slept,
 * and its child's pid has been another child's since. The kernel's cursor is moved by ns_last_pid;
 * the subject sees only its own forks.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define LAPS 2

/* --- the subject --- */

enum { FIRST, SECOND, NUMBERS };

static pid_t number[NUMBERS];
static struct actor live;

static pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	return pid;
}

static long end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && status == SIGKILL ? 0 : errno;
}

static long signal_to(pid_t pid, int sig)
{
	return kill(pid, sig) == 0 ? 0 : errno;
}

/* In a thread: a fork() that sleeps after its child was born and before it is recorded. */
static sem_t born, wake;
static _Thread_local bool sleeps;
static pthread_t sleeper;
static pid_t slept;

static void sleep_in_fork(void)
{
	if (!sleeps)
		return;
	sem_post(&born);
	while (sem_wait(&wake) != 0)
		;
}

static void *fork_asleep(void *unused)
{
	sleeps = true;
	slept = spawn();
	return unused;
}

static long start_sleeper(void)
{
	if (pthread_create(&sleeper, NULL, fork_asleep, NULL) != 0)
		return -1;
	sem_wait(&born);
	return 0;
}

static long wake_sleeper(void)
{
	sem_post(&wake);
	pthread_join(sleeper, NULL);
	return slept;
}

static long answer(char what)
{
	switch (what) {
	case 'f':
		return number[FIRST] = spawn();
	case 's':
		return number[SECOND] = spawn();
	case 'l':
		actor_fork(&live, NULL);
		actor_ask(&live, ACTOR_SIGNALS); /* it holds signals back by now */
		return live.pid;
	case 'F':
		return end(number[FIRST]);
	case 'S':
		return end(number[SECOND]);
	case '1':
		return signal_to(number[FIRST], SIGUSR1);
	case '2':
		return signal_to(number[SECOND], SIGUSR1);
	case '0':
		return signal_to(number[FIRST], 0);
	case 'L': /* how many has it had with this one? */
		return signal_to(live.pid, SIGUSR1) == 0 ? actor_ask(&live, ACTOR_SIGNALS) : -errno;
	case 'z':
		return start_sleeper();
	case 'w':
		return wake_sleeper();
	default: /* a child has ended */
		return waitpid(-1, NULL, 0);
	}
}

/* --- the cursor --- */

static void move_cursor(pid_t to)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", to) < 0) {
		printf("skip: the cursor of a namespace cannot be moved: %s\n", strerror(errno));
		exit(77);
	}
	close(fd);
}

static pid_t next_number(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static pid_t last_number(void)
{
	FILE *f = fopen("/proc/sys/kernel/pid_max", "r");
	int end;

	if (!f || fscanf(f, "%d", &end) != 1)
		actor_fail("no pid_max: %s", strerror(errno));
	fclose(f);
	return end - 1;
}

/* Makes @laps laps by children of the test's own; the next pid is @next. */
static void go_round(int laps, pid_t next)
{
	for (int i = 0; i < laps; i++) {
		pid_t before, now = 0;

		move_cursor(last_number() - 2);
		do {
			before = now;
			now = next_number();
		} while (now > before);
	}
	move_cursor(next - 1);
}

/* --- the scenarios --- */

static struct actor subject;
static bool native;

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

/* An unrelated process holds @q; the subject's signal, requested by @letter, reaches it only
 * natively. */
static void spares_unrelated(pid_t q, char letter, const char *what)
{
	struct actor unrelated;

	actor_start_unrelated(&unrelated, q, NULL);
	expect(actor_ask(&subject, letter), native ? 0 : ESRCH, what);
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), native, what);
	actor_end(&unrelated);
}

static void finds_live(long signals, const char *what)
{
	expect(actor_ask(&subject, 'L'), signals, what);
}

static void sleep_between_calls(void)
{
	const pid_t above = 2500, below = 1500, stop = 2000;

	move_cursor(above - 1);
	expect(actor_ask(&subject, 's'), above, "a child above");
	go_round(1, below);
	expect(actor_ask(&subject, 'f'), below, "a child below, in the next lap");
	actor_ask(&subject, 'l');
	expect(actor_ask(&subject, 'S') + actor_ask(&subject, 'F'), 0, "their end");
	go_round(LAPS, stop);
	finds_live(1, "a live child, after two laps");
	spares_unrelated(below, '1', "an unrelated process below the old cursor");
	spares_unrelated(above, '2', "an unrelated process above it");
	expect(actor_ask(&subject, 's'), stop, "the first fork after it");
	finds_live(2, "a live child, after that fork");
	spares_unrelated(below, '1', "an unrelated process below, after that fork");
	expect(actor_ask(&subject, 'S'), 0, "its end");
	/* its pid is reused for another child of its own */
	go_round(LAPS, below);
	expect(actor_ask(&subject, 'f'), below, "the same pid again");
	expect(actor_ask(&subject, '0'), 0, "a live child, where two others were");
	expect(actor_ask(&subject, 'F'), 0, "its end");
	go_round(LAPS, stop);
	spares_unrelated(below, '1', "an unrelated process after that");
	finds_live(3, "a live child, at last");
}

/* A thread of the subject sleeps in a fork() whose child has @q; the child has ended and was
 * reaped. */
static void put_to_sleep(pid_t q)
{
	move_cursor(q - 1 - 1); /* the thread takes one */
	expect(actor_ask(&subject, 'z'), 0, "a fork asleep");
	if (kill(q, SIGKILL) != 0)
		actor_fail("%d is no process: %s", q, strerror(errno));
	expect(actor_ask(&subject, 'a'), q, "its child");
	go_round(LAPS, q);
}

static void sleep_in_a_call(void)
{
	const pid_t q = 3000;

	put_to_sleep(q);
	expect(actor_ask(&subject, 'w'), q, "fork(), which slept");
	go_round(0, q);
	put_to_sleep(q);
	expect(actor_ask(&subject, 'f'), q, "its pid, another child's");
	expect(actor_ask(&subject, 'w'), q, "fork(), which slept meanwhile");
	expect(actor_ask(&subject, '0'), 0, "a living child, recorded before an older one");
	expect(actor_ask(&subject, 'F'), 0, "its end");
	spares_unrelated(q, '1', "an unrelated process after both");
	put_to_sleep(q);
	expect(actor_ask(&subject, 'f'), q, "its pid, another child's");
	expect(actor_ask(&subject, 'F'), 0, "the end of that one");
	expect(actor_ask(&subject, 'w'), q, "fork(), which slept through both lives");
	spares_unrelated(q, '1', "an unrelated process after the call that slept");
	finds_live(4, "a live child");
}

static void run_scenario(bool is_native, const char *old)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };

	native = is_native;
	actor_start(&subject, argv, native, old);
	sleep_between_calls();
	sleep_in_a_call();
	actor_end(&subject);
	printf("ok   %s\n", native ? "natively the unrelated processes are hit" : old);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		sem_init(&born, 0, 0);
		sem_init(&wake, 0, 0);
		pthread_atfork(NULL, sleep_in_fork, NULL);
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
