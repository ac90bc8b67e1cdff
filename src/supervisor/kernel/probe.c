// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/kernel/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/kernel.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "supervisor/kernel/connector.h"
#include "supervisor/kernel/handles.h"
#include "supervisor/kernel/notify.h"

#define PIDFS_MAGIC 0x50494446 /* linux/magic.h */
/* linux/pidfd.h, since 6.13: the size of its first version */
#define PIDFD_GET_INFO _IOWR(0xff, 11, char[64])

static int answer(long r)
{
	return r < 0 ? -errno : 0;
}

/* The child's end sends no SIGCHLD: the caller may be about to exec a program. */
static pid_t quiet_fork(void)
{
	return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/* probe.2: 0 or -errno of @f, which runs in a child */
static int in_child(int (*f)(void))
{
	int status;
	pid_t pid = quiet_fork();

	if (pid == 0)
		_exit(-f());
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int open_self(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

/* Tries with a child of the caller, without reaping it first. */
static int try_pidfd(void)
{
	siginfo_t si;
	int fd, r = -ECHILD;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	r = fd < 0 ? -errno : answer(waitid(P_PIDFD, (id_t)fd, &si, WEXITED | WNOWAIT));
	waitpid(pid, NULL, 0);
	if (fd >= 0)
		close(fd);
	return r;
}

static int try_inode(void)
{
	struct statfs fs;
	int fd = open_self();

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == PIDFS_MAGIC ? 0 : -ENOSYS;
}

static int try_info(void)
{
	uint64_t info[8] = { 0 };
	int fd = open_self(), r = fd < 0 ? -errno : answer(ioctl(fd, PIDFD_GET_INFO, info));

	/* an ioctl that a file does not know */
	return r == -ENOTTY || r == -EINVAL ? -ENOSYS : r;
}

static int try_handle(void)
{
	return pe_handles_try(false);
}

static int try_pidfs(void)
{
	return pe_handles_try(true);
}

static int try_wipe(void)
{
	void *page = pe_sys_mmap(PE_SYS_PAGE);

	return page == MAP_FAILED ? -ENOMEM : pe_sys_madvise(page, PE_SYS_PAGE, MADV_WIPEONFORK);
}

/* libc registers one for each thread unless the kernel, a tunable or a filter forbids it */
static int try_rseq(void)
{
	const struct rseq *area =
		(const struct rseq *)((const char *)__builtin_thread_pointer() + __rseq_offset);

	return __rseq_size && (int)area->cpu_id >= 0 ? 0 : -ENOSYS;
}

/* A listener with a filter that notifies no call. */
static int listen_with(bool killable)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	const struct sock_fprog all = { .len = 1, .filter = allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return pe_notify_install(&all, killable);
}

static int try_notify(void)
{
	int fd = listen_with(false);

	return fd < 0 ? fd : 0;
}

static int try_killable(void)
{
	int fd = listen_with(true);

	return fd < 0 ? fd : 0;
}

static int try_sync(void)
{
	int fd = listen_with(false);

	return fd < 0 ? fd : pe_notify_sync(fd);
}

static int try_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	return data[CAP_SYS_ADMIN / 32].effective & (1u << CAP_SYS_ADMIN % 32) ? 0 : -EPERM;
}

/* The monitor needs the /proc of its own pid namespace. */
static int try_children(void)
{
	if (pe_identity_proc_is_ours() != 0)
		return -ENOENT;
	return access("/proc/thread-self/children", R_OK) == 0 ? 0 : -errno;
}

static int try_births(void)
{
	int fd = pe_connector_open(), r = fd < 0 ? fd : pe_connector_listen(fd);

	if (r == 0)
		pe_connector_ignore(fd);
	return r;
}

static int try_io_uring(void)
{
	struct io_uring_params p = { 0 };

	return answer(syscall(SYS_io_uring_setup, 1, &p));
}

static int try_userns(void)
{
	return answer(unshare(CLONE_NEWUSER));
}

static int write_pid_max(void)
{
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, "400", 3) < 0 ? -errno : 0;
}

static int try_pid_max(void)
{
	if (!pe_kernel_is_at_least(6, 14))
		return -ENOSYS;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0 && unshare(CLONE_NEWPID) < 0)
		return -errno;
	return in_child(write_pid_max); /* the first process in the new namespace */
}

static const struct {
	const char *name, *text;
} named[PE_PROBE_COUNT] = {
#define NAMED(id, name, text) { name, text },
	PE_MECHANISMS(NAMED)
#undef NAMED
};

static int (*const tries[PE_PROBE_COUNT])(void) = {
	[PE_PROBE_PIDFD] = try_pidfd,	    [PE_PROBE_INODE] = try_inode,
	[PE_PROBE_INFO] = try_info,	    [PE_PROBE_WIPE] = try_wipe,
	[PE_PROBE_HANDLE] = try_handle,	    [PE_PROBE_PIDFS] = try_pidfs,
	[PE_PROBE_RSEQ] = try_rseq,	    [PE_PROBE_NOTIFY] = try_notify,
	[PE_PROBE_KILLABLE] = try_killable, [PE_PROBE_SYNC] = try_sync,
	[PE_PROBE_ADMIN] = try_admin,	    [PE_PROBE_CHILDREN] = try_children,
	[PE_PROBE_BIRTHS] = try_births,	    [PE_PROBE_IO_URING] = try_io_uring,
	[PE_PROBE_USERNS] = try_userns,	    [PE_PROBE_PID_MAX] = try_pid_max,
};

const char *pe_probe_name(enum pe_probe what)
{
	return named[what].name;
}

const char *pe_probe_text(enum pe_probe what)
{
	return named[what].text;
}

bool pe_probe_is_off(enum pe_probe what)
{
	const char *list = getenv("PIDEPOCH_FORCE_OLD");
	uint32_t old = 0;

	if (list)
		pe_mechanisms_parse(list, &old);
	return old >> what & 1;
}

int pe_probe_try(enum pe_probe what)
{
	if (pe_probe_is_off(what))
		return -ENOSYS;
	return what == PE_PROBE_ADMIN ? try_admin()
				      : in_child(tries[what]); /* try_admin() changes nothing */
}
