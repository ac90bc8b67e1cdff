/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidepoch_waitfd(): the descriptor is readable when an entry has news and not otherwise, for short
 * vectors and long ones; it is the program's to close, and of one thread.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

#include "vector.h"

#define NO_TIME 0
#define FOREVER (-1)

static bool is_readable(int fd, int timeout)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = poll(&p, 1, timeout);

	MUST(n >= 0 && !(p.revents & ~POLLIN));
	return n == 1;
}

static void clear(int fd)
{
	uint64_t count;

	MUST(read(fd, &count, sizeof(count)) == sizeof(count));
}

/* as a loop does at its start */
static int new_fd(void)
{
	int fd = pidepoch_waitfd(0);

	if (fd == -1 && errno == EOPNOTSUPP) {
		printf("no io_uring here\n");
		return -1;
	}
	MUST(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) && (fcntl(fd, F_GETFL) & O_NONBLOCK));
	MUST(is_readable(fd, NO_TIME));
	clear(fd);
	MUST(!is_readable(fd, NO_TIME));
	return fd;
}

static void each_end(int fd)
{
	pid_t pid[3] = { vector_child(), vector_child(), vector_child() };

	vector_of(pid, 3);
	MUST(vector_ask(WNOHANG) == 0);
	MUST(!is_readable(fd, NO_TIME));
	for (int i = 2; i >= 0; i--) {
		MUST(kill(pid[i], SIGKILL) == 0);
		MUST(is_readable(fd, FOREVER));
		clear(fd);
		while (vector_ask(WNOHANG) == 0) /* at the hint the child may not be a zombie yet */
			sched_yield();
		MUST(vec[i].state == PIDV_EXITED && vec[i].status == SIGKILL);
	}
	/* what was armed tells nothing more */
	MUST(vector_ask(WNOHANG) == (vector_long ? 0 : -1));
	MUST(!is_readable(fd, NO_TIME));
}

static void through_epoll(int fd)
{
	struct epoll_event e = { .events = EPOLLIN };
	int loop = epoll_create1(EPOLL_CLOEXEC);
	pid_t pid = vector_child();

	MUST(loop >= 0 && epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e) == 0);
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0 && epoll_wait(loop, &e, 1, NO_TIME) == 0);
	vector_kill(pid);
	MUST(epoll_wait(loop, &e, 1, FOREVER) == 1);
	clear(fd);
	MUST(vector_ask(WNOHANG) == 1 && epoll_wait(loop, &e, 1, NO_TIME) == 0);
	close(loop);
}

/* Its own state changes, stops, and calls with other options tell nothing, and lose nothing. */
static void beside_stops(int fd)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	MUST(kill(pid, SIGSTOP) == 0);
	MUST(vector_ask(WUNTRACED) == 1 && vec[0].state == PIDV_STOPPED);
	MUST(!is_readable(fd, NO_TIME));
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(pid);
	MUST(is_readable(fd, FOREVER));
	MUST(vector_ask(WNOHANG | WUNTRACED) == 1 && vec[0].state == PIDV_EXITED);
	clear(fd);
	/* armed anew after the other call */
	pid = vector_child();
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(pid);
	MUST(is_readable(fd, FOREVER) && vector_ask(WNOHANG) == 1);
	clear(fd);
}

static void a_second_one(int fd)
{
	int second = new_fd();
	pid_t pid = vector_child();

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(pid);
	MUST(is_readable(second, FOREVER) && !is_readable(fd, NO_TIME));
	MUST(vector_ask(WNOHANG) == 1);
	close(second);
	/* closed, and the number taken by another file: nothing is written to it */
	pid = vector_child();
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	MUST(dup2(fd, second) == second);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 1 && !is_readable(second, NO_TIME));
	close(second);
}

/* in a forked child: the parent's descriptor is not its own */
static void forked(int fd)
{
	int status;
	pid_t pid = fork(), child;

	if (pid == 0) {
		child = vector_child();
		vector_long = false;
		vector_of_one(child);
		MUST(vector_ask(WNOHANG) == 0);
		vector_kill(child);
		MUST(vector_ask(WNOHANG) == 1 && !is_readable(fd, NO_TIME));
		close(new_fd());
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
	MUST(!is_readable(fd, NO_TIME));
}

static void *in_thread(void *unused)
{
	struct pidv v = vector_entry(vector_child());
	int fd = new_fd();

	MUST(waitpidv(&v, 1, NULL, WNOHANG, NULL) == 0);
	vector_kill(v.pid);
	MUST(is_readable(fd, FOREVER));
	clear(fd);
	MUST(waitpidv(&v, 1, NULL, WNOHANG, NULL) == 1);
	close(fd);
	return unused;
}

static void play(void)
{
	pthread_t thread;
	int fd = new_fd();

	if (fd < 0)
		return;
	each_end(fd);
	through_epoll(fd);
	beside_stops(fd);
	forked(fd);
	MUST(pthread_create(&thread, NULL, in_thread, NULL) == 0 &&
	     pthread_join(thread, NULL) == 0);
	a_second_one(fd); /* the last: it silences this one */
	close(fd);
}

static void both(void)
{
	MUST(pidepoch_waitfd(1) == -1 && errno == EINVAL);
	vector_both(play);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
