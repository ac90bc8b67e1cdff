/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event-loop - children in an epoll loop, with one descriptor for all of them.
 *
 *     cc event-loop.c -o event-loop $(pkg-config --cflags --libs pidepoch)
 *     ./event-loop COMMAND...        run the commands; lines of standard input are echoed meanwhile
 *
 * The loop has two sources: standard input, and the descriptor of pidepoch_waitfd(). No SIGCHLD
 * handler is needed, and no descriptor for each child. A library that waits for children of its own
 * by their pids is not disturbed.
 */
#include <errno.h>
#include <pidepoch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

static char **commands;
static struct pidv *job;
static size_t jobs, left;

static int start(size_t i)
{
	struct pidepoch_ref ref;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", commands[i], (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || pidepoch_ref(pid, &ref) < 0)
		return -1;
	job[i] = (struct pidv){ .pid = ref.pid, .epoch = ref.epoch, .flags = PIDV_TAGGED };
	return 0;
}

static int watch(int loop, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return fd < 0 ? -1 : epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e);
}

/* First the descriptor is read, then the question asked: what ends in between is told again. */
static int jobs_have_news(int fd)
{
	uint32_t ended[16];
	struct waitpidv_more more = { .size = sizeof(more), .changed = ended, .changed_max = 16 };
	uint64_t count;
	int n;

	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -1;
	while ((n = waitpidv(job, jobs, NULL, WNOHANG | WAITPIDV_CHANGED, &more)) > 0)
		for (int i = 0; i < n; i++, left--)
			printf("%s: %s %d\n", commands[ended[i]],
			       WIFEXITED(job[ended[i]].status) ? "status" : "signal",
			       WIFEXITED(job[ended[i]].status) ? WEXITSTATUS(job[ended[i]].status)
							       : WTERMSIG(job[ended[i]].status));
	return n < 0 && errno != ECHILD ? -1 : 0; /* ECHILD: all have ended */
}

/* 0: the input has ended */
static ssize_t echo(int loop)
{
	char text[256];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	if (n > 0)
		printf("input: %.*s", (int)n, text);
	else
		epoll_ctl(loop, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
	return n;
}

int main(int argc, char **argv)
{
	int loop = epoll_create1(EPOLL_CLOEXEC), news = pidepoch_waitfd(0);
	struct epoll_event e;

	setvbuf(stdout, NULL, _IOLBF, 0);
	commands = argv + 1;
	jobs = left = (size_t)argc - 1;
	job = calloc(jobs ? jobs : 1, sizeof(*job));
	if (news < 0)
		fprintf(stderr, "pidepoch_waitfd: %s\n", pidepoch_strerror(errno));
	if (!job || loop < 0 || watch(loop, news) < 0)
		return 1;
	watch(loop, STDIN_FILENO); /* fails for a regular file, which is always readable */
	for (size_t i = 0; i < jobs; i++)
		if (start(i) < 0)
			return 1;
	while (left > 0) {
		if (epoll_wait(loop, &e, 1, -1) < 0 && errno != EINTR)
			return 1;
		if (e.data.fd == STDIN_FILENO)
			echo(loop);
		else if (jobs_have_news(news) < 0)
			return 1;
	}
	return 0;
}
