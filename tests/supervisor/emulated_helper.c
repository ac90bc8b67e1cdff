// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * helper.3: a helper process that is killed while it has nothing to do is replaced; the next calls
 * that need one succeed.
 */
#include "../support/namespace.h"
#include "../support/emulated.h"
#include "../support/worker.h"

enum { ROUNDS = 3 };

static int run_scenario(void)
{
	int keepalive;
	struct pidv v = { .pid = number_child(&keepalive, 0) };
	char c;

	v.epoch = (pidepoch_t)number_ref(v.pid);
	v.flags = PIDV_TAGGED;
	for (int i = 0; i <= ROUNDS; i++) {
		long r = pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)&v, 1, 0, 0, sizeof(v));

		number_is("a call that reads memory", r, 0);
		if (r != 0 || i == ROUNDS)
			break;
		if (write(1, "+", 1) != 1 || read(0, &c, 1) != 1)
			return 98;
	}
	close(keepalive);
	return number_done();
}

static bool has_ended(int pid)
{
	char path[32], text[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return true;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return !text[0] || strstr(text, ") Z") || strstr(text, ") X");
}

int main(int argc, char **argv)
{
	int in, out, status, helper = 0;
	char c;
	pid_t pid;

	(void)argc;
	if (number_is_inside())
		return run_scenario();
	namespace_enter();
	pid = number_start_inside(argv, &in, &out);
	while (read(out, &c, 1) == 1 && c == '+') {
		helper = worker_find_named("pidepoch-helper", 0, helper);
		kill(helper, SIGKILL);
		while (!has_ended(helper))
			sched_yield();
		if (write(in, "-", 1) != 1)
			return 98;
	}
	for (ssize_t n = 1; n == 1; n = read(out, &c, 1))
		putchar(c);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
