// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/trusted.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "core/evidence/segment.h"
#include "core/evidence/table.h"
#include "core/time/moment.h"

/* With a name that no run uses: a program may attach the run's table at any time, so a table that
 * was made for a trial could not be removed. */
static int try_segment(struct pe_moment_pair now)
{
	char name[PE_TABLE_NAME];
	struct pe_table *t;

	snprintf(name, sizeof(name), "pidepoch trial %d %lld", getpid(), (long long)now.boot);
	t = pe_table_map_at(name, true);
	if (!t)
		return -ENOSPC;
	pe_table_unmap(t);
	shmctl(shmget(pe_segment_key(name), 0, 0), IPC_RMID, NULL);
	return 0;
}

static int try_table(struct pe_moment_pair now)
{
	char name[PE_TABLE_NAME];
	struct pe_table *t;

	if (!pe_table_name(name))
		return -ENODATA;
	t = pe_table_map_at(name, false);
	if (t)
		pe_table_unmap(t);
	else if (shmget(pe_segment_key(name), 0, 0) >= 0 || errno == EACCES)
		return -EACCES;
	return t ? 0 : try_segment(now);
}

void pe_trusted_examine(struct pe_trusted *t)
{
	struct pe_moment_pair now = pe_moment_read();

	t->file_times = pe_moment_boot_is_good(now);
	t->table = try_table(now);
}
