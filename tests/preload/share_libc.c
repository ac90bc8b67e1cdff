/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S17 inside libc: natively pclose() and system() lose the status of their shell to a wait for any
 * child in a signal handler; under --waits=share they get it, each time. What else system() does is
 * as in libc.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/share.h"

static int rounds(void)
{
	return shares() && !getenv("PIDEPOCH_QUICK") ? 1000 : 20;
}

/* natively lost: -1, ECHILD */
static bool is_expected(int n, int status)
{
	return shares() ? n == status << 8 : n == -1 && errno == ECHILD;
}

static void handle(int sig, void (*handler)(int sig))
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART };

	MUST(sigaction(sig, &act, NULL) == 0);
}

/* --- pclose: a SIGCHLD handler was first --- */

static void until_taken(void)
{
	sigset_t child, none;

	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	MUST(sigprocmask(SIG_BLOCK, &child, NULL) == 0);
	while (!taken)
		sigsuspend(&none);
	MUST(sigprocmask(SIG_UNBLOCK, &child, NULL) == 0);
}

static void one_pipe(int status)
{
	char command[16], line[16] = "";
	FILE *stream;

	snprintf(command, sizeof(command), "exit %d", status);
	taken = 0;
	stream = popen(command, "r"); /* the handler often runs in here */
	MUST(stream && !fgets(line, sizeof(line), stream));
	until_taken();
	errno = 0;
	MUST(is_expected(pclose(stream), status));
}

static void pipes(void)
{
	handle(SIGCHLD, on_child);
	for (int i = 0; i < rounds(); i++)
		one_pipe(i % 100);
	signal(SIGCHLD, SIG_DFL);
}

/* no wait but libc's: as without the option; and a stream that popen() has not made */
static void undisturbed(void)
{
	FILE *stream = popen("exit 7", "r"), *volatile other;

	MUST(stream && pclose(stream) == 7 << 8);
	other = fopen("/dev/null", "r");
	MUST(other && pclose(other) == 0);
	MUST(system("exit 9") == 9 << 8);
	MUST(system("kill -KILL $$") == SIGKILL);
	MUST(system(NULL) != 0);
	MUST(system("no-such-program-here 2>/dev/null") == 127 << 8);
	MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

/* --- system: a handler that runs during its wait takes the shell's status --- */

static int ends[2];

/* The shell ends when this handler runs. */
static void on_user(int sig)
{
	int before = errno;

	(void)sig;
	MUST(write(ends[1], "\n", 1) == 1);
	while (waitpid(-1, NULL, 0) == -1 && errno == EINTR)
		;
	taken++;
	errno = before;
}

static void shells(void)
{
	char command[64];

	MUST(pipe(ends) == 0);
	handle(SIGUSR1, on_user);
	for (int i = 0; i < rounds(); i++) {
		snprintf(command, sizeof(command), "kill -USR1 $PPID; read x <&%d; exit %d",
			 ends[0], i % 100);
		taken = 0;
		errno = 0;
		MUST(is_expected(system(command), i % 100));
		MUST(taken == 1);
	}
	close(ends[0]);
	close(ends[1]);
}

/* --- signals, and cancellation --- */

static bool ignores(const char *signal_name)
{
	char command[64];

	snprintf(command, sizeof(command), "kill -%s $PPID; exit 5", signal_name);
	return system(command) == 5 << 8;
}

static void signals(void)
{
	struct sigaction act;
	sigset_t mask;

	/* the parent ignores them meanwhile, and the shell does not */
	MUST(ignores("INT") && ignores("QUIT"));
	MUST(system("kill -INT $$; exit 3") == SIGINT);
	MUST(sigaction(SIGINT, NULL, &act) == 0 && act.sa_handler == SIG_DFL);
	MUST(sigaction(SIGQUIT, NULL, &act) == 0 && act.sa_handler == SIG_DFL);
	MUST(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && !sigismember(&mask, SIGCHLD));
	/* what is ignored before stays ignored in the shell */
	signal(SIGINT, SIG_IGN);
	MUST(system("kill -INT $$; exit 3") == 3 << 8);
	signal(SIGINT, SIG_DFL);
}

static void *endless(void *unused)
{
	char command[64];

	snprintf(command, sizeof(command), "echo >&%d; exec sleep 1000", ends[1]);
	system(command);
	return unused;
}

static void cancelled(void)
{
	pthread_t thread;
	void *result;
	char byte;

	MUST(pipe(ends) == 0);
	MUST(pthread_create(&thread, NULL, endless, NULL) == 0);
	MUST(read(ends[0], &byte, 1) == 1);
	MUST(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
	MUST(result == PTHREAD_CANCELED);
	MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD); /* it was killed, and reaped */
	close(ends[0]);
	close(ends[1]);
}

/* --- another thread waits for any child, all the time --- */

static atomic_bool thief_ends;

static void *thief(void *unused)
{
	const struct timespec moment = { .tv_nsec = 50000 };

	while (!atomic_load(&thief_ends))
		if (waitpid(-1, NULL, 0) == -1)
			nanosleep(&moment, NULL);
	return unused;
}

static void beside_a_thief(void)
{
	pthread_t thread;

	if (!shares())
		return;
	MUST(pthread_create(&thread, NULL, thief, NULL) == 0);
	for (int i = 0; i < 300; i++) {
		FILE *stream = popen("exit 3", "r");

		MUST(stream && pclose(stream) == 3 << 8);
		MUST(system("exit 4") == 4 << 8);
		MUST(system(NULL) != 0);
	}
	atomic_store(&thief_ends, true);
	MUST(pthread_join(thread, NULL) == 0);
}

static void run_scenario(void)
{
	undisturbed();
	signals();
	cancelled();
	pipes();
	shells();
	beside_a_thief();
	undisturbed();
}

int main(int argc, char **argv)
{
	(void)argv;
	share_begin(argc, run_scenario);
	share_run("kernel", false);
	share_run("share", false);
	return 0;
}
