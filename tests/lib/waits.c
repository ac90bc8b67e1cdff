/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pidepoch_waitid() returns what waitid() returns, for the intended child and for no other. */
#include <pthread.h>
#include <sys/resource.h>

#include "api.h"

static pid_t child_exiting_with(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	MUST(pid > 0);
	return pid;
}

static void an_exit(void)
{
	struct pidepoch_ref c = api_ref(child_exiting_with(7));
	siginfo_t info = { .si_pid = 0 };
	struct rusage used;

	memset(&used, 0x55, sizeof(used));
	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WEXITED | WNOWAIT, NULL) == 0);
	MUST(info.si_pid == c.pid && info.si_status == 7 && info.si_code == CLD_EXITED);
	info.si_pid = 0;
	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WEXITED, &used) == 0);
	MUST(info.si_pid == c.pid && info.si_status == 7);
	MUST(used.ru_utime.tv_usec >= 0 && used.ru_utime.tv_usec < 1000000);
	MUST(api_refused(pidepoch_waitid(c.pid, c.epoch, &info, WEXITED, NULL)));
}

static void stops_and_continues(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	siginfo_t info = { .si_pid = 1 };

	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WEXITED | WNOHANG, NULL) == 0);
	MUST(info.si_pid == 0);
	MUST(pidepoch_kill(c.pid, c.epoch, SIGSTOP) == 0);
	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WSTOPPED, NULL) == 0);
	MUST(info.si_code == CLD_STOPPED && info.si_status == SIGSTOP);
	MUST(pidepoch_kill(c.pid, c.epoch, SIGCONT) == 0);
	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WCONTINUED, NULL) == 0);
	MUST(info.si_code == CLD_CONTINUED);
	MUST(pidepoch_kill(c.pid, c.epoch, SIGKILL) == 0);
	MUST(pidepoch_waitid(c.pid, c.epoch, &info, WEXITED | WSTOPPED, NULL) == 0);
	MUST(info.si_code == CLD_KILLED && info.si_status == SIGKILL);
}

/* The kernel reaps first, and then fails to write the result. */
static void a_bad_pointer(void)
{
	struct pidepoch_ref c = api_ref(child_exiting_with(7));
	siginfo_t *nowhere = api_bad_pointer();

	MUST(pidepoch_waitid(c.pid, c.epoch, nowhere, WEXITED | WNOWAIT, NULL) == -1);
	MUST(errno == EFAULT);
	MUST(pidepoch_waitid(c.pid, c.epoch, nowhere, WEXITED, NULL) == -1 && errno == EFAULT);
	MUST(waitpid(c.pid, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void nobodys_child(void)
{
	struct pidepoch_ref p = api_ref(getppid());
	siginfo_t info;

	MUST(pidepoch_waitid(p.pid, p.epoch, &info, WEXITED | WNOHANG, NULL) == -1);
	MUST(errno == ECHILD);
	MUST(pidepoch_waitid(p.pid, p.epoch, &info, 0, NULL) == -1 && errno == EINVAL);
}

static int lowest_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void *wait_for(void *arg)
{
	struct pidepoch_ref *c = arg;
	siginfo_t info;

	pidepoch_waitid(c->pid, c->epoch, &info, WEXITED, NULL);
	return NULL;
}

/* cancelled, it has consumed nothing and left nothing open */
static void a_cancellation(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	int before = lowest_descriptor();
	pthread_t waiter;
	void *result;

	MUST(pthread_create(&waiter, NULL, wait_for, &c) == 0);
	MUST(pthread_cancel(waiter) == 0);
	MUST(pthread_join(waiter, &result) == 0);
	MUST(result == PTHREAD_CANCELED);
	MUST(lowest_descriptor() == before);
	api_end(c.pid);
}

static void run_scenario(void)
{
	an_exit();
	stops_and_continues();
	a_bad_pointer();
	nobodys_child();
	a_cancellation();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
