/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S6: the sync point only goes forward and no further than the present, by function and, preloaded,
 * by prctl(); S5: a forked child keeps it. S9: the state kept for a process can be read.
 */
#include <sys/prctl.h>

#include "api.h"

static void by_function(void)
{
	pidepoch_snapshot_t point = pidepoch_get(), now;

	MUST(point != 0 && pidepoch_get() == point);
	now = pidepoch_now();
	MUST(now >= point && pidepoch_get() == point);
	MUST(pidepoch_set(now) == 0 && pidepoch_get() == now);
	MUST(pidepoch_set(now + ((pidepoch_snapshot_t)1 << 32)) == -1 && errno == EINVAL);
	MUST(pidepoch_set(now - 1) == -1 && errno == EINVAL);
	MUST(pidepoch_get() == now);
}

static void by_prctl(void)
{
	pidepoch_snapshot_t point = 0;
	int signal = -1;

	if (!api_preloaded()) { /* the kernel's own answer */
		MUST(prctl(PR_GET_PID_EPOCH, &point) == -1 && errno == EINVAL);
		return;
	}
	MUST(prctl(PR_GET_PID_EPOCH, &point) == 0 && point == pidepoch_get());
	MUST(prctl(PR_SET_PID_EPOCH, point, 0L) == 0);
	MUST(prctl(PR_SET_PID_EPOCH, point >> 22, PIDEPOCH_LAP) == 0 && pidepoch_get() == point);
	MUST(prctl(PR_SET_PID_EPOCH, point + ((pidepoch_snapshot_t)9 << 22), 0L) == -1);
	MUST(errno == EINVAL);
	MUST(prctl(PR_SET_PID_EPOCH, point, 2L) == -1 && errno == EINVAL);
	MUST(prctl(PR_GET_PID_EPOCH, NULL) == -1 && errno == EFAULT);
	MUST(prctl(PR_SET_PID_EPOCH_SIGNAL, SIGUSR1) == 0);
	MUST(prctl(PR_GET_PID_EPOCH_SIGNAL, &signal) == 0 && signal == SIGUSR1);
	MUST(prctl(PR_SET_PID_EPOCH_SIGNAL, 65) == -1 && errno == EINVAL);
	MUST(prctl(PR_SET_PID_EPOCH_SIGNAL, 0) == 0);
	/* and the kernel's options are the kernel's */
	MUST(prctl(PR_GET_DUMPABLE) >= 0);
	MUST(prctl(0x50450099) == -1 && errno == EINVAL);
}

static void over_fork(void)
{
	pidepoch_snapshot_t point = pidepoch_get();
	struct pidepoch_ref parent = api_ref(getpid());
	int status;
	pid_t pid;

	MUST(pidepoch_set_signal(SIGUSR1) == 0);
	pid = fork();
	if (pid == 0) {
		MUST(pidepoch_get() == point);
		/* the state in its copied memory stays valid */
		MUST(pidepoch_kill(parent.pid, parent.epoch, 0) == 0);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
	MUST(pidepoch_set_signal(0) == 0);
	MUST(pidepoch_set_signal(-1) == -1 && errno == EINVAL);
}

static void accounts(void)
{
	struct pidepoch_stats s = { .size = sizeof(s) };
	pid_t pid = api_child();

	(void)api_ref(pid);
	MUST(pidepoch_stats(&s) == 0);
	MUST(s.sync == pidepoch_get() && s.now >= s.sync);
	MUST(s.children == (api_preloaded() ? 1 : 0));
	MUST(s.bytes > 0 && s.old_bytes <= s.bound && s.retired_early == 0);
	/* a caller with an older header, whose structure ends earlier */
	memset(&s, 0x55, sizeof(s));
	s.size = offsetof(struct pidepoch_stats, children);
	MUST(pidepoch_stats(&s) == 0 && s.children == 0x5555555555555555);
	s.size = sizeof(s) + 1;
	MUST(pidepoch_stats(&s) == -1 && errno == EINVAL);
	s.size = 0;
	MUST(pidepoch_stats(&s) == -1 && errno == EINVAL);
	api_end(pid);
}

static void run_scenario(void)
{
	by_function();
	by_prctl();
	over_fork();
	accounts();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
