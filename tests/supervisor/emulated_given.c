// SPDX-License-Identifier: LGPL-2.1-or-later
/* If a worker is killed while it gives a descriptor, the caller gets that descriptor or the next
 * worker gives it; never another one. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include "../support/namespace.h"
#include "../support/emulated.h"
#include "../support/worker.h"

enum { DEATHS = 12 };

static bool is_pidfd(long fd, ino_t ours)
{
	struct stat st;

	return fd > 2 && fstat((int)fd, &st) == 0 && st.st_ino == ours;
}

static bool is_pipe(long fd)
{
	struct stat st;

	return fd > 2 && fstat((int)fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* A worker that gives us a descriptor waits long: this process comes last on a busy processor. */
static pid_t be_slow(void)
{
	const struct sched_param none = { 0 };
	pid_t pid;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			getppid();
	}
	sched_setscheduler(0, SCHED_IDLE, &none);
	return pid;
}

/* until its output is no longer read */
static int run_scenario(void)
{
	struct pidv v = { .pid = getpid(), .flags = PIDV_TAGGED };
	int own = pidfd_open(getpid(), 0);
	struct stat st;
	long fd, fault = 0;
	pid_t busy;

	v.epoch = (pidepoch_t)number_ref(v.pid);
	if (fstat(own, &st) < 0)
		exit(98);
	signal(SIGPIPE, SIG_IGN);
	busy = be_slow();
	do {
		fd = number_call(PIDEPOCH_NR_pidfd_open, v.pid, (long)v.epoch, 0, 0);
		if (!is_pidfd(fd, st.st_ino))
			fault = 3;
		close((int)fd);
		fd = pidepoch_raw_call(PIDEPOCH_NR_waitfd, (long)&v, 1, 0, 0, sizeof(v));
		if (!is_pipe(fd))
			fault = 4;
		close((int)fd);
	} while (write(1, ".", 1) == 1 || errno == EAGAIN);
	kill(busy, SIGKILL);
	return (int)fault;
}

int main(int argc, char **argv)
{
	int out[2], status, worker = 0;
	pid_t pid;
	char c;

	(void)argc;
	if (number_is_inside())
		return run_scenario();
	namespace_enter();
	if (pipe2(out, O_NONBLOCK) < 0)
		return 98;
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		syscall(SYS_close_range, 3, ~0u, 0);
		number_go_inside(argv);
	}
	close(out[1]);
	poll(&(struct pollfd){ .fd = out[0], .events = POLLIN }, 1, -1);
	for (int i = 0; i < DEATHS && read(out[0], &c, 1) != 0; i++) {
		worker = worker_find(worker);
		kill(worker, SIGKILL);
	}
	close(out[0]);
	waitpid(pid, &status, 0);
	number_is("3: another pidfd, 4: another pipe", status >> 8, 0);
	number_is("and no signal", status & 0xff, 0);
	return number_done();
}
