/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/evidence/handle.h"

int pe_handle_of(int pidfd, struct pe_handle *h)
{
	int mount, err;

	*h = (struct pe_handle){ .bytes = sizeof(h->inode) };
	err = pe_sys_name_to_handle_at(pidfd, h, &mount);
	return err ? err : h->bytes == sizeof(h->inode) ? 0 : -ENODATA;
}

int pe_handle_type(void)
{
	int own = pe_sys_pidfd_open(pe_sys_getpid(), 0);
	struct pe_handle h = { .type = 0 };

	if (own < 0)
		return 0;
	if (pe_handle_of(own, &h) != 0)
		h.type = 0;
	pe_sys_close(own);
	return h.type;
}

/* Any pidfd identifies the file system. */
static int open_by_own_pidfd(const struct pe_handle *h)
{
	int own = pe_sys_pidfd_open(pe_sys_getpid(), 0);
	int fd = own < 0 ? own : pe_sys_open_by_handle_at(own, h);

	if (own >= 0)
		pe_sys_close(own);
	return fd;
}

int pe_handle_open(const struct pe_handle *h, bool old)
{
	int fd = old ? -EBADF : pe_sys_open_by_handle_at(PE_SYS_PIDFS_ROOT, h);

	return fd == -EBADF ? open_by_own_pidfd(h) : fd;
}
