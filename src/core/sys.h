/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sys - the system call wrappers. The core makes every system call through this file.
 *
 * sys.1  Every result is >= 0 or -errno (a mapping: the address or MAP_FAILED). errno is never
 *        touched.
 * sys.2  No call here is a cancellation point, and none goes through libc. So an interposer can
 *        make all of them before libc is initialised, in a handler and in a vfork child.
 * sys.3  On 64-bit CPUs the C library's struct stat, siginfo_t and timespec equal the kernel's, and
 *        its struct rusage begins with the kernel's. Its sigset_t and struct sigaction do not, so a
 *        mask is a uint64_t and the action has its own type.
 * sys.4  A call on a pid is never interrupted, notified to a supervisor or not: see
 *        pe_sys_whole6().
 */
#ifndef PE_CORE_SYS_H
#define PE_CORE_SYS_H

#include <fcntl.h>
#include <linux/errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#include "core/arch/raw.h"
#include "core/libc/types.h"
#include "core/token.h"

/* the smallest page size; the kernel rounds up where pages are larger */
#define PE_SYS_PAGE 4096u

_Static_assert(sizeof(siginfo_t) == 128 && offsetof(struct rusage, ru_nivcsw) == 136, "sys.3");
_Static_assert(sizeof(((struct stat *)0)->st_ino) == 8 && sizeof(((struct stat *)0)->st_dev) == 8,
	       "sys.3");

#define PE_SYS_LONG(x) ((long)(uintptr_t)(x)) /* a pointer as an argument */

static inline long pe_sys0(long nr)
{
	return pe_raw3(nr, 0, 0, 0);
}

static inline long pe_sys1(long nr, long a1)
{
	return pe_raw3(nr, a1, 0, 0);
}

static inline long pe_sys2(long nr, long a1, long a2)
{
	return pe_raw3(nr, a1, a2, 0);
}

static inline long pe_sys3(long nr, long a1, long a2, long a3)
{
	return pe_raw3(nr, a1, a2, a3);
}

static inline long pe_sys4(long nr, long a1, long a2, long a3, long a4)
{
	return pe_raw6(nr, a1, a2, a3, a4, 0, 0);
}

static inline long pe_sys5(long nr, long a1, long a2, long a3, long a4, long a5)
{
	return pe_raw6(nr, a1, a2, a3, a4, a5, 0);
}

static inline long pe_sys6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	return pe_raw6(nr, a1, a2, a3, a4, a5, a6);
}

/* A call that knows no EINTR. If it is notified to a supervisor, a handler that comes before it has
 * been received ends it so, with nothing done. */
static inline long pe_sys_whole6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	long n;

	do
		n = pe_sys6(nr, a1, a2, a3, a4, a5, a6);
	while (n == -EINTR);
	return n;
}

/* --- memory --- */

/* Private, zeroed, readable and writable; MAP_FAILED if there is no memory. */
static inline void *pe_sys_mmap(size_t bytes)
{
	long at = pe_sys6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at < 0 && at >= -4095 ? MAP_FAILED : (void *)(uintptr_t)at;
}

/* The file of @fd, shared, readable and writable; MAP_FAILED if that fails. */
static inline void *pe_sys_mmap_shared(size_t bytes, int fd)
{
	long at = pe_sys6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at < 0 && at >= -4095 ? MAP_FAILED : (void *)(uintptr_t)at;
}

static inline int pe_sys_munmap(void *at, size_t bytes)
{
	return (int)pe_sys2(SYS_munmap, PE_SYS_LONG(at), (long)bytes);
}

static inline int pe_sys_madvise(void *at, size_t bytes, int advice)
{
	return (int)pe_sys3(SYS_madvise, PE_SYS_LONG(at), (long)bytes, advice);
}

/* --- futex, within this process --- */

/* 0: woken (perhaps spuriously); -EAGAIN: the word is not @value; -EINTR; -ETIMEDOUT: after
 * @timeout, which is relative; NULL: no timeout */
static inline int pe_sys_futex_wait(uint32_t *word, uint32_t value, const struct timespec *timeout)
{
	return (int)pe_sys4(SYS_futex, PE_SYS_LONG(word), FUTEX_WAIT_PRIVATE, (long)value,
			    PE_SYS_LONG(timeout));
}

/* Wakes at most @most waiters. Returns how many were woken. */
static inline int pe_sys_futex_wake(uint32_t *word, int most)
{
	return (int)pe_sys3(SYS_futex, PE_SYS_LONG(word), FUTEX_WAKE_PRIVATE, most);
}

/* --- signals --- */

/* The kernel's struct sigaction. */
struct pe_sys_sigaction {
	uintptr_t handler; /* SIG_DFL, SIG_IGN or a function */
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* Block every signal, including the C library's own (32, 33). Returns the previous mask, for
 * mask_restore. */
static inline uint64_t pe_sys_mask_all(void)
{
	const uint64_t all = ~UINT64_C(0);
	uint64_t old = 0;

	pe_sys4(SYS_rt_sigprocmask, SIG_SETMASK, PE_SYS_LONG(&all), PE_SYS_LONG(&old), sizeof(old));
	return old;
}

static inline void pe_sys_mask_restore(uint64_t mask)
{
	pe_sys4(SYS_rt_sigprocmask, SIG_SETMASK, PE_SYS_LONG(&mask), 0, sizeof(mask));
}

/* Block these signals in addition: bit n-1 is signal n. Returns the previous mask, as mask_all
 * does. */
static inline uint64_t pe_sys_mask_more(uint64_t signals)
{
	uint64_t old = 0;

	pe_sys4(SYS_rt_sigprocmask, SIG_BLOCK, PE_SYS_LONG(&signals), PE_SYS_LONG(&old),
		sizeof(old));
	return old;
}

/* The blocked signals that are pending. */
static inline uint64_t pe_sys_pending(void)
{
	uint64_t pending = 0;

	pe_sys2(SYS_rt_sigpending, PE_SYS_LONG(&pending), sizeof(pending));
	return pending;
}

/* Take one pending signal of this set. */
static inline void pe_sys_take_pending(uint64_t signals)
{
	const struct timespec none = { 0, 0 };

	pe_sys4(SYS_rt_sigtimedwait, PE_SYS_LONG(&signals), 0, PE_SYS_LONG(&none), sizeof(signals));
}

static inline int pe_sys_sigaction_query(int sig, struct pe_sys_sigaction *now)
{
	return (int)pe_sys4(SYS_rt_sigaction, sig, 0, PE_SYS_LONG(now), sizeof(now->mask));
}

/* The default action, as a program gets it that is started anew. */
static inline int pe_sys_sigaction_default(int sig)
{
	const struct pe_sys_sigaction plain = { .handler = (uintptr_t)SIG_DFL };

	return (int)pe_sys4(SYS_rt_sigaction, sig, PE_SYS_LONG(&plain), 0, sizeof(plain.mask));
}

/* Do children vanish without a wait, because SIGCHLD is ignored or SA_NOCLDWAIT is set? */
static inline bool pe_sys_children_vanish(void)
{
	struct pe_sys_sigaction now;

	return pe_sys_sigaction_query(SIGCHLD, &now) == 0 &&
	       (now.handler == (uintptr_t)SIG_IGN || (now.flags & SA_NOCLDWAIT));
}

static inline int pe_sys_kill(int pid, int sig)
{
	return (int)pe_sys_whole6(SYS_kill, pid, sig, 0, 0, 0, PE_TOKEN);
}

static inline int pe_sys_tgkill(int tgid, int tid, int sig)
{
	return (int)pe_sys_whole6(SYS_tgkill, tgid, tid, sig, 0, 0, PE_TOKEN);
}

/* As abort(): the program's own SIGABRT handler runs first; if it returns, the default action
 * follows. The first process of a pid namespace gets no signal by default, not even from itself, so
 * it exits with the status that a shell reports for SIGABRT. */
static inline void pe_sys_abort(void)
{
	const uint64_t unblock = UINT64_C(1) << (SIGABRT - 1);
	const struct pe_sys_sigaction plain = { .handler = (uintptr_t)SIG_DFL };

	for (int attempt = 0; attempt < 2; attempt++) {
		pe_sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, PE_SYS_LONG(&unblock), 0, sizeof(unblock));
		pe_sys_tgkill((int)pe_sys0(SYS_getpid), (int)pe_sys0(SYS_gettid), SIGABRT);
		pe_sys4(SYS_rt_sigaction, SIGABRT, PE_SYS_LONG(&plain), 0, sizeof(plain.mask));
	}
	for (;;)
		pe_sys1(SYS_exit_group, 128 + SIGABRT);
}

/* --- files --- */

static inline int pe_sys_openat(int dir, const char *path, int flags, unsigned int mode)
{
	return (int)pe_sys4(SYS_openat, dir, PE_SYS_LONG(path), flags, (long)mode);
}

static inline int pe_sys_open(const char *path, int flags)
{
	return pe_sys_openat(AT_FDCWD, path, flags, 0);
}

static inline long pe_sys_read(int fd, void *to, size_t bytes)
{
	return pe_sys3(SYS_read, fd, PE_SYS_LONG(to), (long)bytes);
}

static inline long pe_sys_write(int fd, const void *from, size_t bytes)
{
	return pe_sys3(SYS_write, fd, PE_SYS_LONG(from), (long)bytes);
}

static inline int pe_sys_close(int fd)
{
	return (int)pe_sys1(SYS_close, fd);
}

static inline int pe_sys_fstat(int fd, struct stat *st)
{
	return (int)pe_sys2(SYS_fstat, fd, PE_SYS_LONG(st));
}

/* The file's birth time, in a unit that is only good for comparisons; 0: the file system does not
 * record it. */
static inline uint64_t pe_sys_file_birth(int fd)
{
	struct statx st = { .stx_mask = 0 };

	if (pe_sys5(SYS_statx, fd, PE_SYS_LONG(""), AT_EMPTY_PATH, STATX_BTIME, PE_SYS_LONG(&st)) !=
		    0 ||
	    !(st.stx_mask & STATX_BTIME))
		return 0;
	return (uint64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
}

/* Returns how many bytes of the target were copied, without a NUL; the target is cut at @bytes. */
static inline long pe_sys_readlinkat(int dir, const char *path, char *to, size_t bytes)
{
	return pe_sys4(SYS_readlinkat, dir, PE_SYS_LONG(path), PE_SYS_LONG(to), (long)bytes);
}

static inline int pe_sys_fstatfs(int fd, struct statfs *fs)
{
	return (int)pe_sys2(SYS_fstatfs, fd, PE_SYS_LONG(fs));
}

/* @handle: a struct file_handle with room for what the file system writes; @mount: an int */
static inline int pe_sys_name_to_handle_at(int fd, void *handle, int *mount)
{
	return (int)pe_sys5(SYS_name_to_handle_at, fd, PE_SYS_LONG(""), PE_SYS_LONG(handle),
			    PE_SYS_LONG(mount), AT_EMPTY_PATH);
}

/* linux/fcntl.h FD_PIDFS_ROOT, since Linux 6.17: stands for a descriptor of pidfs */
#define PE_SYS_PIDFS_ROOT (-10002)

/* @root: a descriptor of the file system. The result is close-on-exec. */
static inline int pe_sys_open_by_handle_at(int root, const void *handle)
{
	return (int)pe_sys3(SYS_open_by_handle_at, root, PE_SYS_LONG(handle), O_RDWR | O_CLOEXEC);
}

/* Read the first @bytes of a small file, through a close-on-exec descriptor that is closed on
 * return. */
static inline long pe_sys_slurp(const char *path, void *to, size_t bytes)
{
	int fd = pe_sys_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	long n = fd < 0 ? fd : pe_sys_read(fd, to, bytes);

	if (fd >= 0)
		pe_sys_close(fd);
	return n;
}

/* --- processes --- */

static inline int pe_sys_getpid(void)
{
	return (int)pe_sys0(SYS_getpid);
}

static inline int pe_sys_gettid(void)
{
	return (int)pe_sys0(SYS_gettid);
}

static inline int pe_sys_getppid(void)
{
	return (int)pe_sys0(SYS_getppid);
}

/* waits that can reap, with a token; token.7 of core/token.h */
static inline int pe_sys_wait4_with(long token, int pid, int *status, int options,
				    struct rusage *used)
{
	long n = pe_sys6(SYS_wait4, pid, PE_SYS_LONG(status), options, PE_SYS_LONG(used), 0, token);

	if (n == -ENOSYS && token)
		n = pe_sys6(SYS_wait4, pid, PE_SYS_LONG(status), options, PE_SYS_LONG(used), 0,
			    PE_TOKEN);
	return (int)n;
}

static inline int pe_sys_waitid_with(long token, int type, int id, siginfo_t *info, int options,
				     struct rusage *used)
{
	long n =
		pe_sys6(SYS_waitid, type, id, PE_SYS_LONG(info), options, PE_SYS_LONG(used), token);

	if (n == -ENOSYS && token)
		n = pe_sys6(SYS_waitid, type, id, PE_SYS_LONG(info), options, PE_SYS_LONG(used),
			    PE_TOKEN);
	return (int)n;
}

/* With WNOHANG and no state change: 0, and si_pid == 0. @info and @used may be NULL. */
static inline int pe_sys_waitid(int type, int id, siginfo_t *info, int options, struct rusage *used)
{
	return (int)pe_sys5(SYS_waitid, type, id, PE_SYS_LONG(info), options, PE_SYS_LONG(used));
}

static inline int pe_sys_pidfd_open(int pid, unsigned int flags)
{
	return (int)pe_sys_whole6(SYS_pidfd_open, pid, (long)flags, 0, 0, 0, PE_TOKEN);
}

/* linux/pidfd.h PIDFD_SIGNAL_PROCESS_GROUP, since Linux 6.9 */
#define PE_SYS_SIGNAL_PROCESS_GROUP (1u << 2)

/* @info may be NULL: siginfo as from kill() */
static inline int pe_sys_pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned int flags)
{
	return (int)pe_sys4(SYS_pidfd_send_signal, pidfd, sig, PE_SYS_LONG(info), (long)flags);
}

static inline int pe_sys_rt_sigqueueinfo(int pid, int sig, siginfo_t *info)
{
	return (int)pe_sys_whole6(SYS_rt_sigqueueinfo, pid, sig, PE_SYS_LONG(info), 0, 0, PE_TOKEN);
}

/* @which: PRIO_PROCESS and the like. 20 less the nice value, or -ESRCH */
static inline int pe_sys_getpriority(int which, int who)
{
	return (int)pe_sys2(SYS_getpriority, which, who);
}

static inline int pe_sys_getpgid(int pid)
{
	return (int)pe_sys1(SYS_getpgid, pid);
}

static inline int pe_sys_getuid(void)
{
	return (int)pe_sys0(SYS_getuid);
}

static inline int pe_sys_sched_yield(void)
{
	return (int)pe_sys0(SYS_sched_yield);
}

static inline int pe_sys_prctl(int option, long a2, long a3, long a4, long a5)
{
	return (int)pe_sys5(SYS_prctl, option, a2, a3, a4, a5);
}

/* Can four bytes be written at @at? 0 or -EFAULT. They are overwritten. */
static inline int pe_sys_probe(void *at)
{
	return (int)pe_sys3(SYS_getcpu, PE_SYS_LONG(at), 0, 0);
}

/* Can eight bytes be read at @at? The kernel reads them as an argument of a call that fails in any
 * case; it takes NULL for no argument. */
static inline bool pe_sys_readable(uintptr_t at)
{
	return at && pe_sys4(SYS_rt_sigprocmask, ~0, (long)at, 0, sizeof(uint64_t)) != -EFAULT;
}

/* Copy @bytes from the memory of process @pid at @from. 0 or -errno */
static inline int pe_sys_copy_of(int pid, void *to, uintptr_t from, size_t bytes)
{
	const struct iovec here = { to, bytes }, there = { (void *)from, bytes };
	long n = pe_sys6(SYS_process_vm_readv, pid, PE_SYS_LONG(&here), 1, PE_SYS_LONG(&there), 1,
			 0);

	return n == (long)bytes ? 0 : n < 0 ? (int)n : -EFAULT;
}

/* The same for this process's own memory, which may have been unmapped. */
static inline int pe_sys_copy(void *to, uintptr_t from, size_t bytes)
{
	return pe_sys_copy_of(pe_sys_getpid(), to, from, bytes);
}

/* --- time --- */

static inline int pe_sys_clock_gettime(int clock, struct timespec *now)
{
	return (int)pe_sys2(SYS_clock_gettime, clock, PE_SYS_LONG(now));
}

#endif
