// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Code that forks, waits, spawns and kills before the library's own constructor has run (the
 * program's preinit_array, a library's constructor) works as it does natively, and a pid that was
 * reaped there is stale in main(), under the settings that have been read since. The library with
 * the constructor is a copy of this program's own code, made by the test.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EEPOCH 2019

/* 0, or the number of the failed step. stdio is not ready. */
static int work_early(pid_t *reaped)
{
	char shell[] = "sh", option[] = "-c", command[] = "exit 3";
	char *argv[] = { shell, option, command, NULL };
	char *envp[] = {
		NULL
	}; /* otherwise the shell would run the constructor, too, without end */
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	if (pid < 0 || kill(pid, 0) != 0 || kill(pid, SIGTERM) != 0)
		return 1;
	if (waitpid(pid, &status, 0) != pid || status != SIGTERM)
		return 2;
	if (kill(pid, 0) != -1 || errno != ESRCH)
		return 3;
	*reaped = pid;
	pid = vfork();
	if (pid == 0)
		_exit(4);
	if (wait(&status) != pid || status != 4 << 8)
		return 4;
	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, envp) != 0)
		return 5;
	if (waitpid(-1, &status, 0) != pid || status != 3 << 8)
		return 6;
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(5);
	if (syscall(SYS_wait4, pid, &status, 0, NULL) != pid || status != 5 << 8)
		return 7;
	return waitpid(-1, NULL, 0) == -1 && errno == ECHILD ? 0 : 8;
}

#ifdef EARLY_LIBRARY

int early_result = -1;
pid_t early_number;

static __attribute__((constructor)) void begin(void)
{
	early_result = work_early(&early_number);
}

#else

#include "../support/actor.h"
#include "../support/namespace.h"

static int preinit_result = -1;
static pid_t preinit_number;

static void preinit(int argc, char **argv, char **envp)
{
	(void)envp;
	if (argc > 1 && strcmp(argv[1], "subject") == 0)
		preinit_result = work_early(&preinit_number);
}

static __attribute__((section(".preinit_array"), used)) void (*const before_all)(int, char **,
										 char **) = preinit;

static long answer(char what)
{
	const int *result = dlsym(RTLD_DEFAULT, "early_result");
	const pid_t *early = dlsym(RTLD_DEFAULT, "early_number");

	switch (what) {
	case 'p':
		return preinit_result;
	case 'P':
		return preinit_number;
	case 'c':
		return result ? *result : -2;
	case 'C':
		return early ? *early : -2;
	case 'k':
		return kill(preinit_number, SIGUSR1) == 0 ? 0 : errno;
	default:
		return kill(*early, SIGUSR1) == 0 ? 0 : errno;
	}
}

/* --- the scenario --- */

static void expect(const struct actor *a, char what, long wanted, const char *name)
{
	long got = actor_ask(a, what);

	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", name, got, wanted);
}

static void expect_stale(const struct actor *subject, char number, char use, long gives,
			 const char *name)
{
	struct actor unrelated;

	actor_start_unrelated(&unrelated, (pid_t)actor_ask(subject, number), NULL);
	expect(subject, use, gives, name);
	if ((actor_ask(&unrelated, ACTOR_SIGNALS) != 0) != (gives == 0))
		actor_fail("%s: the unrelated process %s", name, gives ? "was hit" : "got nothing");
	actor_end(&unrelated);
}

static void run_scenario(const char *preload, const char *setting, long gives)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	struct actor subject;

	setenv("LD_PRELOAD", preload, 1); /* for the subject: it inherits this */
	actor_start(&subject, argv, true, setting);
	unsetenv("LD_PRELOAD");
	expect(&subject, 'p', 0, "before all libraries");
	expect(&subject, 'c', 0, "in another library's constructor");
	expect_stale(&subject, 'P', 'k', gives, "reaped before all libraries");
	expect_stale(&subject, 'C', 'l', gives, "reaped in a constructor");
	if (actor_end(&subject) != 0)
		actor_fail("it failed");
	printf("ok   %s: %ld\n", setting, gives);
}

static void make_library(char *path, size_t size)
{
	char command[3 * PATH_MAX];
	const char *compiler = getenv("CC"), *source = getenv("PIDEPOCH_SRCDIR");

	snprintf(path, size, "%s/early.so", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	snprintf(
		command, sizeof(command),
		"%s -w -D_GNU_SOURCE -DEARLY_LIBRARY -shared -fPIC -o '%s' '%s'/tests/preload/pitfall_constructors.c",
		compiler ? compiler : "cc", path, source ? source : ".");
	if (system(command) != 0) {
		printf("skip: no library could be made: %s\n", command);
		exit(77);
	}
}

int main(int argc, char **argv)
{
	char early[PATH_MAX], both[3 * PATH_MAX];

	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	make_library(early, sizeof(early));
	snprintf(both, sizeof(both), "%s:%s", getenv("PIDEPOCH_PRELOAD"), early);
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	namespace_enter();
	run_scenario(early, "PIDEPOCH_ON_STALE=refuse", 0); /* natively */
	run_scenario(both, "PIDEPOCH_ON_STALE=refuse", ESRCH);
	run_scenario(both, "PIDEPOCH_ERRNO=EEPOCH", EEPOCH);
	run_scenario(both, "PIDEPOCH_ON_STALE=report", 0);
	snprintf(both, sizeof(both), "%s:%s", early, getenv("PIDEPOCH_PRELOAD"));
	run_scenario(both, "PIDEPOCH_ON_STALE=refuse", ESRCH);
	return 0;
}

#endif
