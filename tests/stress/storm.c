// SPDX-License-Identifier: LGPL-2.1-or-later
#include "storm.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/namespace.h"

#define LOW	  300 /* the first pid of a lap */
#define UNRELATED 6   /* unrelated processes at a time */
#define THREADS	  2

sem_t storm_free_places;
_Atomic bool storm_spawned_last;
long storm_goal;

static struct storm *storm;

_Noreturn void storm_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(99);
}

void storm_wait_for_place(void)
{
	while (sem_wait(&storm_free_places) < 0)
		;
}

void storm_sleep(long ns)
{
	struct timespec left = { .tv_nsec = ns };

	while (nanosleep(&left, &left) < 0)
		;
}

static bool is_wrong(void)
{
	return (storm->hit && storm_goal > 0) || storm->refused || storm->failed;
}

static sigset_t the_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return set;
}

int storm_take_signals(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set = the_signal();
	int taken = 0;

	while (sigtimedwait(&set, NULL, &at_once) == SIGRTMIN)
		taken++;
	return taken;
}

/* --- unrelated processes --- */

static void turn_back(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", LOW);

	if (pwrite(fd, text, (size_t)n, 0) != n)
		storm_fail("ns_last_pid");
}

static int open_last_pid(void)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	printf("skip: the next pid cannot be chosen: ns_last_pid: %s\n", strerror(errno));
	exit(77);
}

static _Noreturn void keep_unrelated(int last_pid)
{
	int alive = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!storm->over) {
		pid_t pid = fork();

		if (pid == 0)
			storm_plan.be_unrelated(storm->unrelated);
		alive += pid > 0;
		storm->unrelated += pid > 0;
		if (pid > storm_plan.high)
			turn_back(last_pid);
		while (alive > 0 && waitpid(-1, NULL, alive < UNRELATED ? WNOHANG : 0) > 0)
			alive--;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

/* --- the subject --- */

static void *keep_signalling(void *arg)
{
	unsigned int seed = *(unsigned int *)arg;
	long most = labs(storm_goal);

	while (!storm->over) {
		if (!storm_plan.signal_one(&seed))
			sched_yield();
		else if (atomic_fetch_add(&storm->signals, 1) + 1 >= most || is_wrong())
			atomic_store(&storm->over, 1);
	}
	return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	errno = pthread_create(thread, NULL, run, arg);
	if (errno)
		storm_fail("thread");
}

static _Noreturn void be_subject(void)
{
	unsigned int seed[THREADS];
	pthread_t reaper, signaller[THREADS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (storm_plan.prepare)
		storm_plan.prepare();
	sem_init(&storm_free_places, 0, (unsigned int)storm_plan.places);
	start(&reaper, storm_plan.reap_all, NULL);
	for (unsigned int i = 0; i < THREADS; i++) {
		seed[i] = i + 1;
		start(&signaller[i], keep_signalling, &seed[i]);
	}
	storm_plan.spawn_all();
	atomic_store(&storm->over, 1);
	atomic_store(&storm_spawned_last, true);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(signaller[i], NULL);
	pthread_join(reaper, NULL);
	exit(0);
}

/* --- the scenario --- */

static void attach(int fd, const char *signals)
{
	storm = mmap(NULL, storm_plan.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (storm == MAP_FAILED)
		storm_fail("memory");
	storm_goal = atol(signals);
	storm_plan.attach(storm);
}

/* Runs this program again, as the subject, with the library. It finds the shared memory at
 * descriptor @fd. */
static _Noreturn void become_subject(const char *library, int fd, const char *signals)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	if (*library)
		setenv("LD_PRELOAD", library, 1);
	execl("/proc/self/exe", storm_plan.name, "subject", number, signals, (char *)NULL);
	storm_fail("exec");
}

/* Orphans of the subject are children of this process, pid 1. Returns the subject's status when all
 * have ended. */
static int await(pid_t subject)
{
	int status, of_subject = -1;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) > 0)
		if (pid == subject) {
			of_subject = status;
			atomic_store(&storm->over, 1);
		}
	return of_subject;
}

static int report(int status)
{
	int result = storm_plan.report();

	if (status != 0)
		printf("the subject ended with status %#x\n", (unsigned int)status);
	if (!is_wrong() && storm->signals < labs(storm_goal))
		printf("%ld signals were asked for: raise the bound\n", labs(storm_goal));
	return result || is_wrong() || storm->signals < labs(storm_goal) || status != 0;
}

static int run(const char *library, const char *signals)
{
	int fd = memfd_create("storm", 0), last_pid = open_last_pid();
	pid_t subject, unrelated;

	if (fd < 0 || ftruncate(fd, (off_t)storm_plan.bytes) < 0)
		storm_fail("memory");
	attach(fd, signals);
	turn_back(last_pid);
	unrelated = fork();
	if (unrelated == 0)
		keep_unrelated(last_pid);
	subject = fork();
	if (subject == 0)
		become_subject(library, fd, signals);
	if (unrelated < 0 || subject < 0)
		storm_fail("fork");
	return report(await(subject));
}

int main(int argc, char **argv)
{
	sigset_t set = the_signal();

	sigprocmask(SIG_BLOCK, &set, NULL);
	if (argc == 4 && strcmp(argv[1], "subject") == 0) {
		attach(atoi(argv[2]), argv[3]);
		be_subject();
	}
	if (argc != 3)
		return 99;
	namespace_enter();
	return run(argv[1], argv[2]);
}
