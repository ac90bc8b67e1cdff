// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A killed worker loses nothing that was given out by emulated calls: references keep their
 * meaning, the sync point stays, and a process that waits for a change is woken.
 */
#include "../support/namespace.h"
#include "../support/emulated.h"
#include "../support/worker.h"

enum { DEATHS = 12, NUMBER = 300 };

/* --- the program --- */

static void spawn(void)
{
	pid_t pid = namespace_fork(NUMBER);

	if (pid == 0)
		for (;;)
			pause();
	if (pid != NUMBER) {
		printf("skip: no process with a chosen pid can be created\n");
		exit(77);
	}
}

static void end(void)
{
	kill(NUMBER, SIGKILL);
	waitpid(NUMBER, NULL, 0);
}

/* a child that ends with our standard input */
static pid_t reader(void)
{
	pid_t pid = fork();
	char c;

	if (pid == 0)
		_exit(read(0, &c, 1) == 0 ? 5 : 6);
	return pid;
}

static int run_scenario(void)
{
	pidepoch_snapshot_t point = (pidepoch_snapshot_t)number_call(PIDEPOCH_NR_get, 0, 0, 0, 0);
	struct pidv v = { .flags = PIDV_TAGGED };
	long epoch;

	spawn();
	epoch = number_ref(NUMBER);
	end();
	v.pid = reader();
	v.epoch = (pidepoch_t)number_ref(v.pid);
	printf("ready\n");
	fflush(stdout);
	number_is("the sleeper wakes", pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL), 1);
	number_is("with the status", v.status, 5 << 8);
	spawn();
	number_is("an old reference is old", number_kill(NUMBER, epoch, SIGKILL), -EEPOCH);
	number_holds("a new one is another", number_ref(NUMBER) != epoch);
	number_is("and the old one still is", number_kill(NUMBER, epoch, SIGKILL), -EEPOCH);
	number_is("it is spared", waitpid(NUMBER, NULL, WNOHANG), 0);
	end();
	number_holds("the point is where it was",
		     number_call(PIDEPOCH_NR_get, 0, 0, 0, 0) == (long)point);
	return number_done();
}

/* --- the process that kills --- */

/* the rest of the program's output, and its status */
static int end_as(pid_t pid, int from)
{
	char text[256];
	int status;
	ssize_t n;

	while ((n = read(from, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stdout);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	int in, out, worker = 0;
	char said[16] = "";
	pid_t pid;

	(void)argc;
	if (number_is_inside())
		return run_scenario();
	namespace_enter();
	pid = number_start_inside(argv, &in, &out);
	if (read(out, said, 6) != 6 || strcmp(said, "ready\n") != 0) {
		printf("%s", said);
		return end_as(pid, out);
	}
	for (int i = 0; i < DEATHS; i++) {
		worker = worker_find(worker);
		kill(worker, SIGKILL);
	}
	close(in);
	return end_as(pid, out);
}
