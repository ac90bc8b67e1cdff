// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/kernel/handles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/evidence/handle.h"
#include "core/sys.h"

/* The child leads a group and leaves a member in it until the other end of @leash is closed. */
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

static int handle_of(pid_t pid, struct pe_handle *h)
{
	int fd = pe_sys_pidfd_open(pid, 0), r;

	if (fd < 0)
		return fd;
	r = pe_handle_of(fd, h);
	close(fd);
	return r == -EOPNOTSUPP || r == -EOVERFLOW || r == -ENODATA ? -ENOSYS : r;
}

static int open_handle(const struct pe_handle *h, bool root)
{
	return root ? pe_sys_open_by_handle_at(PE_SYS_PIDFS_ROOT, h) : pe_handle_open(h, true);
}

static int find_reaped(pid_t leader, bool root)
{
	struct pe_handle h;
	int r = handle_of(leader, &h), fd;

	if (waitpid(leader, NULL, 0) != leader)
		return -errno;
	if (r < 0)
		return r;
	fd = open_handle(&h, root);
	if (fd < 0)
		return fd == -ESTALE || fd == -EBADF ? -ENOSYS : fd;
	r = pe_sys_pidfd_send_signal(fd, 0, NULL, PE_SYS_SIGNAL_PROCESS_GROUP);
	close(fd);
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
