/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listener - for test programs: which of a watched program's system calls does the filter notify?
 *
 *   test script:   PROGRAM pidepoch run ... -- PROGRAM SCENARIO
 *
 *   outside, unwatched                          inside, watched
 *   listener_serve()                            listener_notifies()
 *     stop the worker              <-- tid ------
 *                                  -- go ------->   make the call
 *     done is readable: continued  <-- done -----
 *     or the thread sleeps in it: notified; let the worker go on, and wait for done
 *                                  -- answer --->
 *
 * While the worker is stopped, a notified call cannot return, and any other returns. Both are seen
 * as states; no time is measured.
 */
#ifndef TESTS_SUPPORT_LISTENER_H
#define TESTS_SUPPORT_LISTENER_H

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

/* the inside's ends of the two pipes */
#define LISTENER_ASK	60
#define LISTENER_ANSWER 61

static inline _Noreturn void listener_fail(const char *what)
{
	perror(what);
	exit(99);
}

/* --- outside --- */

static inline char listener_state(int pid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		listener_fail(path);
	fclose(f);
	return state;
}

/* Does thread @tid sleep in a system call, other than the read of its answer? A call under test
 * never does by itself. */
static inline bool listener_is_held(int tid)
{
	char path[32], text[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return text[0] >= '0' && text[0] <= '9' && atol(text) != SYS_read;
}

static inline char listener_judge(int worker, int tid, int ask, int answer)
{
	struct pollfd done = { .fd = ask, .events = POLLIN };
	bool notified = false;
	char c;

	kill(worker, SIGSTOP);
	while (listener_state(worker) != 'T')
		sched_yield();
	if (write(answer, "", 1) != 1)
		listener_fail("answer");
	while (!notified && poll(&done, 1, 0) == 0) {
		notified = listener_is_held(tid);
		sched_yield();
	}
	kill(worker, SIGCONT);
	if (read(ask, &c, 1) != 1)
		listener_fail("the watched program ended in the call");
	return notified;
}

/* Run @command, which starts the watched program, and answer its questions until it ends. Returns
 * its exit status. */
static inline int listener_serve(char **command)
{
	int ask[2], answer[2], status, worker = 0;
	int tid;
	pid_t session;
	char c;

	if (pipe(ask) != 0 || pipe(answer) != 0 || (session = fork()) < 0)
		listener_fail("listener");
	if (session == 0) {
		setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(ask[1], LISTENER_ASK) < 0 || dup2(answer[0], LISTENER_ANSWER) < 0)
			listener_fail("dup2");
		for (int i = 0; i < 2; i++) {
			close(ask[i]);
			close(answer[i]);
		}
		execvp(command[0], command);
		listener_fail(command[0]);
	}
	close(ask[1]);
	close(answer[0]);
	while (read(ask[0], &tid, sizeof(tid)) == sizeof(tid)) {
		if (!worker)
			worker = worker_find_in(session, 0);
		c = listener_judge(worker, tid, ask[0], answer[1]);
		if (write(answer[1], &c, 1) != 1)
			listener_fail("answer");
	}
	if (waitpid(session, &status, 0) != session || !WIFEXITED(status))
		listener_fail("the watched program");
	return WEXITSTATUS(status);
}

/* --- inside --- */

/* Make @call with @arg: a call that never sleeps by itself, or several. Was one of them
 * notified? */
static inline bool listener_notifies(void (*call)(void *), void *arg)
{
	int tid = gettid();
	char c;

	if (write(LISTENER_ASK, &tid, sizeof(tid)) != sizeof(tid) ||
	    read(LISTENER_ANSWER, &c, 1) != 1)
		listener_fail("no listener_serve() outside");
	call(arg);
	if (write(LISTENER_ASK, "", 1) != 1 || read(LISTENER_ANSWER, &c, 1) != 1)
		listener_fail("no answer");
	return c;
}

#endif
