// SPDX-License-Identifier: LGPL-2.1-or-later
// Fault: starts a thread
// Detected by: seen-threads.case
// Shown as: standard output
#include <pthread.h>
#include <unistd.h>

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

__attribute__((constructor)) static void load(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, idle, NULL);
}
