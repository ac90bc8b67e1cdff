/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * times COUNT - stale uses whose pid has just been given to another process: an orphan creates a
 * process with each pid that this program has reaped. The pauses between birth, end, wait and use
 * are random, from none to some ticks of start times. Status 77: no pid can be chosen here.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int to_server[2], from_server[2];

/* the process that gets the pid lives until the server ends */
static void serve(void)
{
	pid_t pid;

	close(to_server[1]);
	while (read(to_server[0], &pid, sizeof(pid)) == sizeof(pid)) {
		const int32_t wanted = pid;
		struct clone_args how = { .exit_signal = SIGCHLD,
					  .set_tid = (uint64_t)(uintptr_t)&wanted,
					  .set_tid_size = 1 };
		long got = syscall(SYS_clone3, &how, sizeof(how));

		if (got == 0)
			for (;;)
				pause();
		got = got < 0 ? -errno : got;
		if (write(from_server[1], &got, sizeof(got)) != sizeof(got))
			break;
	}
	_exit(0);
}

static void start_server(void)
{
	pid_t between;

	if (pipe(to_server) != 0 || pipe(from_server) != 0)
		exit(1);
	between = fork();
	if (between == 0) {
		if (fork() == 0)
			serve();
		_exit(0);
	}
	waitpid(between, NULL, 0);
}

static void rest(void)
{
	if (rand() % 2)
		usleep((useconds_t)(rand() % 12000));
}

static pid_t reap_one(void)
{
	pid_t child = fork();

	if (child == 0) {
		rest();
		_exit(0);
	}
	rest();
	waitpid(child, NULL, 0);
	return child;
}

int main(int argc, char **argv)
{
	long got;

	(void)argc;
	start_server();
	for (int left = atoi(argv[1]); left > 0; left--) {
		const pid_t pid = reap_one();

		rest();
		if (write(to_server[1], &pid, sizeof(pid)) != sizeof(pid) ||
		    read(from_server[0], &got, sizeof(got)) != sizeof(got))
			return 1;
		if (got == -EEXIST) { /* a helper of the supervisor has it */
			left++;
			continue;
		}
		if (got != pid)
			return 77;
		rest();
		kill(pid, SIGCONT);
	}
	return 0;
}
