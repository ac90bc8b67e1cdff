// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A pid that is sent as bytes over a pipe: P reaps q, forks C as q, and sends q to B over a pipe.
 * B's signal arrives, also if B itself has had and reaped a child q. If B has had that child and
 * was told nothing, its signal is refused; with PIDEPOCH_TRUST it arrives.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* from P to the B that is asked next */
static int telling[2];

static pid_t hear(void)
{
	pid_t number;

	return read(telling[0], &number, sizeof(number)) == sizeof(number) ? number : -1;
}

/* 'r': have a child with the received pid, and reap it. 'k': signal it. 'm': signal the child that
 * it had. */
static long answer_as_b(char what)
{
	static pid_t had;
	pid_t number, pid;

	if (what == 'm')
		return kill(had, SIGUSR1) == 0 ? 0 : errno;
	number = hear();

	if (what == 'k')
		return kill(number, SIGUSR1) == 0 ? 0 : errno;
	pid = namespace_fork(number);
	if (pid == 0)
		_exit(0);
	had = pid;
	return waitpid(pid, NULL, 0) == number ? 0 : errno;
}

static long report(const struct actor *b, char what, pid_t number)
{
	if (write(telling[1], &number, sizeof(number)) != sizeof(number))
		_exit(1);
	return actor_ask(b, what);
}

static pid_t reap_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
	fprintf(stderr, "ok   %s\n", what);
}

/* the signals that C has received by now, because several pending ones count as one */
static void arrived(const struct actor *c, long signals)
{
	expect(actor_ask(c, ACTOR_SIGNALS), signals, "... and so many have arrived");
}

/* @had: the result for a B that signals the child q that it had: refused (ESRCH), or not (0)? */
static void scenario_p(int had)
{
	struct actor early, late, one_who_had, c;
	pid_t q;

	actor_fork(&early, answer_as_b);
	actor_fork(&one_who_had, answer_as_b);
	q = reap_one();
	actor_fork(&late, answer_as_b);
	expect(report(&one_who_had, 'r', q), 0, "B has had a child of that pid");
	actor_start_unrelated(&c, q, NULL);

	expect(report(&early, 'k', q), 0, "B, which received q");
	arrived(&c, 1);
	expect(report(&late, 'k', q), 0, "B, forked after q was reaped, which received q");
	arrived(&c, 2);
	expect(kill(q, SIGUSR1), 0, "P, the parent of C");
	arrived(&c, 3);
	expect(actor_ask(&one_who_had, 'm'), had, "B, which has reaped a q, was told nothing");
	arrived(&c, had ? 3 : 4);
	expect(report(&one_who_had, 'k', q), 0, "B, which has reaped a q, received another");
	arrived(&c, had ? 4 : 5);

	actor_end(&early);
	actor_end(&late);
	actor_end(&one_who_had);
	actor_end(&c);
}

static long answer_as_p(char what)
{
	if (pipe(telling) < 0)
		actor_fail("P: %m");
	scenario_p(what == 'r' ? ESRCH : 0);
	return 0;
}

static void run_scenario(char what, const char *setting)
{
	const char *argv[] = { "/proc/self/exe", "P", NULL };
	struct actor p;

	fprintf(stderr, "P with %s\n", setting);
	actor_start(&p, argv, false, setting);
	actor_ask(&p, what);
	actor_end(&p);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		actor_serve(answer_as_p);
		return 0;
	}
	namespace_enter();
	namespace_use_up_pids();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	run_scenario('r', "PIDEPOCH_ON_STALE=refuse");
	run_scenario('t', "PIDEPOCH_TRUST=nobody:learn_t*d");
	return 0;
}
