// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 *   reaper [heir | below]      below: in a pid namespace of its own
 *
 * A static program with a thread that waits for any child. It executes the commands that it reads,
 * one on each line, and prints an answer to each:
 *
 *   wait       the thread enters its wait, and sleeps in it: "waiting"
 *   spawn      the same; then a child is born that ends at once, and the thread reaps it:
 *              "reaped PID"
 *   beside     a child does the same, with a thread of its own, and ends: the same answer
 *   kill N     send SIGTERM to N: "ok", or an errno
 *   again N    N is born once more, as a child, and gets SIGTERM: the same answer
 *   exec       it executes its own program again: "ready"
 *   end        it ends; with "heir", another process gets its pid and goes on: "ready", or "taken"
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t turn, done;
static _Atomic int waiter;
static int got;
static bool waits;

static void say(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

static pid_t spawn_number(int number)
{
	struct clone_args how = { .exit_signal = SIGCHLD,
				  .set_tid = (uintptr_t)&number,
				  .set_tid_size = 1 };

	return (pid_t)syscall(SYS_clone3, &how, sizeof(how));
}

/* --- the thread --- */

static void *reap(void *arg)
{
	(void)arg;
	waiter = (int)syscall(SYS_gettid);
	for (;;) {
		while (sem_wait(&turn) < 0)
			;
		got = (int)syscall(SYS_wait4, -1, NULL, __WALL, NULL);
		sem_post(&done);
	}
	return NULL;
}

static bool is_waiting(void)
{
	char path[64], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", waiter);
	f = waiter ? fopen(path, "r") : NULL;
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return atoi(text) == SYS_wait4;
}

/* Calls are served in order: when one of ours has been served, the thread's has been continued,
 * too. */
static void await_waiter(void)
{
	if (waits)
		return;
	sem_post(&turn);
	while (!is_waiting())
		sched_yield();
	syscall(SYS_kill, getpid(), 0);
	waits = true;
}

static void start_thread(void)
{
	pthread_t thread;

	sem_init(&turn, 0, 0);
	sem_init(&done, 0, 0);
	waiter = 0;
	waits = false;
	if (pthread_create(&thread, NULL, reap, NULL) != 0)
		exit(98);
}

/* a child that lives as long as this process, so that no wait fails */
static void have_child(void)
{
	int ends[2];
	char c;

	if (pipe(ends) < 0)
		exit(98);
	if (fork() == 0) {
		close(ends[1]);
		_exit(read(ends[0], &c, 1) != 1);
	}
}

/* A child was waited for before there was a thread. */
static void start(void)
{
	pid_t brief = fork();

	if (brief == 0)
		_exit(0);
	if (wait(NULL) != brief)
		exit(98);
	have_child();
	start_thread();
	say("ready");
}

/* --- commands --- */

static void spawn(void)
{
	pid_t child;

	await_waiter();
	child = fork();
	if (child == 0)
		_exit(0);
	while (sem_wait(&done) < 0)
		;
	waits = false;
	if (got != child)
		exit(97);
	printf("reaped %d\n", child);
	fflush(stdout);
}

/* There is a child for its thread to wait for before the child under test exists. */
static void spawn_beside(void)
{
	pid_t child = fork();

	if (child == 0) {
		have_child();
		start_thread();
		spawn();
		_exit(0);
	}
	if (waitpid(child, NULL, 0) != child)
		exit(97);
}

static void use(int number)
{
	say(kill(number, SIGTERM) == 0 ? "ok" : strerrorname_np(errno));
}

static void spawn_again(int number)
{
	pid_t child = spawn_number(number);
	int status;

	if (child == 0)
		for (;;)
			pause();
	if (child != number) {
		say("taken");
		return;
	}
	use(number);
	kill(number, SIGKILL);
	if (waitpid(number, &status, 0) != number)
		exit(97);
}

static void follow(void)
{
	char line[32], word[16];
	int number = 0;

	start();
	while (fgets(line, sizeof(line), stdin) && sscanf(line, "%15s %d", word, &number) >= 1) {
		if (strcmp(word, "wait") == 0) {
			await_waiter();
			say("waiting");
		} else if (strcmp(word, "spawn") == 0) {
			spawn();
		} else if (strcmp(word, "beside") == 0) {
			spawn_beside();
		} else if (strcmp(word, "kill") == 0) {
			use(number);
		} else if (strcmp(word, "again") == 0) {
			spawn_again(number);
		} else if (strcmp(word, "exec") == 0) {
			execl("/proc/self/exe", "reaper", (char *)NULL);
			exit(98);
		} else {
			_exit(0);
		}
	}
	_exit(0);
}

/* a process, and after it another with the same pid */
static int leave_number(void)
{
	pid_t first = fork(), second;

	if (first == 0)
		follow();
	if (waitpid(first, NULL, 0) != first)
		return 97;
	second = spawn_number(first);
	if (second == 0)
		follow();
	if (second < 0)
		say("taken");
	return second > 0 && waitpid(second, NULL, 0) != second ? 97 : 0;
}

static int go_below(void)
{
	pid_t inside;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		return 98;
	inside = fork();
	if (inside == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("proc", "/proc", "proc", 0, NULL) == 0)
		follow();
	return waitpid(inside, NULL, 0) == inside ? 0 : 97;
}

int main(int argc, char **argv)
{
	setvbuf(stdin, NULL, _IONBF, 0);
	if (argc > 1 && strcmp(argv[1], "heir") == 0)
		return leave_number();
	if (argc > 1 && strcmp(argv[1], "below") == 0)
		return go_below();
	follow();
}
