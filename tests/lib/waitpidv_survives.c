/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state that waitpidv() keeps for a thread uses no descriptor, and survives closing all
 * descriptors, a fork, and a thread's end. */
#include <dirent.h>
#include <pthread.h>

#include "vector.h"

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

static int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0, c;

	MUST(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static void *ask_and_end(void *unused)
{
	MUST(vector_ask(WNOHANG) == 0);
	return unused;
}

static void in_a_thread(void)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, ask_and_end, NULL) == 0);
	MUST(pthread_join(thread, NULL) == 0);
}

static void *ask_in_child(void *unused)
{
	vec[0].state = PIDV_NEW;
	MUST(vector_ask(WNOHANG) == 0);
	return unused;
}

/* There they are not children; in its second thread first, and then in the one that was copied. */
static void forked(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pthread_t thread;

		MUST(pthread_create(&thread, NULL, ask_in_child, NULL) == 0);
		MUST(pthread_join(thread, NULL) == 0);
		ask_in_child(NULL);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

static void run_scenario(void)
{
	pid_t pid = vector_child();
	int before, mapped;

	vector_of_one(pid);
	before = descriptors();
	MUST(vector_ask(WNOHANG) == 0);
	MUST(descriptors() == before);
	closefrom(3);
	forked();
	in_a_thread();
	mapped = mappings();
	for (int i = 0; i < 20; i++)
		in_a_thread();
	MUST(mappings() <= mapped + 4);
	vector_kill(pid);
	MUST(vector_ask(WNOHANG) == 1 && vec[0].state == PIDV_EXITED);
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
