/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "core/identity.h"
#include "marker.h"

static int copy_in(pid_t pid, const void *from, void *to, size_t size)
{
	const struct iovec local = { to, size }, remote = { (void *)from, size };
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	return n < 0 ? -errno : (size_t)n == size ? 0 : -EIO;
}

/* 0; -EAGAIN: that frame has not been made, or is still the parent's */
static int read_frame(pid_t pid, const struct pe_process *at, struct pe_account *account)
{
	struct pe_process *copy = malloc(sizeof(*copy) + _Alignof(struct pe_process));
	struct pe_process *frame;
	struct pe_settings set;
	uint32_t alive = 0;
	int err = -ENOMEM;

	if (!copy)
		return err;
	frame = (struct pe_process *)(((uintptr_t)copy + _Alignof(struct pe_process) - 1) &
				      ~(_Alignof(struct pe_process) - 1));
	err = copy_in(pid, at, frame, sizeof(*frame));
	if (err == 0 && !atomic_load(&frame->life))
		err = -EAGAIN;
	if (err == 0)
		err = copy_in(pid, atomic_load(&frame->life), &alive, sizeof(alive));
	if (err == 0 && !alive)
		err = -EAGAIN;
	if (err == 0)
		err = copy_in(pid, frame->set, &set, sizeof(set));
	if (err == 0)
		pe_account_of(frame, set.old_bytes_most, account);
	free(copy);
	return err;
}

/* Look for a marker in @size bytes at @from of the process. */
static int search(pid_t pid, uint64_t from, size_t size, struct pe_account *account)
{
	struct pe_account_marker m;
	char *bytes = size <= PE_MARKER_LARGEST ? malloc(size) : NULL;
	int err = bytes ? copy_in(pid, (void *)(uintptr_t)from, bytes, size) : -ENOMEM;

	if (err == 0 && !pe_marker_find(bytes, size, &m))
		err = -ENOENT;
	if (err == 0)
		err = pe_marker_is_ours(&m) ? read_frame(pid, m.frame, account) : -EPROTO;
	free(bytes);
	return err;
}

/* Where two copies are mapped, one is asleep. */
static int search_all(pid_t pid, FILE *maps, struct pe_account *account)
{
	int err = -ENOENT, now;
	size_t room = 0, size;
	char *line = NULL;
	uint64_t from;

	while (err != 0 && getline(&line, &room, maps) >= 0) {
		from = pe_marker_candidate(line, &size);
		if (!from)
			continue;
		now = search(pid, from, size, account);
		if (now != -ENOENT)
			err = now;
	}
	free(line);
	return err;
}

int pe_status_read(pid_t pid, struct pe_account *account)
{
	char path[32];
	FILE *maps;
	int err;

	if (pe_identity_proc_is_ours() != 0)
		return -ENODATA; /* it would show somebody else's maps, or nobody's */
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? -ESRCH : -errno;
	err = search_all(pid, maps, account);
	fclose(maps);
	return err;
}
