// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * busy VIEW - make every kind of process call once, and show one view of this process before and
 * after. What a preload library keeps lasting shows here, whether it is taken when the library is
 * loaded or when a call is first made.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(3);
}

/* Wait for one child by pid, and check its status. */
static void reap(pid_t pid, int want)
{
	int status;

	must(waitpid(pid, &status, 0) == pid, "waitpid");
	must(status == want, "status");
}

static void call_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(1);
	reap(pid, 1 << 8);
	pid = _Fork();
	if (!pid)
		_exit(2);
	reap(pid, 2 << 8);
}

static void call_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(3);
	reap(pid, 3 << 8);
}

static int cloned(void *arg)
{
	return *(int *)arg;
}

static void call_clone(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int code = 4, status;
	pid_t pid = clone(cloned, stack + sizeof(stack), SIGCHLD, &code);

	must(wait4(pid, &status, __WALL, NULL) == pid && status == 4 << 8, "wait4");
	pid = clone(cloned, stack + sizeof(stack), 0, &code);
	must(wait4(pid, &status, __WALL, NULL) == pid && status == 4 << 8,
	     "wait4 of a clone child");
}

static void call_spawn(void)
{
	char *argv[] = { "true", NULL };
	struct rusage usage;
	siginfo_t info;
	int status;
	pid_t pid;

	must(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0, "posix_spawn");
	must(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == pid, "waitid");
	must(wait3(&status, 0, &usage) == pid && status == 0, "wait3");
	must(posix_spawnp(&pid, "true", NULL, NULL, argv, environ) == 0, "posix_spawnp");
	must(waitid(P_ALL, 0, &info, WEXITED) == 0 && info.si_pid == pid, "waitid P_ALL");
}

/* Legal on a popen stream, and reaps its child; by pointer, since compilers warn of it. */
static int (*volatile close_any)(FILE *) = fclose;

static void call_stdio(void)
{
	char line[16];
	FILE *pipe = popen("echo heard; exit 5", "r");

	must(fgets(line, sizeof(line), pipe) && !strcmp(line, "heard\n"), "popen");
	must(pclose(pipe) == 5 << 8, "pclose");
	pipe = popen("exit 6", "w");
	must(close_any(pipe) == 6 << 8, "fclose of a popen stream");
	must(system("exit 7") == 7 << 8, "system");
}

static void call_forkpty(void)
{
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (!pid)
		_exit(8);
	must(pid > 0, "forkpty");
	reap(pid, 8 << 8);
	close(master);
}

/* A child that waits to be signalled, each time in another way. */
static void call_kill(void)
{
	union sigval value = { .sival_int = 1 };
	int way, fd;
	pid_t pid;

	for (way = 0; way < 7; way++) {
		pid = fork();
		if (!pid)
			for (setpgid(0, 0);;)
				pause();
		setpgid(pid, pid);
		must(kill(pid, 0) == 0, "kill 0");
		fd = pidfd_open(pid, 0);
		must(fd >= 0, "pidfd_open");
		must((way == 0 && !kill(pid, SIGKILL)) || (way == 1 && !killpg(pid, SIGKILL)) ||
			     (way == 2 && !sigqueue(pid, SIGKILL, value)) ||
			     (way == 3 && !pidfd_send_signal(fd, SIGKILL, NULL, 0)) ||
			     (way == 4 && !syscall(SYS_kill, pid, SIGKILL)) ||
			     (way == 5 && !tgkill(pid, pid, SIGKILL)) ||
			     (way == 6 && !kill(-pid, SIGKILL)),
		     "kill");
		close(fd);
		reap(pid, SIGKILL);
	}
}

static void *worker(void *arg)
{
	call_fork();
	return arg;
}

static void call_thread(void)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, worker, NULL) == 0, "pthread_create");
	must(pthread_join(thread, NULL) == 0, "pthread_join");
	must(pthread_kill(pthread_self(), 0) == 0, "pthread_kill");
}

static void every_call(void)
{
	must(execl("/nonexistent", "nothing", NULL) == -1 && errno == ENOENT, "execl");
	call_fork();
	call_vfork();
	call_clone();
	call_spawn();
	call_stdio();
	call_forkpty();
	call_kill();
	call_thread();
	must(wait(NULL) == -1 && errno == ECHILD, "wait with no child left");
	must(waitpid(-1, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD, "waitpid for any");
}

/* The lines of a file that begin with one of the words, or all lines. */
static void show_lines(const char *path, const char *words)
{
	FILE *file = fopen(path, "r");
	char line[4096], key[64];

	must(file != NULL, path);
	while (fgets(line, sizeof(line), file))
		if (!words || (sscanf(line, "%63[^:]", key) == 1 && strstr(words, key)))
			fputs(line, stdout);
	fclose(file);
}

static void show_descriptors(void)
{
	char path[64], where[256];
	ssize_t size;
	int fd;

	for (fd = 0; fd < 4096; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		size = readlink(path, where, sizeof(where) - 1);
		if (size < 0)
			continue;
		where[size] = 0;
		printf("%d flags %#x -> %s\n", fd, fcntl(fd, F_GETFD), where);
	}
	fd = open("/dev/null", O_RDONLY);
	printf("next %d\n", fd);
	close(fd);
}

static void show_count(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	must(dir != NULL, path);
	while ((entry = readdir(dir)))
		count += isdigit((unsigned char)entry->d_name[0]) != 0;
	closedir(dir);
	printf("%d\n", count);
}

static void show_children(void)
{
	char path[64], text[256] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY);
	must(fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0, path);
	close(fd);
	printf("children '%s'\n", text);
	printf("wait %d", wait(NULL));
	printf(" errno %d\n", errno);
}

static void show_environment(void)
{
	char **entry;

	for (entry = environ; *entry; entry++)
		puts(*entry);
}

static void show_signals(void)
{
	struct sigaction act;
	int sig;

	show_lines("/proc/self/status", "SigPnd ShdPnd SigBlk SigIgn SigCgt");
	for (sig = 1; sig <= 64; sig++)
		if (sigaction(sig, NULL, &act) == 0)
			printf("%d %s %#x\n", sig,
			       act.sa_handler == SIG_DFL   ? "default"
			       : act.sa_handler == SIG_IGN ? "ignored"
							   : "caught",
			       (unsigned int)act.sa_flags);
}

static void show_timers(void)
{
	char text[256];
	int fd = open("/proc/self/timers", O_RDONLY);
	struct itimerval value;
	int which;

	must(fd >= 0, "/proc/self/timers");
	printf("posix timers: %zd bytes\n", read(fd, text, sizeof(text)));
	close(fd);
	for (which = 0; which < 3; which++) {
		getitimer(which, &value);
		printf("itimer %d: %ld\n", which, (long)value.it_value.tv_sec);
	}
}

static void show_rest(void)
{
	static const char *const words = "Umask State Uid Gid Groups THP_enabled "
					 "CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp "
					 "Seccomp_filters CoreDumping VmLck VmPin";
	char where[4096];

	show_lines("/proc/self/status", words);
	show_lines("/proc/self/limits", NULL);
	show_lines("/proc/self/personality", NULL);
	printf("%s\n", getcwd(where, sizeof(where)));
}

static void show(const char *view)
{
	printf("%s:\n", view);
	if (!strcmp(view, "descriptors"))
		show_descriptors();
	else if (!strcmp(view, "threads"))
		show_count("/proc/self/task");
	else if (!strcmp(view, "children"))
		show_children();
	else if (!strcmp(view, "environment"))
		show_environment();
	else if (!strcmp(view, "signals"))
		show_signals();
	else if (!strcmp(view, "timers"))
		show_timers();
	else if (!strcmp(view, "rest"))
		show_rest();
	else
		exit(2);
}

int main(int argc, char **argv)
{
	must(argc == 2, "usage: busy VIEW");
	setvbuf(stdout, NULL, _IONBF, 0);
	show(argv[1]);
	every_call();
	show(argv[1]);
	return 0;
}
