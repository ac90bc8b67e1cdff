/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/eventfd.h>

#include "core/sys.h"
#include "core/time/moment.h"

/* the range of an anonymous inode's stamp, as boot time, if the wall clock was not stepped */
#define EARLIEST (-2000)
#define LATEST	 5000

static int64_t ms_of(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

static int64_t read_clock(int clock)
{
	struct timespec t = { 0 };

	pe_sys_clock_gettime(clock, &t);
	return ms_of(&t);
}

int64_t pe_moment_now(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

struct pe_moment_pair pe_moment_read(void)
{
	return (struct pe_moment_pair){ read_clock(CLOCK_REALTIME), read_clock(CLOCK_BOOTTIME) };
}

static int64_t offset(struct pe_moment_pair p)
{
	return p.real - p.boot;
}

enum pe_moment_trust pe_moment_trust(struct pe_moment_pair run, struct pe_moment_pair now,
				     int64_t born, bool boot_is_good)
{
	int64_t moved = offset(now) - offset(run);

	if (moved >= PE_MOMENT_STEP || moved <= -PE_MOMENT_STEP)
		return PE_MOMENT_UNSURE;
	if (born >= run.boot)
		return PE_MOMENT_EXACT;
	return boot_is_good ? PE_MOMENT_MARGIN : PE_MOMENT_UNSURE;
}

bool pe_moment_boot_is_good(struct pe_moment_pair now)
{
	int fd = (int)pe_sys2(SYS_eventfd2, 0, EFD_CLOEXEC);
	struct stat st = { 0 };
	int64_t at;
	int r;

	if (fd < 0)
		return false;
	r = pe_sys_fstat(fd, &st);
	pe_sys_close(fd);
	at = ms_of(&st.st_ctim) - offset(now);
	return r == 0 && at >= EARLIEST && at <= LATEST;
}
