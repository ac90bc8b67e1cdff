// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * raw, inline - raw is a static program that nothing can be preloaded into. It has a child, reaps
 * it, prints "reaped PID", and at the next line from its standard input uses that pid; it prints
 * "ok" or an errno. inline is the same as a dynamic program, whose calls are its own instructions.
 *
 *   raw HOW-TO-REAP HOW-TO-USE
 */
#include "raw.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pidepoch.h>

int number;

static void await_line(void)
{
	char line[16];

	if (!fgets(line, sizeof(line), stdin))
		exit(98);
}

/* --- ways to use --- */

static long queue(int to_thread)
{
	siginfo_t si = { .si_signo = SIGTERM, .si_code = SI_QUEUE };

	si.si_pid = getpid();
	return to_thread ? syscall(SYS_rt_tgsigqueueinfo, number, number, SIGTERM, &si)
			 : syscall(SYS_rt_sigqueueinfo, number, SIGTERM, &si);
}

/* it is a child again, under the same pid */
static long spawn_again_and_kill(void)
{
	struct clone_args how = { .exit_signal = SIGCHLD,
				  .set_tid = (uintptr_t)&number,
				  .set_tid_size = 1 };
	int status;
	long pid = syscall(SYS_clone3, &how, sizeof(how));

	if (pid == 0)
		for (;;)
			pause();
	if (pid != number || kill(number, SIGTERM) < 0)
		return -1;
	if (waitpid(number, &status, 0) != number || !WIFSIGNALED(status))
		exit(97);
	return 0;
}

/* libc's kill() is the library's, which judges its own call but not the next one */
static long kill_after_another(void)
{
	if (kill(getppid(), 0) < 0 && errno != EPERM)
		exit(97);
	return kill_as_is(number);
}

/* behind more files of the library's name than a supervisor looks into */
static long kill_behind_decoys(void)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/libpidepoch.decoy", getenv("TMPDIR"));
	fd = open(path, O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < 256; i++)
		if (fd < 0 ||
		    mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED)
			exit(98);
	return syscall(SYS_kill, number, SIGTERM);
}

static long kill_in_child(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(kill(number, SIGTERM) < 0 ? errno : 0);
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static long exec_and_kill(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	return execl("/proc/self/exe", "raw", "told", text, (char *)NULL);
}

/* A program that this one starts with the pid as an argument uses it: the raw one, which prints the
 * result, or kill(1). */
static long use_by_program(int raw)
{
	char text[16], path[4096];
	int status = 0;
	pid_t child;

	snprintf(text, sizeof(text), "%d", number);
	snprintf(path, sizeof(path), "%s/tests/supervisor/raw", getenv("PIDEPOCH_BUILDDIR"));
	child = fork();
	if (child == 0 && raw)
		execl(path, "raw", "told", text, (char *)NULL);
	else if (child == 0)
		execl("/bin/kill", "kill", "-TERM", text, (char *)NULL);
	if (child == 0)
		_exit(98);
	waitpid(child, &status, 0);
	if (raw)
		exit(WEXITSTATUS(status));
	errno = status ? ESRCH : 0;
	return status ? -1 : 0;
}

/* Look at each process, through libc. */
static int look_at_all(void)
{
	DIR *all = opendir("/proc");
	struct dirent *e;

	while (all && (e = readdir(all))) {
		char path[300];
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		fd = e->d_name[0] > '0' && e->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
		if (fd >= 0)
			close(fd);
	}
	return all ? closedir(all) : 97;
}

/* Run another of the two programs to its end. */
static void run_other(const char *program, const char *how, const char *what)
{
	char path[4096];
	int status = 97;
	pid_t child;

	snprintf(path, sizeof(path), "%s/tests/supervisor/%s", getenv("PIDEPOCH_BUILDDIR"),
		 program);
	child = fork();
	if (child == 0)
		execl(path, program, how, what, (char *)NULL);
	if (child == 0)
		_exit(98);
	waitpid(child, &status, 0);
	if (status != 0)
		exit(97);
}

/* A program with the library looks at all processes for this one. */
static long kill_when_looked_up(void)
{
	run_other("inline", "look", "-");
	return syscall(SYS_kill, number, SIGTERM);
}

/* Leave an orphan with the pid, in a session of its own. */
static int leave_orphan(void)
{
	struct clone_args how = { .exit_signal = SIGCHLD,
				  .set_tid = (uintptr_t)&number,
				  .set_tid_size = 1 };
	int ready[2];
	char c;
	long pid = pipe2(ready, O_CLOEXEC) < 0 ? -1 : syscall(SYS_clone3, &how, sizeof(how));

	if (pid == 0) {
		setsid();
		execl("/bin/sleep", "sleep", "60", (char *)NULL);
		_exit(97);
	}
	close(ready[1]);
	return pid == number && read(ready[0], &c, 1) == 0 ? 0 : 97;
}

/* A static program leaves an orphan with the pid: a descendant. */
static long kill_orphan(void)
{
	const struct timespec later = { 0, 30000000 }; /* than the tick of the look */
	char text[16];

	look_at_all(); /* births are written down from now on */
	nanosleep(&later, NULL);
	snprintf(text, sizeof(text), "%d", number);
	run_other("raw", "leave", text);
	return kill(number, SIGTERM);
}

static void *exec_in_thread(void *arg)
{
	exec_and_kill();
	return arg;
}

/* the thread's pid is not the process's */
static long exec_by_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_in_thread, NULL) == 0)
		pthread_join(thread, NULL);
	exit(97);
}

/* a stale use by this process, and one by a child that it has after that */
static long kill_and_descend(void)
{
	long r = kill(number, SIGTERM);
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		number = fork();
		if (number == 0)
			_exit(0);
		if (waitpid(number, NULL, 0) != number)
			_exit(97);
		kill(number, SIGTERM);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status)
		exit(97);
	errno = ESRCH;
	return r;
}

static long trace_and_kill(void)
{
	if (ptrace(PTRACE_SEIZE, number, NULL, NULL) < 0)
		exit(97);
	return kill(number, 0); /* the signal itself would wait for its tracer */
}

/* the member, which outlived its leader, receives it */
static long kill_members(void)
{
	long r = syscall(SYS_kill, -number, SIGTERM);
	int status = 0;

	if (r == 0 && (syscall(SYS_wait4, -1, &status, 0, NULL) < 0 || status != SIGTERM))
		exit(97);
	return r;
}

static long use(const char *how)
{
	if (is(how, "tkill"))
		return syscall(SYS_tkill, number, SIGTERM);
	if (is(how, "tgkill"))
		return syscall(SYS_tgkill, number, number, SIGTERM);
	if (is(how, "queue") || is(how, "tgqueue"))
		return queue(is(how, "tgqueue"));
	if (is(how, "pidfd"))
		return syscall(SYS_pidfd_open, number, 0);
	if (is(how, "again"))
		return spawn_again_and_kill();
	if (is(how, "after"))
		return kill_after_another();
	if (is(how, "decoys"))
		return kill_behind_decoys();
	if (is(how, "by-libc"))
		return kill(number, SIGTERM);
	if (is(how, "child"))
		return kill_in_child();
	if (is(how, "by-kill") || is(how, "by-static"))
		return use_by_program(is(how, "by-static"));
	if (is(how, "exec"))
		return exec_and_kill();
	if (is(how, "thread-exec"))
		return exec_by_thread();
	if (is(how, "descend"))
		return kill_and_descend();
	if (is(how, "trace"))
		return trace_and_kill();
	if (is(how, "killpg"))
		return syscall(SYS_kill, -number, SIGTERM);
	if (is(how, "looked"))
		return kill_when_looked_up();
	if (is(how, "orphan"))
		return kill_orphan();
	if (is(how, "members"))
		return kill_members();
	return syscall(SYS_kill, number, SIGTERM);
}

/* --- a thread goes on to another program while the first one makes calls: so many programs, each
 * with a stale use --- */

static void *storm_on(void *left)
{
	execl("/proc/self/exe", "raw", "storm", (char *)left, (char *)NULL);
	exit(97);
}

static int storm(int programs)
{
	pthread_t thread;
	char left[16];

	if (programs == 0)
		return 0;
	if (raw_reap("library", "") != number)
		return 97;
	syscall(SYS_kill, number, 0);
	snprintf(left, sizeof(left), "%d", programs - 1);
	pthread_create(&thread, NULL, storm_on, left);
	for (;;)
		syscall(SYS_kill, INT32_C(4100000), 0);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 98;
	if (is(argv[1], "storm"))
		return storm(atoi(argv[2]));
	if (is(argv[1], "look"))
		return look_at_all();
	if (is(argv[1], "leave")) {
		number = atoi(argv[2]);
		return leave_orphan();
	}
	if (is(argv[1], "told")) {
		number = atoi(argv[2]);
	} else {
		if (raw_reap(argv[1], argv[2]) != number)
			return 97;
		printf("reaped %d\n", number);
		fflush(stdout);
		await_line();
	}
	printf("%s\n", use(argv[2]) >= 0 ? "ok"
		       : errno == EEPOCH ? "EEPOCH"
					 : strerrorname_np(errno));
	return 0;
}
