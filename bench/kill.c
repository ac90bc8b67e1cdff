/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill - nanoseconds of one signalling call to a live process (block.h).
 *
 *   kill [paced] [kill|probe|pidfd]    a child: SIGURG by kill(2), signal 0 by kill(2), SIGURG by
 *                                      pidfd_send_signal(2)
 *   kill [paced] exchanges             as kill, between two exchanges
 *   kill [paced] unknown               SIGURG to a process that is no child
 *   kill [paced] evidence PIDFILE      the same, with its pid from a file
 *   kill [paced] group                 SIGURG to the group of a leader that was reaped
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "block.h"

#define BLOCKS 101
#define CALLS  4000

struct target {
	pid_t pid; /* as kill() takes it */
	int fd;	   /* a pidfd, or -1 */
	int signal;
};

static void calls(int count, void *arg)
{
	const struct target *t = arg;

	for (int i = 0; i < count; i++)
		if ((t->fd >= 0 ? pidfd_send_signal(t->fd, t->signal, NULL, 0)
				: kill(t->pid, t->signal)) != 0) {
			perror("kill");
			kill(t->pid, SIGKILL);
			exit(1);
		}
}

/* A hazard pointer is published and cleared by an exchange each. */
static void calls_between_exchanges(int count, void *arg)
{
	static _Atomic unsigned int word;

	for (int i = 0; i < count; i++) {
		atomic_exchange(&word, 1u);
		calls(1, arg);
		atomic_exchange(&word, 0u);
	}
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* A process that ends with this one: it waits for the end of file on @ends. */
static void stay(const int *ends)
{
	char byte;

	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	_exit(0);
}

/* A process below a child that has ended and was reaped; the child led a session, so its pid names
 * the group of the other one. */
static struct target orphan(bool group, const int *ends)
{
	struct target t = { .fd = -1, .signal = SIGURG };
	pid_t child, told = 0;
	int way[2];

	if (pipe(way) != 0 || (child = fork()) < 0)
		fail("fork");
	if (child == 0) {
		setsid();
		told = fork();
		if (told == 0)
			stay(ends);
		_exit(write(way[1], &told, sizeof(told)) != sizeof(told));
	}
	if (read(way[0], &told, sizeof(told)) != sizeof(told) || waitpid(child, NULL, 0) != child)
		fail("orphan");
	t.pid = group ? -child : told;
	return t;
}

static struct target child_of_ours(bool by_pidfd, int signal, const int *ends)
{
	struct target t = { .fd = -1, .signal = signal, .pid = fork() };

	if (t.pid == 0)
		stay(ends);
	if (by_pidfd)
		t.fd = pidfd_open(t.pid, 0);
	return t;
}

/* Let another process write the pid to @path, as a daemon does, and read it from there. */
static void from_file(struct target *t, const char *path)
{
	pid_t writer = fork();
	FILE *f;
	int pid = 0;

	if (writer == 0) {
		f = fopen(path, "w");
		_exit(!f || fprintf(f, "%d\n", (int)t->pid) < 0 || fclose(f) != 0);
	}
	waitpid(writer, NULL, 0);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &pid) != 1 || pid != t->pid)
		fail(path);
	fclose(f);
}

int main(int argc, char **argv)
{
	bool paced = block_is_paced(&argc, &argv);
	const char *how = argc > 1 ? argv[1] : "kill";
	struct target t;
	int ends[2];

	if (pipe(ends) != 0)
		fail("pipe");
	if (strcmp(how, "unknown") == 0 || strcmp(how, "evidence") == 0)
		t = orphan(false, ends);
	else if (strcmp(how, "group") == 0)
		t = orphan(true, ends);
	else
		t = child_of_ours(strcmp(how, "pidfd") == 0,
				  how[0] == 'p' && how[1] == 'r' ? 0 : SIGURG, ends);
	if (strcmp(how, "evidence") == 0 && argc > 2)
		from_file(&t, argv[2]);
	block_run(paced, strcmp(how, "exchanges") == 0 ? calls_between_exchanges : calls, BLOCKS,
		  CALLS, &t, 1);
	return 0;
}
