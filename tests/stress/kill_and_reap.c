// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One promise: a signal to a child's pid reaches that child or no process, and reaches it if it is
 * alive, whichever thread reaps meanwhile.
 *
 *   s11 LIBRARY KILLS     LIBRARY "": natively
 *
 * In a pid namespace in which pids wrap every hundred forks: a victim, with that library before
 * libc, keeps children for a moment each. Its threads signal them; one thread waits for any child,
 * and so does a SIGCHLD handler on whatever thread it interrupts. Unrelated processes get the same
 * pids. Ends with 0 if no fault was counted after so many signals, else with 1, at the first fault.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/namespace.h"

#define PLACES	  16	 /* children signalled at a time */
#define CHILDREN  400000 /* most in a run */
#define UNRELATED 6	 /* alive at a time */
#define UNREAD	  256	 /* signals sent to a living child: more could not all be queued */
#define LOW	  300	 /* the first pid after a round */
#define HIGH	  350
#define THREADS	  2
#define LIFE_NS	  2000000 /* of a child, or an unrelated process */
#define PAUSE	  256	  /* one call in so many is made a round of the pids after the look */
#define PAUSE_NS  10000000

struct child {
	_Atomic int pid;     /* 0: not known yet, or no child */
	_Atomic int owed;    /* signals accepted before it began to exit */
	_Atomic int taken;   /* those that it has had, in the end */
	_Atomic int exiting; /* set by itself: signals from now on may be too late */
	_Atomic int reaped;
};

static struct play {
	_Atomic long unrelated, hit;		/* by the unrelated processes */
	_Atomic long kills, refused, failed;	/* by the victim: wrong results; these must be 0 */
	_Atomic long forks, reaps, in_handlers; /* of the victim's children */
	_Atomic int over;
	struct child child[CHILDREN];
} * play;

static _Atomic int place[PLACES]; /* the child in it; 0 none */
static _Atomic bool spawned_last;
static sem_t free_places;
static long goal;

static _Noreturn void fail(const char *format, ...)
{
	va_list more;

	va_start(more, format);
	vfprintf(stderr, format, more);
	fprintf(stderr, ": %s\n", strerror(errno));
	va_end(more);
	exit(99);
}

static sigset_t the_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return set;
}

/* Of a child: signals are only counted at its end, so that none of them costs a switch of
 * context. */
static void live(long ns)
{
	struct timespec left = { .tv_nsec = ns };

	while (nanosleep(&left, &left) < 0)
		;
}

static int take_signals(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set = the_signal();
	int taken = 0;

	while (sigtimedwait(&set, NULL, &at_once) == SIGRTMIN)
		taken++;
	return taken;
}

/* --- unrelated processes --- */

static _Noreturn void be_unrelated(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	live(LIFE_NS);
	atomic_fetch_add(&play->hit, take_signals());
	_exit(0);
}

static void turn_back(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", LOW);

	if (pwrite(fd, text, (size_t)n, 0) != n)
		fail("ns_last_pid");
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
	while (!play->over) {
		pid_t pid = fork();

		if (pid == 0)
			be_unrelated();
		alive += pid > 0;
		play->unrelated += pid > 0;
		if (pid > HIGH)
			turn_back(last_pid);
		while (alive > 0 && waitpid(-1, NULL, alive < UNRELATED ? WNOHANG : 0) > 0)
			alive--;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

/* --- the victim's children --- */

static _Noreturn void be_child(struct child *c, int at)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* written by itself: sometimes before the caller of fork() knows of it */
	atomic_store(&c->pid, getpid());
	live(LIFE_NS);
	atomic_store(&c->exiting, 1);
	atomic_store(&c->taken, take_signals());
	_exit(at);
}

/* Its status is its index: a pid may have another child before its reaper notes it. */
static void note_reaped(int status)
{
	int id = WIFEXITED(status) && WEXITSTATUS(status) < PLACES ? place[WEXITSTATUS(status)] : 0;

	if (id == 0 || atomic_exchange(&play->child[id].reaped, 1) != 0)
		atomic_fetch_add(&play->failed, 1);
	atomic_fetch_add(&play->reaps, 1);
	sem_post(&free_places);
}

static void reap(int options, _Atomic long *also)
{
	int status;

	while (waitpid(-1, &status, options) > 0) {
		note_reaped(status);
		if (also)
			atomic_fetch_add(also, 1);
	}
}

static void on_sigchld(int sig)
{
	int saved = errno;

	(void)sig;
	reap(WNOHANG, &play->in_handlers);
	errno = saved;
}

static void *keep_reaping(void *nothing)
{
	do {
		reap(0, NULL);
		sched_yield(); /* no child just now */
	} while (!spawned_last || play->reaps < play->forks);
	return nothing;
}

static void spawn(int at, int id)
{
	struct child *c = &play->child[id];
	pid_t pid;

	atomic_store(&place[at], id);
	pid = fork();
	if (pid == 0)
		be_child(c, at);
	if (pid < 0)
		fail("fork");
	atomic_fetch_add(&play->forks, 1);
}

static int find_free(int at)
{
	while (place[at] != 0 && !play->child[place[at]].reaped)
		at = (at + 1) % PLACES;
	return at;
}

static void keep_bearing(void)
{
	for (int id = 1, at = 0; id < CHILDREN && !play->over; id++) {
		while (sem_wait(&free_places) < 0)
			;
		at = find_free(at);
		spawn(at, id);
	}
	atomic_store(&play->over, 1);
}

/* --- the victim's threads --- */

static void judge(struct child *c, int error)
{
	int exiting = atomic_load(&c->exiting);

	if (error == 0 && !exiting)
		atomic_fetch_add(&c->owed, 1);
	else if (error == ESRCH && !exiting)
		atomic_fetch_add(&play->refused, 1);
	else if (error != 0 && error != ESRCH)
		atomic_fetch_add(&play->failed, 1);
}

static int signal_it(pid_t pid, bool queue)
{
	const union sigval nothing = { .sival_int = 0 };

	return queue ? sigqueue(pid, SIGRTMIN, nothing) : kill(pid, SIGRTMIN);
}

/* As a careful program does: no pid that it knows to be reaped. */
static bool try_one(unsigned int *seed)
{
	int id = place[(unsigned int)rand_r(seed) % PLACES];
	struct child *c = &play->child[id];

	if (c->pid == 0 || c->reaped || (c->owed >= UNREAD && !c->exiting))
		return false;
	if (rand_r(seed) % PAUSE == 0)
		live(PAUSE_NS);
	judge(c, signal_it(c->pid, rand_r(seed) & 1) == 0 ? 0 : errno);
	return true;
}

static bool is_wrong(void)
{
	return play->hit || play->refused || play->failed;
}

static void *keep_signalling(void *arg)
{
	unsigned int seed = *(unsigned int *)arg;

	while (!play->over) {
		if (!try_one(&seed))
			sched_yield();
		else if (atomic_fetch_add(&play->kills, 1) + 1 >= goal || is_wrong())
			atomic_store(&play->over, 1);
	}
	return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	errno = pthread_create(thread, NULL, run, arg);
	if (errno)
		fail("thread");
}

static _Noreturn void be_victim(void)
{
	const struct sigaction act = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART };
	unsigned int seed[THREADS];
	pthread_t reaper, signaller[THREADS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sigaction(SIGCHLD, &act, NULL) < 0)
		fail("handler");
	sem_init(&free_places, 0, PLACES);
	start(&reaper, keep_reaping, NULL);
	for (unsigned int i = 0; i < THREADS; i++) {
		seed[i] = i + 1;
		start(&signaller[i], keep_signalling, &seed[i]);
	}
	keep_bearing();
	atomic_store(&spawned_last, true);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(signaller[i], NULL);
	pthread_join(reaper, NULL);
	exit(0);
}

/* --- the scenario --- */

static struct play *map_play(int fd)
{
	void *at = mmap(NULL, sizeof(struct play), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		fail("memory");
	return at;
}

/* Runs this program again, as the victim, with the library. It finds the shared state at
 * descriptor @fd. */
static _Noreturn void become_victim(const char *library, int fd, const char *kills)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", fd);
	if (*library)
		setenv("LD_PRELOAD", library, 1);
	execl("/proc/self/exe", "s11", "victim", pid, kills, (char *)NULL);
	fail("exec");
}

static long count_lost(void)
{
	long lost = 0;

	for (int i = 1; i < CHILDREN && play->child[i].pid; i++)
		if (play->child[i].owed > play->child[i].taken)
			lost += play->child[i].owed - play->child[i].taken;
	return lost;
}

static int report(int status, long asked)
{
	long lost = count_lost();

	printf("%ld signals: misdirected %ld, wrongly refused %ld, failed %ld, lost %ld; "
	       "children %ld, reaped %ld, in handlers %ld; unrelated processes %ld\n",
	       play->kills, play->hit, play->refused, play->failed, lost, play->forks, play->reaps,
	       play->in_handlers, play->unrelated);
	if (status != 0)
		printf("the victim ended with status %#x\n", (unsigned int)status);
	if (!is_wrong() && play->kills < asked)
		printf("%ld signals were asked for: raise CHILDREN\n", asked);
	return is_wrong() || lost || play->kills < asked || play->forks != play->reaps ||
	       status != 0;
}

static int run_play(const char *library, const char *kills)
{
	int fd = memfd_create("play", 0), last_pid = open_last_pid(), status = 0;
	pid_t victim, unrelated;

	if (fd < 0 || ftruncate(fd, sizeof(struct play)) < 0)
		fail("memory");
	play = map_play(fd);
	turn_back(last_pid);
	unrelated = fork();
	if (unrelated == 0)
		keep_unrelated(last_pid);
	victim = fork();
	if (victim == 0)
		become_victim(library, fd, kills);
	if (unrelated < 0 || victim < 0 || waitpid(victim, &status, 0) != victim)
		fail("the play");
	atomic_store(&play->over, 1);
	waitpid(unrelated, NULL, 0);
	return report(status, atol(kills));
}

int main(int argc, char **argv)
{
	sigset_t set = the_signal();

	sigprocmask(SIG_BLOCK, &set, NULL);
	if (argc == 4 && strcmp(argv[1], "victim") == 0) {
		play = map_play(atoi(argv[2]));
		goal = atol(argv[3]);
		be_victim();
	}
	if (argc != 3)
		return 99;
	namespace_enter();
	return run_play(argv[1], argv[2]);
}
