/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify - nanoseconds of one call, as the median of blocks. Static, so that nothing is preloaded.
 *
 *   notify plain|allow|bare|looks kill|wait|getppid|fork
 *   notify plain|allow|bare interrupted
 *   notify allow|bare|signals run COMMAND [ARGUMENT]...
 *
 * plain: as it is started; allow: under a filter that allows all; bare: under a filter that
 * notifies a server of kill and wait4, which continues them and does nothing else; looks: the
 * server asks the kernel before each call what the supervisor must ask (looks()). run: becomes the
 * command; notified are kill and execve, as for programs that have the library. signals: the other
 * calls that send signals are notified, too. interrupted: how many of 10,000 kills fail with EINTR,
 * while a timer's signal every 300 us has a handler without SA_RESTART.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS	    51
#define SYNC	    SECCOMP_IOW(4, __u64) /* SECCOMP_IOCTL_NOTIF_SET_FLAGS, Linux 6.6 */
#define KILLABLE    (1UL << 5)		  /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV */
#define IS(nr, yes) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, yes, 0)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Does the process still exist, with how many threads? Which children may a wait reap? */
struct look {
	int threads, children; /* descriptors, or -1: do not look */
};

static struct look look_at(pid_t caller)
{
	struct look l;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", caller);
	l.threads = open(path, O_PATH | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", caller, caller);
	l.children = open(path, O_RDONLY | O_CLOEXEC);
	return l;
}

static void looks(const struct look *l, int nr)
{
	struct stat st;
	char text[4096];

	if (fstat(l->threads, &st) < 0 ||
	    (nr == SYS_wait4 && pread(l->children, text, sizeof(text), 0) < 0))
		_exit(1);
}

static _Noreturn void serve(int listener, const struct look *l)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	struct seccomp_notif n;

	ioctl(listener, SYNC, 1);
	for (;;) {
		poll(&p, 1, -1);
		if (!(p.revents & POLLIN))
			_exit(0);
		memset(&n, 0, sizeof(n));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == 0) {
			struct seccomp_notif_resp r = { .id = n.id, .flags = 1 };

			if (l->threads >= 0)
				looks(l, n.data.nr);
			ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
		}
	}
}

/* The server starts before the filter, takes the listener from this process, and is no process's
 * child. Notified are kill and @other (0: none), and with @more the other calls that send
 * signals. */
static void come_under(uint32_t other, bool more, bool look)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		IS(SYS_kill, 6),
		IS(other, 5),
		IS(more ? SYS_tkill : SYS_kill, 4),
		IS(more ? SYS_tgkill : SYS_kill, 3),
		IS(more ? SYS_rt_sigqueueinfo : SYS_kill, 2),
		IS(more ? SYS_rt_tgsigqueueinfo : SYS_kill, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog p = { .len = other ? sizeof(f) / sizeof(f[0]) : 1,
				.filter = other ? f : all };
	struct look l = { .threads = -1 };
	int ends[2], fd, pidfd;
	pid_t parent = getpid();

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!other) {
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		exit(1);
	if (fork() == 0) {
		if (fork() != 0)
			_exit(0);
		if (read(ends[1], &fd, sizeof(fd)) != sizeof(fd))
			_exit(1);
		pidfd = (int)syscall(SYS_pidfd_open, parent, 0);
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		if (look)
			l = look_at(parent);
		if (write(ends[1], &fd, 1) == 1)
			serve(fd, &l);
		_exit(1);
	}
	fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			  SECCOMP_FILTER_FLAG_NEW_LISTENER | KILLABLE, &p);
	if (write(ends[0], &fd, sizeof(fd)) != sizeof(fd) || read(ends[0], &parent, 1) != 1)
		exit(1);
	close(fd);
	wait(NULL);
}

static void call(const char *what)
{
	pid_t child;

	if (strcmp(what, "kill") == 0) {
		kill(4194304,
		     0); /* a pid that no process has: the least that the call itself can cost */
	} else if (strcmp(what, "wait") == 0) {
		waitpid(-1, NULL, WNOHANG);
	} else if (strcmp(what, "getppid") == 0) {
		syscall(SYS_getppid);
	} else {
		child = fork();
		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void on_timer(int signal)
{
	(void)signal;
}

static double count_interrupted(int calls)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { { 0 }, { 0 } };
	struct sigaction how = { .sa_handler = on_timer };
	int interrupted = 0;

	sigaction(SIGALRM, &how, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < calls; i++)
		interrupted += kill(getpid(), 0) < 0 && errno == EINTR;
	setitimer(ITIMER_REAL, &never, NULL);
	return 10000. * interrupted / calls;
}

int main(int argc, char **argv)
{
	double block[BLOCKS];
	int calls;

	if (argc > 3 && strcmp(argv[2], "run") == 0) {
		come_under(strcmp(argv[1], "allow") == 0 ? 0 : SYS_execve,
			   strcmp(argv[1], "signals") == 0, false);
		execvp(argv[3], argv + 3);
		return 127;
	}
	if (argc != 3)
		return 2;
	calls = strcmp(argv[2], "fork") == 0 ? 10 : strcmp(argv[2], "getppid") == 0 ? 5000 : 300;
	if (strcmp(argv[1], "plain") != 0)
		come_under(strcmp(argv[1], "allow") == 0 ? 0 : SYS_wait4, false,
			   strcmp(argv[1], "looks") == 0);
	if (strcmp(argv[2], "interrupted") == 0) {
		printf("%.2f\n", count_interrupted(100000));
		return 0;
	}
	for (int b = 0; b < BLOCKS; b++) {
		double start = now();

		for (int i = 0; i < calls; i++)
			call(argv[2]);
		block[b] = (now() - start) / calls;
	}
	qsort(block, BLOCKS, sizeof(block[0]), compare);
	printf("%.2f\n", block[BLOCKS / 2]);
	return 0;
}
