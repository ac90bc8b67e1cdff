// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/resume.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "core/sys.h"

#define TIMES	 20
#define INTERVAL 100000000 /* ns */

static struct {
	pid_t owner; /* of the timer: a child does not inherit it */
	timer_t timer;
	int monitor; /* its pidfd, or -1: there is none */
	volatile sig_atomic_t left;
} resume;

static void expire_every(long ns)
{
	const struct itimerspec how = { { .tv_nsec = ns }, { .tv_nsec = ns } };

	timer_settime(resume.timer, 0, &how, NULL);
}

static void on_continue(int signal)
{
	(void)signal;
	pe_sys_pidfd_send_signal(resume.monitor, SIGCONT, NULL, 0);
	if (--resume.left == 0)
		expire_every(0);
}

static bool prepare(const struct pe_worker *s)
{
	const struct sigaction how = { .sa_handler = on_continue, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGCONT };
	sigset_t one;

	if (timer_create(CLOCK_MONOTONIC, &event, &resume.timer) < 0)
		return false;
	if (resume.owner && resume.monitor >= 0)
		pe_sys_close(resume.monitor); /* that of the process that this one is a copy of */
	resume.monitor = s->no_monitor ? -1 : pe_sys_pidfd_open(s->ours[0], 0);
	sigaction(SIGCONT, &how, NULL);
	sigemptyset(&one);
	sigaddset(&one, SIGCONT);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	resume.owner = getpid();
	return true;
}

void pe_resume_soon(const struct pe_worker *s)
{
	if (resume.owner != getpid() && !prepare(s))
		return;
	resume.left = TIMES;
	expire_every(INTERVAL);
}
