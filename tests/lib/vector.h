/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vector - for tests of waitpidv(): each scenario runs four times, linked only and preloaded, with
 * io_uring and without; and each vector is used short, where every entry is checked, and long,
 * where waitpidv() waits for events.
 */
#ifndef TESTS_LIB_VECTOR_H
#define TESTS_LIB_VECTOR_H

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "../support/namespace.h"
#include "api.h"

#define VECTOR_FILL 80 /* children that stay, behind those that a test is about */
#define VECTOR_MOST 120

static pid_t vector_fill[VECTOR_FILL];
static struct pidv vec[VECTOR_MOST];
static size_t vector_count;
static bool vector_long;

/*
 * In a namespace in which pids do not wrap: otherwise the number of processes that the machine
 * creates meanwhile would decide whether a tag is too old. (Before Linux 6.14 its size is the
 * machine's.)
 */
static inline void vector_wide_namespace(void)
{
	int fd;

	namespace_enter();
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "4194304", 7) != 7)
		printf("the namespace's size stays what it is\n");
	close(fd);
}

static inline int vector_main(int argc, void (*scenario)(void))
{
	int failed;

	if (argc > 1)
		return api_main(argc, scenario);
	vector_wide_namespace();
	unsetenv("PIDEPOCH_FORCE_OLD");
	failed = api_main(argc, scenario);
	setenv("PIDEPOCH_FORCE_OLD", "io_uring", 1);
	return failed | api_main(argc, scenario);
}

static inline struct pidv vector_entry(pid_t pid)
{
	struct pidepoch_ref r = api_ref(pid);

	return (struct pidv){ .pid = r.pid, .epoch = r.epoch, .flags = PIDV_TAGGED };
}

/* vec begins with these, tagged; in a long one the others follow */
static inline void vector_of(const pid_t *pid, size_t n)
{
	memset(vec, 0, sizeof(vec));
	for (vector_count = 0; vector_count < n; vector_count++)
		vec[vector_count] = vector_entry(pid[vector_count]);
	for (int i = 0; vector_long && i < VECTOR_FILL; i++)
		vec[vector_count++] = vector_entry(vector_fill[i]);
}

static inline void vector_of_one(pid_t pid)
{
	vector_of(&pid, 1);
}

static inline int vector_ask(int flags)
{
	return waitpidv(vec, vector_count, NULL, flags, NULL);
}

/* a child that ends when its parent does */
static inline pid_t vector_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	MUST(pid > 0);
	return pid;
}

static inline void vector_wait_for_zombie(pid_t pid)
{
	siginfo_t si;

	MUST(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT | __WALL) == 0);
}

static inline pid_t vector_zombie(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	MUST(pid > 0);
	vector_wait_for_zombie(pid);
	return pid;
}

static inline void vector_kill(pid_t pid)
{
	MUST(kill(pid, SIGKILL) == 0);
	vector_wait_for_zombie(pid);
}

/* The scenario, short and long. */
static inline void vector_both(void (*scenario)(void))
{
	for (int i = 0; i < VECTOR_FILL; i++)
		vector_fill[i] = vector_child();
	scenario();
	vector_long = true;
	scenario();
	for (int i = 0; i < VECTOR_FILL; i++)
		kill(vector_fill[i], SIGKILL);
}

#endif
