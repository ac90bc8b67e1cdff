// SPDX-License-Identifier: LGPL-2.1-or-later
/* A program without libc waits by pidepoch_raw.h: 0 if its child's status came. (It begins at
 * _start.) */
#include <pidepoch_raw.h>

#if defined(__x86_64__)
enum { CLONE = 56, EXIT = 231, KILL = 62 };
#else
enum { CLONE = 220, EXIT = 94, KILL = 129 };
#endif

static int run_scenario(void)
{
	struct pidv v = { 0, 0, PIDV_TAGGED, PIDV_NEW, 0 };
	pidepoch_snapshot_t snapshot = 0;
	long pid = pidepoch_raw_call(CLONE, SIGCHLD, 0, 0, 0, 0), epoch;

	if (pid == 0)
		pidepoch_raw_call(EXIT, 3, 0, 0, 0, 0);
	epoch = pidepoch_raw_call(PIDEPOCH_NR_ref, pid, 0, 0, 0, 0);
	if (epoch < 0)
		return epoch == -38 ? 38 : 1;
	v.pid = (pid_t)pid;
	v.epoch = (pidepoch_t)epoch;
	if (pidepoch_raw_waitpidv(&v, 1, &snapshot, 0, (struct waitpidv_more *)0) != 1)
		return 2;
	return v.state != PIDV_EXITED || v.status != 3 << 8 || !snapshot;
}

void _start(void);

#if defined(__x86_64__)
__attribute__((force_align_arg_pointer))
#endif
void _start(void)
{
	pidepoch_raw_call(EXIT, run_scenario(), 0, 0, 0, 0);
	__builtin_unreachable();
}
