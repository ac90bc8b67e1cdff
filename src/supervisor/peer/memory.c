// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "core/maps.h"
#include "supervisor/peer/proc.h"

int pe_memory_open(struct pe_memory *m, const char *proc, int pid)
{
	m->mem = pe_proc_open(O_RDWR, "%s%d/mem", proc, pid);
	if (m->mem < 0)
		return m->mem == -ENOENT || m->mem == -ESRCH ? -ESRCH : -ENOSYS;
	m->maps = pe_proc_open(O_RDONLY, "%s%d/maps", proc, pid);
	if (m->maps >= 0)
		return 0;
	close(m->mem);
	return -ENOSYS;
}

void pe_memory_close(const struct pe_memory *m)
{
	if (m->mem < 0)
		return;
	close(m->mem);
	close(m->maps);
}

FILE *pe_memory_maps(const struct pe_memory *m)
{
	int copy = dup(m->maps);
	FILE *f = copy < 0 ? NULL : fdopen(copy, "r");

	if (f)
		rewind(f);
	else if (copy >= 0)
		close(copy);
	return f;
}

/* --- protection (memory.3) --- */

/* The end of the mapping at @at with this protection; 0: none; -errno: the kernel lacks the
 * ioctl. */
static int64_t end_by_query(int maps, uint64_t at, uint64_t wanted)
{
	struct pe_maps_query q;
	int error = pe_maps_query(maps, at, wanted, &q);

	if (error == 0)
		return (int64_t)q.end;
	return error == -ENOENT || error == -ESRCH ? 0 : error;
}

/* The same from the text of /proc/PID/maps, for older kernels. */
static uint64_t end_by_text(const struct pe_memory *m, uint64_t at, uint64_t wanted)
{
	FILE *f = pe_memory_maps(m);
	struct pe_maps_line line;
	uint64_t end = 0;
	char text[4352];

	while (f && !end && fgets(text, sizeof(text), f))
		if (pe_maps_parse(text, &line) && line.start <= at && at < line.end &&
		    (wanted == PE_MAPS_WRITABLE ? line.writable : line.readable))
			end = line.end;
	if (f)
		fclose(f);
	return end;
}

static bool allows(const struct pe_memory *m, uint64_t at, size_t bytes, uint64_t wanted)
{
	uint64_t last = at + bytes;

	if (last < at)
		return false;
	while (at < last) {
		int64_t end = end_by_query(m->maps, at, wanted);

		at = end < 0 ? end_by_text(m, at, wanted) : (uint64_t)end;
		if (at == 0)
			return false;
	}
	return true;
}

/* --- copies --- */

int pe_memory_read(const struct pe_memory *m, uint64_t from, void *to, size_t bytes)
{
	if (!allows(m, from, bytes, PE_MAPS_READABLE))
		return -EFAULT;
	return pread(m->mem, to, bytes, (off_t)from) == (ssize_t)bytes ? 0 : -EFAULT;
}

bool pe_memory_is_writable(const struct pe_memory *m, uint64_t at, size_t bytes)
{
	return allows(m, at, bytes, PE_MAPS_WRITABLE);
}

int pe_memory_write(const struct pe_memory *m, uint64_t to, const void *from, size_t bytes)
{
	if (!allows(m, to, bytes, PE_MAPS_WRITABLE))
		return -EFAULT;
	return pwrite(m->mem, from, bytes, (off_t)to) == (ssize_t)bytes ? 0 : -EFAULT;
}
