// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A pid that the program has from forkpty(), from one of the four posix_spawn() functions, or from
 * a wait after a spawn that returned no pid, is treated like one from fork(): stale after it was
 * reaped, and refused if an unrelated process holds it; and popen()'s hidden child is reached
 * although its pid was a stale one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the subject: each way to have a child, and to learn its pid --- */

static pid_t by_forkpty(void)
{
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	close(master);
	return waitpid(pid, NULL, 0);
}

typedef __typeof__(posix_spawn) spawn_function;

static pid_t told_by_wait(spawn_function *spawn)
{
	char name[] = "true", *argv[] = { name, NULL };

	if (!spawn || spawn(NULL, "/bin/true", NULL, NULL, argv, environ) != 0)
		return -1;
	return wait(NULL);
}

static pid_t by_spawn(void)
{
	return told_by_wait(posix_spawn);
}

static pid_t by_spawnp(void)
{
	return told_by_wait(posix_spawnp);
}

/* The first version has another name where the processor is younger than glibc 2.15. */
static spawn_function *older(const char *name)
{
	void *found = dlvsym(RTLD_DEFAULT, name, "GLIBC_2.2.5");

	return found ? found : dlsym(RTLD_DEFAULT, name);
}

static pid_t by_older_spawn(void)
{
	return told_by_wait(older("posix_spawn"));
}

static pid_t by_older_spawnp(void)
{
	return told_by_wait(older("posix_spawnp"));
}

static pid_t by_spawn_place(void)
{
	char name[] = "true", *argv[] = { name, NULL };
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) != 0)
		return -1;
	return waitpid(pid, NULL, 0);
}

static const struct way {
	const char *name;
	pid_t (*go)(void);
} ways[] = {
	{ "forkpty", by_forkpty },
	{ "posix_spawn", by_spawn },
	{ "posix_spawn with a place", by_spawn_place },
	{ "posix_spawnp", by_spawnp },
	{ "posix_spawn@GLIBC_2.2.5", by_older_spawn },
	{ "posix_spawnp@GLIBC_2.2.5", by_older_spawnp },
};
#define WAYS ((char)(sizeof(ways) / sizeof(ways[0])))

static pid_t number;

/* The next process of this namespace is to be @pid. */
static void next_is(pid_t pid)
{
	FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "w");

	if (!f || fprintf(f, "%d", pid - 1) < 0 || fclose(f) != 0)
		actor_fail("ns_last_pid: %m");
}

/* 0: it was signalled under the pid that it printed itself. */
static long hidden_child(void)
{
	int said = 0;
	FILE *f;

	next_is(number);
	f = popen("echo $$; exec sleep 1000", "r");
	if (!f || fscanf(f, "%d", &said) != 1 || said != number || said <= 1)
		return -said;
	if (kill(said, SIGTERM) != 0)
		return errno;
	return pclose(f) == SIGTERM ? 0 : -1;
}

static long answer(char what)
{
	if (what >= 'A' && what < 'A' + WAYS)
		return number = ways[what - 'A'].go();
	if (what == 'h')
		return hidden_child();
	return kill(number, SIGUSR1) == 0 ? 0 : errno;
}

/* --- the scenario --- */

static void run_stale(const struct actor *subject, char way, bool native)
{
	struct actor unrelated;
	long got;

	actor_start_unrelated(&unrelated, (pid_t)actor_ask(subject, (char)('A' + way)), NULL);
	got = actor_ask(subject, 'k');
	if (got != (native ? 0 : ESRCH))
		actor_fail("%s: a stale pid gave %ld", ways[(int)way].name, got);
	if ((actor_ask(&unrelated, ACTOR_SIGNALS) != 0) != native)
		actor_fail("%s: the unrelated process %s", ways[(int)way].name,
			   native ? "is spared" : "is hit");
	actor_end(&unrelated);
}

static void run_scenario(bool native)
{
	struct actor subject;
	long got;

	actor_start_self(&subject, "subject", NULL, native);
	for (char way = 0; way < WAYS; way++)
		run_stale(&subject, way, native);
	got = actor_ask(&subject, 'h');
	if (got != 0)
		actor_fail("popen's child, of a pid that was stale: %ld", got);
	actor_end(&subject);
	printf("ok   %s\n",
	       native ? "natively, unrelated processes are hit" : "unrelated processes are spared");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	namespace_enter();
	run_scenario(true);
	run_scenario(false);
	return 0;
}
