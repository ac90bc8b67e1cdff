// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * thousand_programs [PROCESSES | inside PROCESSES]
 *
 * 1,000 watched processes at once, in pairs, and an unrelated process for each pair: one of the two
 * has a child and reaps it, the other starts an unrelated process with that pid; when all exist,
 * each of the first signals its stale pid. None is signalled, and every call has its result. The
 * same with so few descriptors that the server cannot keep them all. (It is static, and its role
 * under the supervisor is "inside".)
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/namespace.h"

enum { GOOD, REFUSED_NOT, HIT, FAULT, NO_NUMBER };

static int reported(int from)
{
	int word;

	return read(from, &word, sizeof(word)) == sizeof(word) ? word : -1;
}

static void report(int to, int word)
{
	if (write(to, &word, sizeof(word)) != sizeof(word))
		_exit(FAULT);
}

/* holds a stale pid; all exist when @go ends */
static int keeps(int mate, int ready, int go)
{
	int status, r;
	char c;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	if (child < 0 || kill(child, SIGKILL) < 0 || waitpid(-1, &status, 0) != child)
		return FAULT;
	report(mate, child);
	if (reported(mate) != child)
		return NO_NUMBER;
	report(ready, child);
	if (read(go, &c, 1) != 0)
		return FAULT;
	r = kill(child, SIGTERM);
	status = errno;
	report(mate, child);
	return r == 0 ? REFUSED_NOT : status == ESRCH ? GOOD : FAULT;
}

/* starts the unrelated process, and checks what became of it */
static int watches(int mate)
{
	int status = 0, number = reported(mate);
	pid_t unrelated = number > 0 ? namespace_fork(number) : -1;

	if (unrelated == 0)
		for (;;)
			pause();
	report(mate, unrelated);
	if (unrelated != number)
		return NO_NUMBER;
	if (reported(mate) != number || kill(unrelated, SIGKILL) < 0 ||
	    waitpid(unrelated, &status, 0) != unrelated)
		return FAULT;
	return WTERMSIG(status) == SIGKILL ? GOOD : HIT;
}

static void pair(int ready, const int go[2])
{
	int mates[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, mates) < 0)
		exit(99);
	for (int i = 0; i < 2; i++)
		if (fork() == 0) {
			close(go[1]);
			close(mates[1 - i]);
			_exit(i ? watches(mates[1]) : keeps(mates[0], ready, go[0]));
		}
	close(mates[0]);
	close(mates[1]);
}

static int inside(int processes)
{
	int ready[2], go[2], count[NO_NUMBER + 2] = { 0 }, status;

	if (pipe(ready) < 0 || pipe(go) < 0)
		return 99;
	for (int i = 0; i < processes / 2; i++)
		pair(ready[1], go);
	close(ready[1]);
	close(go[0]);
	for (int i = 0; i < processes / 2; i++)
		reported(ready[0]);
	close(go[1]);
	while (wait(&status) > 0)
		count[WIFEXITED(status) && WEXITSTATUS(status) <= NO_NUMBER ? WEXITSTATUS(status)
									    : NO_NUMBER + 1]++;
	printf("%d good, %d not refused, %d hit, %d wrong\n", count[GOOD], count[REFUSED_NOT],
	       count[HIT], count[FAULT] + count[NO_NUMBER + 1]);
	if (count[NO_NUMBER])
		printf("skip: no process with a chosen pid can be created\n");
	fflush(stdout);
	return count[GOOD] == processes ? 0 : count[NO_NUMBER] ? 77 : 1;
}

static int watched(const char *program, const char *processes, rlim_t descriptors)
{
	const struct rlimit limit = { descriptors, descriptors };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (descriptors)
			setrlimit(RLIMIT_NOFILE, &limit);
		execl(getenv("PIDEPOCH"), "pidepoch", "run", "--log=/dev/null", "--supervisor=on",
		      program, "inside", processes, (char *)NULL);
		_exit(96);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 95;
}

int main(int argc, char **argv)
{
	int r;

	if (argc == 3 && strcmp(argv[1], "inside") == 0)
		return inside(atoi(argv[2]));
	if (!getenv("PIDEPOCH"))
		return 99;
	namespace_enter();
	r = watched(argv[0], argc > 1 ? argv[1] : "1000", 0);
	return r ? r : watched(argv[0], "200", 24);
}
