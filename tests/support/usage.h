/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * usage - compare two answers of the kernel about what a child used.
 */
#ifndef TESTS_SUPPORT_USAGE_H
#define TESTS_SUPPORT_USAGE_H

#include <stdbool.h>
#include <sys/resource.h>

#define USAGE_MOST_US 1000000 /* more time than a zombie can take to leave its processor */

static inline bool usage_time_follows(const struct timeval *then, const struct timeval *now)
{
	long us = (now->tv_sec - then->tv_sec) * 1000000 + now->tv_usec - then->tv_usec;

	return us >= 0 && us < USAGE_MOST_US;
}

/* Is @now the usage of the zombie whose usage was @then? Its time and its context switches still
 * count until it has left its processor, which may be after its parent was woken. */
static inline bool usage_follows(const struct rusage *then, const struct rusage *now)
{
	return usage_time_follows(&then->ru_utime, &now->ru_utime) &&
	       usage_time_follows(&then->ru_stime, &now->ru_stime) &&
	       now->ru_nvcsw >= then->ru_nvcsw && now->ru_nvcsw <= then->ru_nvcsw + 2 &&
	       now->ru_nivcsw >= then->ru_nivcsw && now->ru_nivcsw <= then->ru_nivcsw + 2 &&
	       now->ru_maxrss == then->ru_maxrss && now->ru_minflt == then->ru_minflt &&
	       now->ru_majflt == then->ru_majflt && now->ru_inblock == then->ru_inblock &&
	       now->ru_oublock == then->ru_oublock && now->ru_nswap == then->ru_nswap &&
	       now->ru_msgsnd == then->ru_msgsnd && now->ru_msgrcv == then->ru_msgrcv &&
	       now->ru_nsignals == then->ru_nsignals && now->ru_ixrss == then->ru_ixrss &&
	       now->ru_idrss == then->ru_idrss && now->ru_isrss == then->ru_isrss;
}

#endif
