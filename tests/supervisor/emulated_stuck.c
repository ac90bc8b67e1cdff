// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program whose pages never arrive does not delay calls of other users (helper.h): neither while
 * the supervisor reads from such a page, nor while it writes to one; and its own call is continued
 * in the end.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "../support/emulated.h"
#include "slow_page.h"

enum { PAGE = 4096, USER = 4711, CALLS = 200 };

/* --- the program's use of its page --- */

static long asks(void *page)
{
	return pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)page, 1, 0, 0, sizeof(struct pidv));
}

static long queues(void *page)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pidepoch_raw_call(SYS_rt_sigqueueinfo, pid, SIGTERM, (long)page, 0, 0);
}

static long is_told(void *page)
{
	return pidepoch_raw_call(SYS_prctl, PR_GET_PID_EPOCH, (long)page, 0, 0, 0);
}

/* a stale use, which is reported on its standard error */
static long is_reported(void *page)
{
	pid_t pid = fork();

	(void)page;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pidepoch_raw_call(SYS_kill, pid, SIGTERM, 0, 0, 0);
}

/* --- another user's calls meanwhile --- */

static void stuck(long (*call)(void *), const struct slow_page *slow)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, slow->fd, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	dup2(slow->fd, 2);
	if (page == MAP_FAILED || (geteuid() == 0 && setresuid(USER, USER, USER) < 0))
		_exit(98);
	number_is("the call is continued", call(page), -ENOSYS);
	fflush(stdout);
	_exit(number_faults != 0);
}

/* @waits: also wait for its end */
static void beside(const char *what, long (*call)(void *), const struct slow_page *slow, bool waits)
{
	int status = 0;
	pid_t pid = fork();
	char c;

	if (pid == 0)
		stuck(call, slow);
	if (read(slow->asked, &c, 1) != 1)
		exit(98);
	/* its page is being waited for */
	for (int i = 0; i < CALLS; i++)
		number_holds("another's call is served", number_ref(getpid()) >= 0);
	number_is(what, waitpid(pid, &status, WNOHANG), 0);
	if (!waits)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (waits)
		number_is("its own end", status, 0);
	number_holds("and one afterwards", number_ref(getpid()) >= 0);
}

/* a page is requested only once: each scenario has its own file system */
static int run_scenario(const char *what, long (*call)(void *), bool waits)
{
	struct slow_page slow;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!slow_page_make(&slow, -1))
			_exit(77);
		beside(what, call, &slow, waits);
		fflush(stdout);
		_exit(number_faults != 0);
	}
	waitpid(pid, &status, 0);
	number_holds(what, status == 0 || WEXITSTATUS(status) == 77);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	(void)argc;
	setenv("PIDEPOCH_ON_STALE", "report", 1);
	if (!number_is_inside())
		number_go_inside(argv);
	alarm(60); /* the tested fault would make the test endless */
	if (run_scenario("the siginfo is being waited for", queues, false) == 77) {
		printf("skip: no FUSE file system can be mounted here\n");
		return 77;
	}
	run_scenario("the notice is being waited for", is_reported, false);
	run_scenario("the answer is being waited for", is_told, false);
	run_scenario("the entries are being waited for", asks, true);
	return number_done();
}
