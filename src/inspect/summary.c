// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/summary.h"

#include <errno.h>
#include <stdio.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "core/evidence/segment.h"

int pe_summary_make(char name[PE_SUMMARY_NAME])
{
	struct timespec now;
	void *tally;

	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(name, PE_SUMMARY_NAME, "pidepoch summary %d %lld.%09ld", getpid(),
		 (long long)now.tv_sec, now.tv_nsec);
	tally = pe_segment_attach(name, sizeof(struct pe_tally), true);
	if (!tally)
		return -ENOMEM;
	pe_segment_detach(tally);
	return 0;
}

int pe_summary_take(const char *name, struct pe_tally *out)
{
	struct pe_tally *tally = pe_segment_attach(name, sizeof(*tally), false);
	int id;

	if (!tally)
		return -ENOENT;
	*out = *tally;
	pe_segment_detach(tally);
	id = shmget(pe_segment_key(name), 0, 0);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return 0;
}
