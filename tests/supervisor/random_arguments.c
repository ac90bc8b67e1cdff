// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * random_arguments [calls SEED ROUNDS SUBJECT]
 *
 * Random arguments to every notified call, made by a program without privilege under a supervisor
 * that has it: the same monitor and the same worker serve to the end and have no additional
 * descriptor; and a process that the caller may not touch is not touched.
 *
 * (It is static; "calls" is its role under the supervisor. SUBJECT: a process of another user, or
 * 0.)
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pidepoch.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/namespace.h"

#define USER	  65533
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define RANDOM(a) ((a)[dice() % COUNT(a)])

/* --- the process that may not be touched --- */

/* another user's: whatever is sent to it stays pending, or ends or stops it */
static pid_t spawn_subject(void)
{
	sigset_t all;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	pid = fork();
	if (pid == 0) {
		setsid(); /* SIGCONT is for all of a session */
		for (;;)
			pause();
	}
	while (pid > 0 && getsid(pid) != pid)
		sched_yield();
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return pid;
}

static bool is_untouched(pid_t pid)
{
	char path[32], line[128];
	bool quiet = false, sleeps = false;
	unsigned long pending;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		sleeps |= strncmp(line, "State:\tS", 8) == 0 || strncmp(line, "State:\tR", 8) == 0;
		quiet |= sscanf(line, "ShdPnd: %lx", &pending) == 1 && pending == 0;
	}
	if (f)
		fclose(f);
	return quiet && sleeps;
}

/* --- the calls --- */

static uint64_t seed;

static uint32_t dice(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33);
}

static long gone, living, zombie, subject, elder;
static char *readable;

static long number(void)
{
	const long some[] = { gone,
			      living,
			      zombie,
			      subject,
			      elder,
			      0,
			      1,
			      -1,
			      -gone,
			      -subject,
			      4194304,
			      INT_MAX,
			      INT_MIN,
			      LONG_MAX,
			      (long)dice(),
			      (long)dice() << 32 | gone };

	return RANDOM(some);
}

/* never one that ends the caller itself, as 0 does; -1 spares it only where it is ended at once */
static long a_signal(long to)
{
	static const long some[] = { 0, SIGCONT, SIGWINCH, SIGURG, 65, -1, INT_MAX, LONG_MIN };
	static const long deadly[] = { SIGKILL, SIGSTOP, SIGTERM, 64 };

	if ((int)to == -1 && dice() % 2)
		return SIGKILL;
	return (int)to > 0 && dice() % 2 ? RANDOM(deadly) : RANDOM(some);
}

static long address(void)
{
	const long some[] = { 0, 8, (long)readable, (long)readable + 4095, -1, (long)dice() };

	return RANDOM(some);
}

/* a wait that cannot sleep */
static long options(void)
{
	static const long some[] = { 0, WUNTRACED, WNOWAIT, __WALL, WEXITED, WSTOPPED, -1, 1 << 20 };

	return WNOHANG | RANDOM(some) | RANDOM(some);
}

/* --- those that no kernel has --- */

static void scribble(void)
{
	struct pidv *v = (struct pidv *)readable;

	for (unsigned int i = 0; i < 4096 / sizeof(*v); i++) {
		long pid = number();

		v[i] = (struct pidv){ .pid = (pid_t)pid,
				      .epoch = dice() % 4 ? (pidepoch_t)i % 4 : dice(),
				      .flags = (uint16_t)(dice() % 8 ? PIDV_TAGGED : dice()),
				      .state = (uint16_t)(dice() % 4 ? PIDV_NEW : dice()) };
	}
}

static long ask(long nr)
{
	static const long counts[] = { 0, 1, 7, 256, PIDEPOCH_WAITPIDV_MOST, 4097, LONG_MAX, -1 };
	static const long flags[] = { 0, 0, WNOHANG, WNOHANG | WUNTRACED, -1 };
	static const long sizes[] = { 0, 15, 17, -1, sizeof(struct pidv), LONG_MIN };

	if (dice() % 4 == 0)
		scribble();
	return syscall(nr, dice() % 2 ? (long)readable : address(), RANDOM(counts),
		       dice() % 2 ? 0 : address(), RANDOM(flags),
		       dice() % 4 ? (long)sizeof(struct pidv) : RANDOM(sizes));
}

/* most often with a valid epoch, so that only the kernel's own rules refuse the call */
static void make_emulated_call(long n, long s)
{
	long epoch = dice() % 4 ? syscall(PIDEPOCH_NR_ref, n) : (long)dice(), r = -1;

	switch (dice() % 8) {
	case 0:
		syscall(PIDEPOCH_NR_kill, n, epoch, s);
		break;
	case 1:
		syscall(PIDEPOCH_NR_sigqueue, n, epoch, s, dice());
		break;
	case 2:
		r = syscall(PIDEPOCH_NR_pidfd_open, n, epoch, dice() % 2 ? 0 : dice());
		break;
	case 3:
		ask(PIDEPOCH_NR_waitpidv);
		break;
	case 4:
		r = ask(PIDEPOCH_NR_waitfd);
		break;
	case 5:
		syscall(PIDEPOCH_NR_set, dice() % 2 ? syscall(PIDEPOCH_NR_now) : (long)dice(),
			dice() % 4);
		break;
	case 6:
		syscall(SYS_prctl, PR_GET_PID_EPOCH + dice() % 3, address(), address());
		break;
	default:
		syscall(PIDEPOCH_NR_BASE + dice() % 16, n, address(), address(), dice(), dice());
	}
	if (r > 2)
		close((int)r);
}

static void make_call(void)
{
	long n = number(), s = a_signal(n), r;

	if (dice() % 3 == 0) {
		make_emulated_call(n, s);
		return;
	}
	switch (dice() % 9) {
	case 0:
		syscall(SYS_kill, n, s);
		break;
	case 1:
		syscall(SYS_tkill, n, s);
		break;
	case 2:
		syscall(SYS_tgkill, n, dice() % 2 ? n : subject, s);
		break;
	case 3:
		syscall(SYS_rt_sigqueueinfo, n, s, address());
		break;
	case 4:
		syscall(SYS_rt_tgsigqueueinfo, n, dice() % 2 ? n : subject, s, address());
		break;
	case 5:
		r = syscall(SYS_pidfd_open, n, dice() % 2 ? 0 : dice());
		if (r >= 0)
			close((int)r);
		break;
	case 6:
		syscall(SYS_wait4, n, address(), options(), address());
		break;
	case 7:
		syscall(SYS_waitid, dice() % 5, n, address(), options(), address());
		break;
	default:
		syscall(dice() % 2 ? SYS_execve : SYS_execveat, address(), address(), address(),
			address(), dice());
	}
}

static long child(bool lives)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(98);
	if (pid != 0)
		return pid;
	while (lives)
		pause();
	_exit(0);
}

/* one of each kind; those of an earlier round are ended first */
static void spawn(void)
{
	if (living)
		syscall(SYS_kill, living, SIGKILL);
	syscall(SYS_wait4, living, NULL, 0, NULL);
	syscall(SYS_wait4, zombie, NULL, 0, NULL);
	gone = child(false);
	syscall(SYS_wait4, gone, NULL, 0, NULL);
	living = child(true);
	zombie = child(false);
	waitid(P_PID, (id_t)zombie, NULL, WEXITED | WNOWAIT);
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* a child of another user, and a thread: then the server has to send in the caller's place */
static void prepare(long other)
{
	pthread_t thread;

	if (other) {
		elder = spawn_subject();
		if (setgroups(0, NULL) < 0 || setgid(USER) < 0 || setuid(USER) < 0)
			exit(98);
	}
	if (pthread_create(&thread, NULL, idle, NULL) != 0)
		exit(98);
}

/* two halves, with a guard word before each and one after them */
static int calls(char **argv)
{
	int rounds = atoi(argv[3]);
	char c;

	seed = (uint64_t)atol(argv[2]);
	subject = atol(argv[4]);
	readable = (char *)aligned_alloc(4096, 4096);
	memset(readable, 0, 4096);
	prepare(subject);
	spawn(); /* by now it is known to the server */
	for (int part = 0; part < 2; part++) {
		if (write(1, "x", 1) != 1 || read(0, &c, 1) != 1)
			return 98;
		for (int i = 0; i < rounds; i++) {
			if (i % 50 == 0)
				spawn();
			make_call();
		}
		spawn();
	}
	if (write(1, "x", 1) != 1 || read(0, &c, 1) != 1)
		return 98;
	return elder && !is_untouched((pid_t)elder);
}

/* --- what must be unchanged --- */

struct seen {
	int monitor, worker, monitor_holds, worker_holds;
};

static int count_descriptors(int pid)
{
	char path[32];
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static bool has_name(int pid, const char *wanted)
{
	char path[32], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	return strcmp(name, wanted) == 0;
}

static struct seen look(void)
{
	struct seen s = { 0 };
	DIR *all = opendir("/proc");
	struct dirent *e;

	while (all && (e = readdir(all))) {
		int pid = atoi(e->d_name);

		if (pid > 0 && has_name(pid, "pidepoch-monito\n"))
			s.monitor = pid;
		if (pid > 0 && has_name(pid, "pidepoch-worker\n"))
			s.worker = pid;
	}
	if (all)
		closedir(all);
	s.monitor_holds = s.monitor ? count_descriptors(s.monitor) : 0;
	s.worker_holds = s.worker ? count_descriptors(s.worker) : 0;
	return s;
}

/* --- the scenario --- */

/* The supervisor is started as root; the program becomes another user. */
static _Noreturn void become(char **argv, const char *rounds, pid_t other)
{
	char seed_text[16], pid[16];

	snprintf(seed_text, sizeof(seed_text), "%d", 4711);
	snprintf(pid, sizeof(pid), "%d", other);
	execl(getenv("PIDEPOCH"), "pidepoch", "run", "--log=/dev/null", "--supervisor=on", argv[0],
	      "calls", seed_text, rounds, pid, (char *)NULL);
	_exit(96);
}

static bool step(int from, int to, bool more)
{
	char c = 'x';

	return read(from, &c, 1) == 1 && (!more || write(to, &c, 1) == 1);
}

static int run_scenario(char **argv)
{
	const char *rounds = getenv("PIDEPOCH_QUICK") ? "1000" : "20000";
	bool root = namespace_enter_as_root();
	int in[2], out[2], status;
	struct seen before, after;
	pid_t other = 0, pid;

	if (!root)
		namespace_enter();
	else
		other = spawn_subject();
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return 99;
	pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		become(argv, rounds, other);
	}
	close(out[1]);
	if (!step(out[0], in[1], true) || !step(out[0], in[1], false))
		return printf("FAIL: it did not come to its end\n"), 1;
	before = look();
	if (write(in[1], "x", 1) != 1 || !step(out[0], in[1], false))
		return printf("FAIL: it did not come to its end\n"), 1;
	after = look();
	if (write(in[1], "x", 1) != 1)
		return 99;
	waitpid(pid, &status, 0);
	printf("monitor %d with %d descriptors, worker %d with %d\n", after.monitor,
	       after.monitor_holds, after.worker, after.worker_holds);
	if (!before.worker || memcmp(&before, &after, sizeof(before)) != 0 || status != 0)
		return printf("FAIL: before, monitor %d with %d, worker %d with %d; status %x\n",
			      before.monitor, before.monitor_holds, before.worker,
			      before.worker_holds, (unsigned int)status),
		       1;
	if (other && !is_untouched(other))
		return printf("FAIL: another user's process was touched\n"), 1;
	if (!other)
		printf("without root, so there was no other user's process to spare\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "calls") == 0)
		return calls(argv);
	return getenv("PIDEPOCH") ? run_scenario(argv) : 99;
}
