// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program had a child, reaped it, and keeps the child's pid, in its memory or in a file of its
 * own. Another process has the pid now. The program's signal is refused, however it kept the pid:
 * what it told itself is no evidence (evidence.8, evidence.9).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define PAGE 4096

static pid_t known; /* of B's child */

/* --- without a file --- */

static pid_t by_memory(void)
{
	return known;
}

/* B's own note of its child in memory that it shares with others: not with the unrelated one */
static pid_t by_own_note(void)
{
	pid_t *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	at[100] = known;
	return at[100];
}

static pid_t by_own_pipe(void)
{
	int fd[2];
	pid_t q = -1;

	if (pipe(fd) < 0 || write(fd[1], &known, sizeof(known)) < 0 ||
	    read(fd[0], &q, sizeof(q)) < 0)
		return -1;
	close(fd[0]);
	close(fd[1]);
	return q;
}

static pid_t by_own_socket(void)
{
	int fd[2];
	pid_t q = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 ||
	    send(fd[1], &known, sizeof(known), 0) < 0 || recv(fd[0], &q, sizeof(q), 0) < 0)
		return -1;
	close(fd[0]);
	close(fd[1]);
	return q;
}

/* what a child prints */
static pid_t by_echo(void)
{
	char command[64];
	FILE *f;
	int q = -1;

	snprintf(command, sizeof(command), "echo %d", (int)known);
	f = popen(command, "r");
	if (!f || fscanf(f, "%d", &q) != 1)
		q = -1;
	if (f)
		pclose(f);
	return q;
}

/* --- in files that it writes after another process has got the pid --- */

static void own_name(char name[64], const char *kind)
{
	snprintf(name, 64, "%s.%d", kind, (int)getpid());
}

/* One descriptor, and the child's pid among others, in binary. */
static pid_t by_own_database(void)
{
	const pid_t page[1024] = { 1, 0, 3, [500] = known };
	char name[64];
	pid_t q = -1;
	int fd;

	own_name(name, "database");
	fd = open(name, O_RDWR | O_CREAT, 0600);
	unlink(name);
	if (fd < 0 || pwrite(fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) ||
	    pread(fd, &q, sizeof(q), 500 * sizeof(q)) != (ssize_t)sizeof(q))
		return -1;
	close(fd);
	return q;
}

/* Written anew, under a name of its own, and moved into its place. */
static pid_t by_own_list(void)
{
	char name[64], list[70];
	int q = -1;
	FILE *f;

	own_name(name, "jobs");
	snprintf(list, sizeof(list), "%s.json", name);
	f = fopen(name, "w");
	if (!f)
		return -1;
	for (int i = 0; i < 1000; i++)
		fprintf(f, "{\"job\": %d, \"pid\": %d}\n", i, (int)known);
	fclose(f);
	f = rename(name, list) == 0 ? fopen(list, "r") : NULL;
	if (!f || fscanf(f, "{\"job\": 0, \"pid\": %d", &q) != 1)
		q = -1;
	if (f)
		fclose(f);
	unlink(list);
	return q;
}

static pid_t by_own_log(void)
{
	char name[64];
	FILE *f;

	own_name(name, "log");
	f = fopen(name, "a+");
	unlink(name);
	if (!f || fprintf(f, "child %d has ended\n", (int)known) < 0 || fflush(f) != 0)
		return -1;
	rewind(f);
	return known;
}

/* It reads commands from a FIFO by stdio, which are not about this pid. */
static pid_t by_own_fifo(void)
{
	char name[64], line[32];
	FILE *f;
	int fd;

	own_name(name, "fifo");
	if (mkfifo(name, 0600) < 0 || (fd = open(name, O_RDWR)) < 0 || write(fd, "go\n", 3) != 3)
		return -1;
	f = fopen(name, "r");
	if (!f || !fgets(line, sizeof(line), f))
		return -1;
	fclose(f);
	close(fd);
	unlink(name);
	return known;
}

/* --- the table --- */

static const struct row {
	const char *name;
	pid_t (*recall)(void);
} rows[] = {
	{ "its own memory", by_memory },	 { "its own shared memory", by_own_note },
	{ "its own pipe", by_own_pipe },	 { "its own socket", by_own_socket },
	{ "its child's echo", by_echo },	 { "its own database", by_own_database },
	{ "its own list of jobs", by_own_list }, { "its own log", by_own_log },
	{ "its own control FIFO", by_own_fifo },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *row;

/* 'r': have a child, and reap it. 'k': recall its pid, and signal it. */
static long answer_as_b(char what)
{
	if (what == 'k')
		return kill(row->recall(), SIGUSR1) == 0 ? 0 : errno;
	known = fork();
	if (known == 0)
		_exit(0);
	return waitpid(known, NULL, 0);
}

static void try_row(void)
{
	char index[16];
	const char *argv[] = { "/proc/self/exe", "B", index, NULL };
	struct actor b, unrelated;
	long got, arrived;

	snprintf(index, sizeof(index), "%d", (int)(row - rows));
	actor_start(&b, argv, false, "PIDEPOCH_ON_STALE=refuse");
	actor_start_unrelated(&unrelated, (pid_t)actor_ask(&b, 'r'), NULL);
	got = actor_ask(&b, 'k');
	arrived = actor_ask(&unrelated, ACTOR_SIGNALS);
	if (got != ESRCH || arrived != 0)
		actor_fail("%s: %s, and %ld signals arrived", row->name, strerror((int)got),
			   arrived);
	printf("ok   %s: refused\n", row->name);
	actor_end(&b);
	actor_end(&unrelated);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

int main(int argc, char **argv)
{
	const char *base = getenv("TMPDIR");

	if (argc > 2) {
		row = &rows[strtol(argv[2], NULL, 10)];
		actor_serve(answer_as_b);
		return 0;
	}
	namespace_enter();
	namespace_use_up_pids();
	if (chdir(base ? base : "/tmp") < 0)
		actor_fail("%s: %m", base);
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	for (row = rows; row < rows + ROWS; row++)
		try_row();
	return 0;
}
