/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A signal by reference reaches the group that a process leads, and its remaining members after the
 * leader was reaped; then no process.
 */
#include "api.h"

#include <sys/prctl.h>

static int reported[2];

/* Each signal writes the letter that was set for its process. */
static char name;

static void report(int signal)
{
	(void)signal;
	if (write(reported[1], &name, 1) != 1)
		_exit(1);
}

static _Noreturn void stay(char as)
{
	struct sigaction action = { .sa_handler = report };

	name = as;
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	for (;;)
		pause();
}

/* of as many signals as @who has characters: each is for one of these */
static void arrived(const char *who)
{
	size_t count = strlen(who);
	char c;

	for (size_t i = 0; i < count; i++)
		MUST(read(reported[0], &c, 1) == 1 && strchr(who, c));
}

static pid_t start_group(void)
{
	pid_t leader = fork();

	if (leader == 0) {
		setpgid(0, 0);
		if (fork() == 0)
			stay('m');
		stay('l');
	}
	arrived("lm");
	return leader;
}

static void end_member(void)
{
	int status;

	MUST(wait(&status) > 0 && WTERMSIG(status) == SIGKILL);
}

static bool finds_reaped(void)
{
	return system("\"$PIDEPOCH\" doctor --json | grep -q '\"handle\",\"works\":true'") == 0;
}

static void after_the_reap(struct pidepoch_ref g)
{
	if (!finds_reaped()) {
		printf("this kernel finds no reaped leader: that part is left out\n");
		MUST(api_refused(pidepoch_killpg(g.pid, g.epoch, SIGUSR1)));
		MUST(kill(-g.pid, SIGKILL) == 0);
		return;
	}
	MUST(pidepoch_killpg(g.pid, g.epoch, SIGUSR1) == 0);
	arrived("m");
	MUST(pidepoch_killpg(g.pid, g.epoch, 1000) == -1 && errno == EINVAL);
	MUST(pidepoch_killpg(g.pid, g.epoch, SIGKILL) == 0);
}

static void run_scenario(void)
{
	struct pidepoch_ref g, alone = api_ref(api_child());

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe(reported) == 0);
	g = api_ref(start_group());
	MUST(pidepoch_killpg(g.pid, g.epoch, SIGUSR1) == 0);
	arrived("lm");
	api_end(g.pid);
	after_the_reap(g);
	end_member();
	MUST(api_refused(pidepoch_killpg(g.pid, g.epoch, SIGUSR1)));

	MUST(pidepoch_killpg(alone.pid, alone.epoch, SIGUSR1) == -1 && errno == ESRCH);
	MUST(pidepoch_killpg(alone.pid, alone.epoch + 7, SIGUSR1) == -1 && errno == EINVAL);
	MUST(pidepoch_killpg(0, 0, 0) == -1 && errno == EINVAL);
	MUST(pidepoch_killpg(-1, 0, 0) == -1 && errno == EINVAL);
	api_end(alone.pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
