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
 *   kill, getpgid, getsid, pidfd_open, access, open
 *           asks by this call about a child that it has reaped
 *   right   waits for its children, and signals only those that it has not reaped, all
 *           processes, and its own group
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

/* --- questions about a child that it has reaped --- */

__attribute__((noinline)) static void ask_kill(pid_t pid)
{
	release(pid);
	kill(pid, 0);
	after++;
}

__attribute__((noinline)) static void ask_getpgid(pid_t pid)
{
	release(pid);
	after += getpgid(pid);
}

__attribute__((noinline)) static void ask_getsid(pid_t pid)
{
	release(pid);
	after += getsid(pid);
}

__attribute__((noinline)) static void ask_pidfd_open(pid_t pid)
{
	release(pid);
	after += (int)syscall(SYS_pidfd_open, pid, 0);
}

/* At the end of a page: the path has as many bytes as it needs. */
static const char *proc(pid_t pid, const char *file)
{
	static _Alignas(4096) char page[4096];
	char path[32];
	int length = snprintf(path, sizeof(path), "/proc/%d%s", pid, file) + 1;

	return memcpy(page + sizeof(page) - length, path, (size_t)length);
}

__attribute__((noinline)) static void ask_access(pid_t pid)
{
	release(pid);
	after += access(proc(pid, ""), F_OK);
}

__attribute__((noinline)) static void ask_open(pid_t pid)
{
	release(pid);
	after += open(proc(pid, "/stat"), O_RDONLY);
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

static void act_in_child(pid_t pid)
{
	let_child_act_late(pid, pid);
}

static void act_on_group_in_child(pid_t pid)
{
	let_child_act_late(pid, -pid);
}

static const struct {
	const char *name;
	void (*act)(pid_t pid);
} acts[] = {
	{ "pid", act_late },
	{ "group", act_on_group_late },
	{ "child", act_in_child },
	{ "family", act_on_group_in_child },
	{ "shell", let_shell_act_late },
	{ "stolen", wait_late },
	{ "all", signal_all_and_pid },
	{ "kill", ask_kill },
	{ "getpgid", ask_getpgid },
	{ "getsid", ask_getsid },
	{ "pidfd_open", ask_pidfd_open },
	{ "access", ask_access },
	{ "open", ask_open },
	{ "right", be_right },
};

int main(int argc, char **argv)
{
	pid_t pid = start();

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (argc > 1 && strcmp(argv[1], acts[i].name) == 0)
			acts[i].act(pid);
	return 0;
}
