// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/handles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys.h"

struct handle {
	uint32_t bytes;
	int type;
	uint64_t inode;
};

/* It leads a group, in which it leaves a member until the other end of @leash is closed. */
static pid_t fork_leader(const int leash[2])
{
	pid_t leader = fork();
	char c;

	if (leader != 0)
		return leader;
	close(leash[1]);
	if (setpgid(0, 0) == 0 && fork() == 0)
		_exit(read(leash[0], &c, 1) != 0);
	_exit(0);
}

static int handle_of(pid_t pid, struct handle *h)
{
	int fd = pe_sys_pidfd_open(pid, 0), mount, r;

	if (fd < 0)
		return fd;
	*h = (struct handle){ .bytes = sizeof(h->inode) };
	r = pe_sys_name_to_handle_at(fd, h, &mount);
	close(fd);
	return r == -EOPNOTSUPP || r == -EOVERFLOW ? -ENOSYS : r;
}

static int signal_group(const struct handle *h, int root)
{
	int fd = pe_sys_open_by_handle_at(root, h), r;

	if (fd < 0)
		return fd == -ESTALE || fd == -EBADF ? -ENOSYS : fd;
	r = pe_sys_pidfd_send_signal(fd, 0, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);
	close(fd);
	return r;
}

static int find_reaped(pid_t leader, bool root)
{
	struct handle h;
	int r = handle_of(leader, &h), self;

	if (waitpid(leader, NULL, 0) != leader)
		return -errno;
	if (r < 0)
		return r;
	self = root ? PE_SYS_PIDFS_ROOT : pe_sys_pidfd_open(getpid(), 0);
	r = self < 0 && !root ? self : signal_group(&h, self);
	if (self >= 0)
		close(self);
	return r;
}

int pe_handles_try(bool root)
{
	int leash[2], r;
	pid_t leader;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || pipe2(leash, O_CLOEXEC) < 0)
		return -errno;
	leader = fork_leader(leash);
	r = leader < 0 ? -errno : find_reaped(leader, root);
	close(leash[0]);
	close(leash[1]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return r;
}
