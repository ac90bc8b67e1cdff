/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that is executed while waitpidv() listens finds no descriptor of it, and its children
 * where they were. */
#include <dirent.h>

#include "vector.h"

#define ENDED 7 /* of the entries after the first: before the exec, and not asked about */

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	MUST(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void first_half(void)
{
	char list[VECTOR_MOST * 12] = "", number[16];

	for (int i = 0; i < VECTOR_FILL; i++)
		vector_fill[i] = vector_child();
	vector_long = true;
	vector_of(vector_fill, 0);
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(vector_fill[ENDED]);
	for (int i = 0; i < VECTOR_FILL; i++) {
		snprintf(number, sizeof(number), "%d ", vector_fill[i]);
		strcat(list, number);
	}
	snprintf(number, sizeof(number), "%d", descriptors());
	setenv("CHILDREN", list, 1);
	setenv("DESCRIPTORS", number, 1);
	execl("/proc/self/exe", "scenario", "scenario", (char *)NULL);
	MUST(!"executed");
}

static void second_half(const char *list)
{
	char *at = (char *)list;

	MUST(descriptors() == atoi(getenv("DESCRIPTORS")));
	memset(vec, 0, sizeof(vec));
	for (int i = 0; i < VECTOR_FILL; i++)
		vec[i] = vector_entry((pid_t)strtol(at, &at, 10));
	vector_count = VECTOR_FILL;
	for (int i = 0; i < VECTOR_FILL; i++)
		vector_fill[i] = vec[i].pid;
	MUST(vector_ask(WNOHANG) == 1);
	MUST(vec[ENDED].state == PIDV_EXITED && WTERMSIG(vec[ENDED].status) == SIGKILL);
	vector_kill(vector_fill[0]);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
	for (int i = 0; i < VECTOR_FILL; i++)
		if (vec[i].state == PIDV_RUNNING)
			kill(vec[i].pid, SIGKILL);
	MUST(vector_ask(WAITPIDV_ALL) == VECTOR_FILL - 2);
	MUST(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void run_scenario(void)
{
	const char *list = getenv("CHILDREN");

	if (list)
		second_half(list);
	else
		first_half();
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, run_scenario);
}
