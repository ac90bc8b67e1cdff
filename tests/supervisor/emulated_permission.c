// SPDX-License-Identifier: LGPL-2.1-or-later
/* A process that the caller may not signal is not signalled on its behalf, although the
 * supervisor has the right; a reference can be taken all the same. */
#include "../support/emulated.h"
#include "../support/users.h"

/* an unrelated process of another user; 1: the first process is the target */
static pid_t unrelated(int *keepalive)
{
	int ends[2], reported[2];
	pid_t pid;
	char c = 0;

	if (!users_can_change()) {
		if (kill(1, 0) == 0) {
			printf("skip: there is no process of another user\n");
			exit(77);
		}
		return 1;
	}
	if (pipe(ends) < 0 || pipe(reported) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		_exit(setuid(4711) < 0 || write(reported[1], &c, 1) < 0 || read(ends[0], &c, 1));
	}
	if (read(reported[0], &c, 1) != 1)
		exit(98);
	*keepalive = ends[1];
	return pid;
}

static int run_scenario(pid_t other)
{
	long epoch = number_ref(other);

	number_holds("a reference", epoch >= 0);
	for (int signal = 0; signal <= 64; signal += 1 + (signal > 18) * 5)
		if (signal != SIGCONT) {
			number_is("a signal", number_kill(other, epoch, signal), -EPERM);
			number_is("a queued one",
				  number_call(PIDEPOCH_NR_sigqueue, other, epoch, signal, 0),
				  -EPERM);
		}
	number_is("of an older epoch first", number_kill(other, epoch + 9, SIGKILL), -EINVAL);
	return number_faults;
}

int main(int argc, char **argv)
{
	int status = 0, keepalive = -1;
	pid_t other, child;

	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	other = unrelated(&keepalive);
	if (other == 1)
		return run_scenario(other) ? 1 : number_done();
	child = fork();
	if (child == 0)
		_exit(setuid(4712) < 0 ? 98 : run_scenario(other));
	waitpid(child, &status, 0);
	number_is("the caller's own tests", status, 0);
	number_is("the unrelated process lives", waitpid(other, &status, WNOHANG), 0);
	number_is("root may", number_kill(other, number_ref(other), SIGKILL), 0);
	waitpid(other, &status, 0);
	return number_done();
}
