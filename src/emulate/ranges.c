// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/ranges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vrange.h>

#include "core/sys.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/proc.h"
#include "supervisor/worker/confinement.h"
#include "supervisor/worker/helper.h"

#define PAGE	  UINT64_C(4096)
#define BEHAVIORS (VRANGE_PARTIAL | VRANGE_ZERO | VRANGE_STRICT)
#define THREAD	  O_EXCL /* PIDFD_THREAD, Linux 6.9 */

static uint64_t arg(const struct pe_worker_call *c, int n)
{
	return c->n->data.args[n];
}

/* --- memory (ranges.4) --- */

static bool is_range(uint64_t start, uint64_t length)
{
	return start % PAGE == 0 && start + length >= start;
}

static bool is_mode(uint64_t mode)
{
	return mode == VRANGE_VOLATILE || mode == VRANGE_NONVOLATILE;
}

static long memory(const struct pe_worker_call *c)
{
	const int mode = (int)arg(c, 2), behavior = (int)arg(c, 3);

	if (!is_mode((uint64_t)mode) || (behavior & ~BEHAVIORS) || !is_range(arg(c, 0), arg(c, 1)))
		return -EINVAL;
	return mode == VRANGE_VOLATILE && (behavior & VRANGE_STRICT) ? -EOPNOTSUPP : 0;
}

static long write_purged(struct pe_helper_call *h, void *data)
{
	const uint64_t *to = data;
	const int purged = 0;

	return pe_helper_write(h, *to, &purged, sizeof(purged));
}

/* The form of version 13: vrange(start, length, mode, flags, purged). */
static long memory_13(struct pe_worker_call *c)
{
	const bool up = arg(c, 2) == VRANGE_NONVOLATILE;
	uint64_t purged = arg(c, 4);
	long r = 0;

	if (!is_mode(arg(c, 2)) || arg(c, 3) || !is_range(arg(c, 0), arg(c, 1) + up * (PAGE - 1)))
		return -EINVAL;
	if (purged)
		r = pe_helper_do(c, write_purged, &purged, sizeof(purged));
	return r < 0 ? r : (long)((arg(c, 1) + up * (PAGE - 1)) & ~(PAGE - 1));
}

/* --- files --- */

/* an fvrange() of a caller */
struct request {
	int tid, tgid;
	uint32_t user, group;
	int fd, mode, behavior;
	int64_t offset;
	uint64_t length;
};

/* The lock of the ledger is released by the kernel if this process is killed. */
static bool become(const struct request *r)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { { 0 } };

	if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM)
		return false;
	return syscall(SYS_setresgid, r->group, r->group, r->group) == 0 &&
	       syscall(SYS_setresuid, r->user, r->user, r->user) == 0 &&
	       syscall(SYS_capset, &head, none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* The exit status is the result, or 2 more than its errno. */
static _Noreturn void make(const struct pe_worker *s, const struct request *r, int fd, pid_t helper)
{
	int result = -EPERM;

	if (become(r)) {
		/* a change of user has cleared it */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != helper)
			_exit(0);
		result = s->fvrange(fd, r->offset, r->length, r->mode, r->behavior);
		result = result < 0 ? -errno : result;
	}
	_exit(result < 0 ? 2 - result : result);
}

static long make_apart(const struct pe_worker *s, const struct request *r, int fd)
{
	const pid_t self = getpid(), child = fork();
	int status;

	if (child == 0)
		make(s, r, fd, self);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -ENOMEM;
	return WEXITSTATUS(status) < 2 ? WEXITSTATUS(status) : 2 - WEXITSTATUS(status);
}

/* The caller's descriptor. A thread may have a table of descriptors of its own. */
static int take_descriptor(const struct request *r)
{
	int pidfd = (int)syscall(SYS_pidfd_open, r->tid, THREAD), fd;

	if (pidfd < 0)
		pidfd = pe_sys_pidfd_open(r->tgid, 0);
	if (pidfd < 0)
		return -ENOSYS;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, r->fd, 0);
	if (fd < 0)
		fd = errno == EBADF ? -EBADF : -ENOSYS;
	close(pidfd);
	return fd;
}

static long file_op(struct pe_helper_call *h, void *data)
{
	const struct request *r = data;
	const int fd = take_descriptor(r);
	long result;

	if (fd < 0)
		return fd;
	result = pe_notify_holds(h->listener, h->n->id) ? 0 : -ECANCELED;
	close(h->listener);
	h->listener = -1;
	if (result == 0)
		result = make_apart(h->s, r, fd);
	close(fd);
	return result;
}

/* --- the caller --- */

/* Does the caller have our mount namespace and root directory? */
static bool shares_files(int tid)
{
	struct stat own, its;
	char root[8];
	const int fd = pe_proc_open(O_PATH | O_DIRECTORY, "%d", tid);
	ssize_t n;
	bool shares;

	if (fd < 0)
		return false;
	n = readlinkat(fd, "root", root, sizeof(root));
	shares = n == 1 && root[0] == '/' && fstatat(fd, "ns/mnt", &its, 0) == 0 &&
		 stat("self/ns/mnt", &own) == 0 && its.st_ino == own.st_ino;
	close(fd);
	return shares;
}

static bool read_group(int tid, uint32_t *group)
{
	char value[64];

	if (!pe_proc_status(tid, "Gid", value, sizeof(value)))
		return false;
	*group = (uint32_t)strtoul(value, NULL, 10);
	return true;
}

static long file(struct pe_worker_call *c)
{
	struct request r = {
		.tid = c->peer->tid,
		.tgid = c->peer->tgid,
		.fd = (int)arg(c, 0),
		.offset = (int64_t)arg(c, 1),
		.length = arg(c, 2),
		.mode = (int)arg(c, 3),
		.behavior = (int)arg(c, 4),
	};
	uint32_t users[4];
	long result;

	if (!shares_files(r.tid))
		return -ENOSYS;
	if (pe_confinement_any(c) || !pe_proc_shares_user_namespace(r.tid) ||
	    !pe_proc_users(r.tid, users) || !read_group(r.tid, &r.group))
		return -EPERM;
	r.user = users[0];
	result = pe_helper_do(c, file_op, &r, sizeof(r));
	return result == -ECANCELED ? PE_WORKER_CONTINUE : result;
}

long pe_ranges_serve(struct pe_worker_call *c)
{
	if (!c->s->fvrange)
		return PE_WORKER_CONTINUE;
	switch (c->n->data.nr) {
	case VRANGE_NR_mvrange:
		return memory(c);
	case VRANGE_NR_fvrange:
		return file(c);
	case VRANGE_NR_vrange:
		return memory_13(c);
	}
	return PE_WORKER_CONTINUE;
}
