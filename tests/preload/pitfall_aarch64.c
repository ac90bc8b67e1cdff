// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The library built for aarch64 works there as it does here: fork, vfork, spawn, clone, raw calls
 * and wait return what they return natively, and a stale pid is refused if an unrelated process
 * holds it. pitfall_aarch64.sh compiles this file twice. The scenario runs on this machine and
 * takes the kernel's part; its subject is the other program, under qemu-user. The first is not
 * preloaded with the library but contains the same gate, to be called by itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#ifdef __aarch64__

#include "core/arch/gate.h"

static pid_t by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	return pid;
}

static pid_t by_vfork(void)
{
	pid_t pid = vfork();
	sigset_t blocked;

	if (pid == 0) {
		sigprocmask(SIG_BLOCK, NULL, &blocked);
		_exit(sigisemptyset(&blocked) ? 7 : 8);
	}
	return pid;
}

static pid_t by_raw_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(7);
	return pid;
}

/* This machine's own shell, whose loader complains that the library is for another machine. */
static pid_t by_spawn(void)
{
	char *argv[] = { "sh", "-c", "exit 7", NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addclose(&quiet, 2);
	error = posix_spawn(&pid, "/bin/sh", &quiet, NULL, argv, envp);
	posix_spawn_file_actions_destroy(&quiet);
	return error == 0 ? pid : -1;
}

static int reap_by_waitpid(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int reap_by_wait(pid_t pid)
{
	int status;

	return wait(&status) == pid ? status : -1;
}

static int reap_by_waitid(pid_t pid)
{
	siginfo_t seen;

	return waitid(P_ALL, 0, &seen, WEXITED) == 0 && seen.si_pid == pid ? seen.si_status << 8
									   : -1;
}

static int reap_raw(pid_t pid)
{
	int status;

	return syscall(SYS_wait4, -1, &status, 0, NULL) == pid ? status : -1;
}

static pid_t (*const births[])(void) = { by_fork, by_vfork, by_raw_clone, by_spawn };
static int (*const reaps[])(pid_t) = { reap_by_waitpid, reap_by_wait, reap_by_waitid, reap_raw };
#define COUNT(array) ((long)(sizeof(array) / sizeof((array)[0])))

static pid_t numbers[4];

/* 0, or the number of the failed step */
static long spawn_and_reap(long way)
{
	errno = 77;
	numbers[way] = births[way]();
	if (numbers[way] <= 0 || errno != 77)
		return 1;
	if (reaps[way](numbers[way]) != 7 << 8 || errno != 77)
		return 2;
	return kill(numbers[way], 0) == -1 ? 0 : 3;
}

static void *signal_it(void *pid)
{
	return (void *)(intptr_t)kill(*(const pid_t *)pid, SIGTERM);
}

/* A living child is reached, also from a thread and by a raw call. */
static long signal_living(void)
{
	pthread_t thread;
	void *sent = NULL;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	if (pid < 0 || kill(pid, 0) != 0 || syscall(SYS_kill, pid, 0) != 0)
		return 1;
	if (pthread_create(&thread, NULL, signal_it, &pid) != 0 ||
	    pthread_join(thread, &sent) != 0 || sent)
		return 2;
	return reap_by_waitpid(pid) == SIGTERM ? 0 : 3;
}

/* The kernel does not know this area, and so aborts nothing; otherwise it is like a registered
 * one. */
static long pass_gate(void)
{
	static _Alignas(32) char area[256];
	const struct pe_gate_call get = { .nr = SYS_getpid };
	const struct pe_gate_call six = { .nr = SYS_mremap, .arg = { 1, 2, 3, 4, 5, 6 } };
	uint32_t dead = 0;
	uint64_t armed;

	if (pe_gate_with(&get, &dead, (struct rseq *)area, get.arg[5]) != getpid())
		return 1;
	if (pe_gate_with(&six, &dead, (struct rseq *)area, six.arg[5]) != -EINVAL)
		return 2;
	dead = 1;
	if (pe_gate_with(&get, &dead, (struct rseq *)area, get.arg[5]) != PE_GATE_DEAD)
		return 3;
	memcpy(&armed, area + 8, sizeof(armed));
	return armed == 0 ? 0 : 4;
}

static long answer(char what)
{
	long way = what % 4;

	switch (what) {
	case 'g':
		return pass_gate();
	case 'l':
		return signal_living();
	case '0':
	case '1':
	case '2':
	case '3':
		return spawn_and_reap(way);
	case '4':
	case '5':
	case '6':
	case '7':
		return numbers[way];
	case '8':
	case '9':
	case ':':
	case ';':
		return kill(numbers[way], SIGUSR1) == 0 ? 0 : errno;
	default: /* by a raw call */
		return syscall(SYS_kill, numbers[0], SIGUSR1) == 0 ? 0 : errno;
	}
}

int main(void)
{
	_Static_assert(COUNT(births) == 4 && COUNT(reaps) == 4, "one digit each");
	actor_serve(answer);
	return 0;
}

#else

#define WAYS 4
static const char *const ways[WAYS] = { "fork, waitpid", "vfork, wait", "raw clone, waitid",
					"posix_spawn, raw wait4" };

static void expect(const struct actor *subject, char what, long wanted, const char *name)
{
	long got = actor_ask(subject, what);

	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", name, got, wanted);
}

/* @refused: the result of a signal to a stale pid; 0: it arrives */
static void run_scenario(const char *const *argv, bool native, const char *setting, long refused)
{
	struct actor subject, unrelated;

	actor_start(&subject, argv, true, setting);
	expect(&subject, 'g', 0, "the gate");
	expect(&subject, 'l', 0, "a child that lives");
	for (int way = 0; way < WAYS; way++) {
		expect(&subject, (char)('0' + way), 0, ways[way]);
		actor_start_unrelated(&unrelated, (pid_t)actor_ask(&subject, (char)('4' + way)),
				      NULL);
		expect(&subject, (char)('8' + way), refused, ways[way]);
		if (way == 0)
			expect(&subject, 'r', refused, "raw kill");
		if ((actor_ask(&unrelated, ACTOR_SIGNALS) > 0) != (refused == 0))
			actor_fail("%s: the unrelated process %s", ways[way],
				   refused ? "was hit" : "got none");
		actor_end(&unrelated);
	}
	if (actor_end(&subject) != 0)
		actor_fail("the subject failed");
	printf("ok   %s, %s\n", native ? "natively" : "preloaded", setting);
}

/* The arguments: qemu-aarch64 ... PROGRAM, and before PROGRAM the options that preload the
 * library. */
int main(int argc, char **argv)
{
	const char *native[16], *preloaded[16];
	int n = 0, last = argc - 1;

	if (argc < 6 || argc > 16)
		return 99;
	for (int i = 1; i < last; i++)
		if (strcmp(argv[i], "-E") != 0 && strncmp(argv[i], "LD_PRELOAD", 10) != 0)
			native[n++] = argv[i];
	native[n] = argv[last];
	native[n + 1] = NULL;
	for (int i = 0; i < argc; i++)
		preloaded[i] = argv[i + 1];
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	namespace_enter();
	run_scenario(native, true, "PIDEPOCH_ON_STALE=refuse", 0);
	run_scenario(preloaded, false, "PIDEPOCH_ON_STALE=refuse", ESRCH);
	run_scenario(preloaded, false, "PIDEPOCH_ERRNO=EEPOCH", 2019);
	run_scenario(preloaded, false, "PIDEPOCH_FORCE_OLD=wipe", ESRCH);
	run_scenario(preloaded, false, "PIDEPOCH_ON_STALE=report", 0);
	return 0;
}

#endif
