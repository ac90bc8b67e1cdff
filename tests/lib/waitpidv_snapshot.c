/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries without a tag are of the snapshot's moment; the returned one is the next to use; a tag
 * of another process instance reaches no process. */
#include "vector.h"

static void run_scenario(void)
{
	pid_t pid = vector_child();
	pidepoch_snapshot_t before = pidepoch_get(), now = before;

	memset(vec, 0, sizeof(vec));
	vec[0].pid = pid;
	MUST(waitpidv(vec, 1, &now, WNOHANG, NULL) == 0 && vec[0].state == PIDV_RUNNING);
	MUST(now >= before && now <= pidepoch_now());
	MUST(pidepoch_set(now) == 0);
	vector_kill(pid);
	now = 0;
	MUST(waitpidv(vec, 1, &now, WNOHANG, NULL) == 1 && vec[0].state == PIDV_EXITED);
	MUST(now >= before);
	/* a process born after that moment is not the intended one */
	now = pidepoch_now();
	pid = vector_child();
	vec[0] = (struct pidv){ .pid = pid };
	MUST(waitpidv(vec, 1, &now, WNOHANG, NULL) == 1);
	MUST(vec[0].state == (api_preloaded() ? PIDV_ENDED : PIDV_UNKNOWN));
	api_end(pid);
	/* a tag of an earlier holder of the pid */
	pid = vector_child();
	vec[0] = vector_entry(pid);
	vec[0].epoch -= 3;
	MUST(waitpidv(vec, 1, NULL, WNOHANG, NULL) == (vec[0].state == PIDV_NEW ? -1 : 1));
	MUST(vec[0].state != PIDV_RUNNING && vec[0].state != PIDV_EXITED);
	api_end(pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, run_scenario);
}
