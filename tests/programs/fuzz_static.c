// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_static - a static program, into which no library is loaded, and what it does wrong:
 *
 *   pid     signals a child that it has reaped
 *   group   signals the group of a leader that it has reaped
 *   child   a later child signals one that it has reaped
 *   family  a later child signals the group of one that it has reaped
 *   shell   a shell, which has the library, signals a child that it has reaped
 *   stolen  reaps any child, and then waits for one by its pid
 *   all     signals all processes, after that its own group, and then a child that it has reaped
 *   right   waits for its children, and signals only those that it has not reaped, all
 *           processes, and its own group
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int after; /* the calls are to stay, and in their order */

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		_exit(0);
	}
	setpgid(pid, pid);
	return pid;
}

__attribute__((noinline)) static void act_late(pid_t pid)
{
	waitpid(pid, NULL, 0);
	kill(pid, SIGTERM);
	after++;
}

__attribute__((noinline)) static void act_on_group_late(pid_t pid)
{
	waitpid(pid, NULL, 0);
	kill(-pid, SIGTERM);
	after++;
}

__attribute__((noinline)) static void wait_late(pid_t pid)
{
	while (waitpid(-1, NULL, 0) > 0)
		after++;
	waitpid(pid, NULL, 0);
	after++;
}

__attribute__((noinline)) static void reap(pid_t pid)
{
	waitpid(pid, NULL, 0);
	after++;
}

/* @what: the pid, or its group */
static void let_child_act_late(pid_t pid, pid_t what)
{
	pid_t late;

	reap(pid);
	late = fork();
	if (late == 0) {
		kill(what, SIGTERM);
		_exit(0);
	}
	waitpid(late, NULL, 0);
}

/* The shell runs before the pid is released, and after that makes no call but the use. */
static void let_shell_act_late(pid_t pid)
{
	int end[2];
	pid_t late;
	char ready;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) != 0)
		return;
	late = fork();
	if (late == 0) {
		dup2(end[1], 0);
		dup2(end[1], 1);
		execl("/bin/sh", "sh", "-c", "echo; read pid; kill $pid", (char *)NULL);
		_exit(127);
	}
	close(end[1]);
	if (read(end[0], &ready, 1) == 1) {
		reap(pid);
		dprintf(end[0], "%d\n", (int)pid);
	}
	waitpid(late, NULL, 0);
}

/* A pid is given away in a later tick of start times, of 10 ms, than that of its birth: at the call
 * that comes next. */
static void release(pid_t pid)
{
	const struct timespec two_ticks = { .tv_nsec = 20000000 };

	waitpid(pid, NULL, 0);
	nanosleep(&two_ticks, NULL);
}

/* All get this signal, except the caller. It is ignored in the group, which the caller is in. */
static void signal_all(int signo)
{
	signal(SIGURG, SIG_IGN);
	kill(-1, signo);
	kill(0, SIGURG);
	kill(-getpgrp(), SIGURG);
}

static void signal_all_and_pid(pid_t pid)
{
	release(pid);
	signal_all(SIGTERM);
	kill(pid, SIGTERM);
}

static void be_right(pid_t pid)
{
	kill(pid, SIGTERM);
	release(pid);
	signal_all(SIGTERM);
	release(start());
	signal_all(SIGSTOP);
	release(start());
	signal_all(SIGKILL);
	waitpid(start(), NULL, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "right";
	pid_t pid = start();

	if (strcmp(what, "pid") == 0)
		act_late(pid);
	else if (strcmp(what, "group") == 0)
		act_on_group_late(pid);
	else if (strcmp(what, "child") == 0)
		let_child_act_late(pid, pid);
	else if (strcmp(what, "family") == 0)
		let_child_act_late(pid, -pid);
	else if (strcmp(what, "shell") == 0)
		let_shell_act_late(pid);
	else if (strcmp(what, "stolen") == 0)
		wait_late(pid);
	else if (strcmp(what, "all") == 0)
		signal_all_and_pid(pid);
	else
		be_right(pid);
	return 0;
}
