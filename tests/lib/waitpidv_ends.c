/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() returns a child's end as wait4() does: the status and the resource usage, once. */
#include <sys/resource.h>

#include "../support/usage.h"
#include "vector.h"

static int exits(void)
{
	_exit(200);
}

static int dies(void)
{
	raise(SIGTERM);
	return 0;
}

/* A core dump of headers only, in its own place; if the machine keeps none, the status says the
 * same to both. */
static int dumps(void)
{
	const struct rlimit most = { RLIM_INFINITY, RLIM_INFINITY };
	int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (filter < 0 || write(filter, "0", 1) != 1 || chdir(getenv("TMPDIR")) != 0)
		return 1;
	close(filter);
	setrlimit(RLIMIT_CORE, &most);
	raise(SIGQUIT);
	return 0;
}

static int works(void)
{
	for (volatile int i = 0; i < 30000000; i++)
		;
	_exit(0);
}

static int (*const fates[])(void) = { exits, dies, dumps, works };

static pid_t child_of(int (*fate)(void))
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(fate());
	MUST(pid > 0);
	vector_wait_for_zombie(pid);
	return pid;
}

static void run_scenario(void)
{
	static struct rusage usage[VECTOR_MOST];
	const struct waitpidv_more more = { .size = sizeof(more), .usage = usage };
	struct rusage used;
	siginfo_t si;
	int status;

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		pid_t plain = child_of(fates[i]), pid;

		MUST(wait4(plain, &status, 0, NULL) == plain);
		pid = child_of(fates[i]);
		vector_of_one(pid);
		MUST(syscall(SYS_waitid, P_PID, pid, &si, WEXITED | WNOWAIT, &used) == 0);
		memset(usage, 0x55, sizeof(usage));
		MUST(waitpidv(vec, vector_count, NULL, WNOHANG, &more) == 1);
		MUST(vec[0].state == PIDV_EXITED && vec[0].status == status);
		MUST(usage_follows(&used, &usage[0]));
		MUST(wait4(pid, NULL, WNOHANG, NULL) == -1 && errno == ECHILD);
		for (size_t j = 1; j < vector_count; j++)
			MUST(vec[j].state == PIDV_RUNNING);
	}
}

static void both(void)
{
	vector_both(run_scenario);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
