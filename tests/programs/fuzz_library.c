// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_library - a program, and a library in it that has helpers of its own.
 *
 * The library's thread reaps "its" helpers with waitpid(-1), and so takes the status of any child
 * of the program that has ended by then. The program waits for its workers by pid, and sometimes
 * gets ECHILD.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 20

static volatile int after; /* the calls are to stay, and in their order */

/* --- the library --- */

static volatile bool library_ends;

__attribute__((noinline)) static void library_reaps(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		after++;
	after++;
}

static void *library_thread(void *unused)
{
	const struct timespec now_and_then = { .tv_nsec = 2000000 };

	while (!library_ends) {
		nanosleep(&now_and_then, NULL);
		library_reaps();
	}
	return unused;
}

/* --- the program --- */

__attribute__((noinline)) static pid_t program_starts(void)
{
	pid_t worker = fork();

	if (worker == 0)
		_exit(0);
	after++;
	return worker;
}

__attribute__((noinline)) static bool program_waits(pid_t worker)
{
	bool there = waitpid(worker, NULL, 0) == worker;

	after++;
	return there;
}

int main(void)
{
	pthread_t library;
	int lost = 0;

	pthread_create(&library, NULL, library_thread, NULL);
	for (int i = 0; i < WORKERS; i++)
		lost += !program_waits(program_starts());
	library_ends = true;
	pthread_join(library, NULL);
	printf("%d of %d statuses were lost\n", lost, WORKERS);
	return 0;
}
