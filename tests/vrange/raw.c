/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One promise: the calls of vrange_raw.h work in a static program. */
#include <vrange_raw.h>

#include "check.h"
#include "pressure.h"

#define N      16
#define LENGTH (N * PAGE)

int main(void)
{
	char *m = check_memory(N, 7);
	const int fd = vrange_raw_open();

	check_catch_sigbus();
	if (fd < 0)
		check_skip("userfaultfd is forbidden here");
	CHECK(vrange_raw_mark(fd, m, LENGTH) == 0, "mark");
	CHECK(vrange_raw_unmark(fd, m, LENGTH) == 0 && check_count(m, N, 7) == N, "intact");
	CHECK(vrange_raw_mark(fd, m, LENGTH) == 0, "mark");
	pressure_reclaim_range(m, PAGE);
	CHECK(check_byte(m) == -1, "SIGBUS");
	CHECK(vrange_raw_unmark(fd, m, LENGTH) == 1 && check_count(m, N, 0) == N, "lost");
	return check_done();
}
