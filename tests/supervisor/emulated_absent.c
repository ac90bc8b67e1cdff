// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where no supervisor runs, the emulated calls fail with ENOSYS and the prctl options with
 * EINVAL, as on a kernel that lacks them. */
#include <sys/prctl.h>

#include "../support/emulated.h"

int main(void)
{
	struct pidv v = { .pid = getpid() };
	pidepoch_snapshot_t snapshot = 0;

	for (long nr = PIDEPOCH_NR_BASE; nr < PIDEPOCH_NR_BASE + 16; nr++)
		number_is("a number", number_call(nr, getpid(), 0, 0, 0), -ENOSYS);
	for (int option = PR_GET_PID_EPOCH; option <= PR_SET_PID_EPOCH_SIGNAL; option++)
		number_holds("a prctl", prctl(option, &snapshot, 0, 0, 0) < 0 && errno == EINVAL);
	number_is("the loop", pidepoch_raw_waitpidv(&v, 1, NULL, 0, NULL), -ENOSYS);
	number_is("with a snapshot",
		  (snapshot = 1, pidepoch_raw_waitpidv(&v, 1, &snapshot, 0, NULL)), -ENOSYS);
	return number_done();
}
