/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidepoch - references to processes that survive the reuse of pids.
 *
 * A reference is a pid and an epoch: 8 bytes, and no descriptor. Each pid call has a variant that
 * takes both. It acts on the process that was meant, or on no process.
 *
 *     pid 4711, epoch 7                       the pid is reused: epoch 8
 *     pidepoch_kill(4711, 7, SIGTERM) -> 0    pidepoch_kill(4711, 7, SIGTERM) -> EEPOCH, or ESRCH
 *                                             while the pid is free
 *
 * Names of the proposal of 2019-05-12 keep their spelling; all others begin with pidepoch_ or
 * PIDEPOCH_. Structures with a `size` grow at their end: set it to sizeof, and unused fields to
 * zero. pidepoch(7) explains the terms.
 *
 * Contexts: "async-signal-safe" holds for signal handlers and for vfork children. In a vfork child
 * a variant of a call goes to the kernel as the plain call would, and a function without a plain
 * call fails with EAGAIN. All functions may be called by any thread.
 */
#ifndef PIDEPOCH_H
#define PIDEPOCH_H

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The errno of a reference whose pid may have been reused. It is outside the kernel's own errnos
 * (which end at 133, and at 530 for those that stay inside the kernel) and below 4096, so that it
 * fits the system call convention, by which only -4095..-1 is an error.
 */
#define EEPOCH 2019

/*
 * pidepoch_version() - the version of the library that is loaded
 * Context:  async-signal-safe; any thread
 * Return:   a string such as "0.1.0" that is never freed
 * Errors:   none
 * Source:   none
 * Since:    0.1
 */
const char *pidepoch_version(void);

/* --- epochs, snapshots, references --- */

struct timespec; /* a strict -std=c99 leaves it out of <time.h> */

/*
 * The epoch of a pid, which is the lap of the pid allocator that the pid belongs to: 32 bits, and
 * always relative to the pid (pidepoch(7)). It wraps; within 2^31 laps no two epochs are confused.
 */
typedef uint32_t pidepoch_t;

/*
 * A moment: lap (42 bits) and cursor (22 bits). A later moment is a greater integer, and none is 0.
 */
typedef uint64_t pidepoch_snapshot_t;

/* a process as this program knows it: 8 bytes */
struct pidepoch_ref {
	pid_t pid;
	pidepoch_t epoch;
};

/*
 * pidepoch_ref() - take a reference to the process that holds @pid now
 * @pid:     1..pid_max-1. Up to 2^22-1, the kernel's greatest limit, it is ESRCH; beyond, EINVAL
 * @ref:     where the reference is written
 * Context:  async-signal-safe; one descriptor during the call, unless @pid is a child whose fork
 *           the library saw
 * Return:   0, or -1 with errno
 * Errors:   ESRCH no process holds @pid; EINVAL @pid is not a valid pid; EMFILE, ENFILE, ENOMEM;
 *           EAGAIN in a vfork child
 * Source:   proposal of 2019-05-12 ("a list of pids it has references to in a specific epoch")
 * Since:    0.1
 */
#ifdef __cplusplus
/* in C++ a function hides a type of its name, and `pidepoch_ref r;` would not compile */
/* */ int pidepoch_ref_(pid_t pid, struct pidepoch_ref *ref) __asm__("pidepoch_ref");
#define pidepoch_ref(pid, ref) pidepoch_ref_(pid, ref)
#else
int pidepoch_ref(pid_t pid, struct pidepoch_ref *ref);
#endif

/*
 * pidepoch_ref_since() - take a reference to the process that has had @pid since @moment, when the
 *                        caller learned the pid from a message, a list or a person
 * @pid:     1..pid_max-1
 * @moment:  of CLOCK_BOOTTIME. A process that was born up to 30 ms later counts as well: births are
 *           known to 10 ms
 * @ref:     where the reference is written
 * Context:  async-signal-safe; descriptors during the call
 * Return:   0, or -1 with errno
 * Errors:   EEPOCH the process that has the pid was born later; ESRCH no process holds @pid; EINVAL
 *           @pid is not a valid pid, or @moment not a time; EFAULT; EOPNOTSUPP /proc does not show
 *           when the process was born; EMFILE, ENFILE, ENOMEM; EAGAIN in a vfork child
 * Source:   proposal ("a list of pids it has references to in a specific epoch")
 * Since:    0.1
 */
int pidepoch_ref_since(pid_t pid, const struct timespec *moment, struct pidepoch_ref *ref);

/*
 * pidepoch_ref_from() - take a reference to the process that has had @pid since the file that the
 *                       pid was read from was last changed: the later of its mtime and its ctime
 * @pid:     1..pid_max-1
 * @fd:      the open regular file
 * @ref:     where the reference is written
 * Context:  async-signal-safe; descriptors during the call
 * Return:   0, or -1 with errno
 * Errors:   EEPOCH the process that has the pid was born later: the file is stale; EOPNOTSUPP it
 *           seems to have been born later, but the stamp cannot be compared with its birth (a
 *           network file system; the wall clock has been stepped), or /proc does not show its
 *           birth; ESRCH no process holds @pid; EINVAL @pid is not a valid pid, or @fd no regular
 *           file; EBADF; EMFILE, ENFILE, ENOMEM; EAGAIN in a vfork child
 * Source:   proposal ("a list of pids it has references to in a specific epoch")
 * Since:    0.1
 */
int pidepoch_ref_from(pid_t pid, int fd, struct pidepoch_ref *ref);

/*
 * pidepoch_ref_pidfd() - take a reference to the process of a pidfd
 * @pidfd:   as pidfd_open(2) gave it
 * @ref:     where the reference is written
 * Context:  async-signal-safe; one descriptor during the call
 * Return:   0, or -1 with errno
 * Errors:   ESRCH the process has been reaped; EBADF @pidfd is no pidfd, or there is no /proc;
 *           EXDEV the process has no pid in the caller's namespace; EMFILE, ENFILE, ENOMEM; EAGAIN
 *           in a vfork child
 * Source:   pidfd_open(2)
 * Since:    0.1
 */
int pidepoch_ref_pidfd(int pidfd, struct pidepoch_ref *ref);

/*
 * pidepoch_same() - do two references mean the same process?
 * @a, @b:   the references; they may differ in their epochs and mean one process
 * Context:  async-signal-safe; one descriptor during the call
 * Return:   1, 0, or -1 with errno
 * Errors:   EEPOCH an epoch is too old to determine it; EINVAL an epoch is in the future; EMFILE,
 *           ENFILE; EAGAIN in a vfork child
 * Source:   none
 * Since:    0.1
 */
int pidepoch_same(const struct pidepoch_ref *a, const struct pidepoch_ref *b);

/*
 * pidepoch_inode() - the identity of a process, for logs: the inode of its pidfd, which no other
 *                    process of this boot gets
 * @ref:     a reference that is valid now
 * @inode:   where the inode is written
 * Context:  async-signal-safe; one descriptor during the call
 * Return:   0, or -1 with errno
 * Errors:   ESRCH, EEPOCH as any call on @ref; EOPNOTSUPP this kernel's pidfds have no inodes of
 *           their own (before Linux 6.9); EAGAIN in a vfork child
 * Source:   pidfd_open(2)
 * Since:    0.1
 */
int pidepoch_inode(const struct pidepoch_ref *ref, uint64_t *inode);

/*
 * pidepoch_of() - the epoch of @pid at the moment @snapshot: the lap of that moment if the cursor
 *                 had passed @pid, else the lap before
 * @snapshot: as pidepoch_get(), pidepoch_now() and waitpidv() return it
 * @pid:      1..pid_max-1
 * Context:   async-signal-safe; no system call
 * Return:    the epoch
 * Errors:    none
 * Source:    proposal ("always relative to it's pid")
 * Since:     0.1
 */
pidepoch_t pidepoch_of(pidepoch_snapshot_t snapshot, pid_t pid);

/*
 * pidepoch_get() - the sync point of this process: the moment up to which its references are in
 *                  order (PR_GET_PID_EPOCH)
 * Context:  async-signal-safe
 * Return:   the snapshot; at the first call of this library in a process, the present
 * Errors:   none
 * Source:   proposal ("the epoch has a prctl setter and getter")
 * Since:    0.1
 */
pidepoch_snapshot_t pidepoch_get(void);

/*
 * pidepoch_now() - the present, as a snapshot; the sync point stays where it is
 * Context:  async-signal-safe; reads the kernel's cursor, with one descriptor during the call
 * Return:   the snapshot
 * Errors:   none
 * Source:   none
 * Since:    0.1
 */
pidepoch_snapshot_t pidepoch_now(void);

/*
 * pidepoch_set() - move the sync point forward, which releases the memory for older epochs
 *                  (PR_SET_PID_EPOCH)
 * @snapshot: of this process, or inherited over fork; not in the future
 * Context:   async-signal-safe
 * Return:    0, or -1 with errno
 * Errors:    EINVAL before the sync point, or in the future
 * Source:    proposal ("use prctl to indicate it doesn't need the old epoch")
 * Since:     0.1
 */
int pidepoch_set(pidepoch_snapshot_t snapshot);

/*
 * The prctl() options, in preloaded programs and under a supervisor:
 *   prctl(PR_GET_PID_EPOCH, pidepoch_snapshot_t *out)
 *   prctl(PR_SET_PID_EPOCH, pidepoch_snapshot_t snapshot, 0L)
 *   prctl(PR_SET_PID_EPOCH, (long)lap, PIDEPOCH_LAP)    the earliest moment of that lap that has
 *                                                       not been set yet
 *   prctl(PR_GET_PID_EPOCH_SIGNAL, int *out), prctl(PR_SET_PID_EPOCH_SIGNAL, int signal)
 * Elsewhere the kernel returns EINVAL.
 */
#define PR_GET_PID_EPOCH	0x50450001
#define PR_SET_PID_EPOCH	0x50450002
#define PR_GET_PID_EPOCH_SIGNAL 0x50450003
#define PR_SET_PID_EPOCH_SIGNAL 0x50450004
#define PIDEPOCH_LAP		1L

/*
 * pidepoch_set_signal() - choose a signal for the time when the sync point falls two whole epochs
 *                         behind (PR_SET_PID_EPOCH_SIGNAL)
 * @signal:  1..64, sent to the process once per crossing, and again after pidepoch_set(); 0: none,
 *           as at the start. Its si_code is SI_QUEUE, and si_value.sival_int is the epoch that has
 *           been reached.
 * Context:  async-signal-safe. The signal is sent when this process next enters the library.
 * Return:   0, or -1 with errno
 * Errors:   EINVAL @signal is not a signal
 * Source:   proposal ("also get a signal if they haven't updated and are 2 full epochs behind")
 * Since:    0.1
 */
int pidepoch_set_signal(int signal);

/* --- references as text --- */

#define PIDEPOCH_TEXT_MAX 96

/* pidepoch_format(): with the boot id, for a file that may outlive the boot */
#define PIDEPOCH_TEXT_BOOT 1u

/*
 * pidepoch_format() - write a reference as "PID:INODE", the form that util-linux prints and reads,
 *                     or as "PID:INODE@BOOT-ID"
 * @ref:     a reference that is valid now
 * @text:    at least PIDEPOCH_TEXT_MAX bytes
 * @size:    of @text, bytes
 * @flags:   0 or PIDEPOCH_TEXT_BOOT
 * Context:  async-signal-safe
 * Return:   the length without the terminating NUL, or -1 with errno
 * Errors:   ESRCH, EEPOCH as any call on @ref; ERANGE @size is too small; EINVAL unknown flags;
 *           EOPNOTSUPP this kernel's pidfds have no inodes of their own (before Linux 6.9)
 * Source:   none
 * Since:    0.1
 */
int pidepoch_format(const struct pidepoch_ref *ref, char *text, size_t size, unsigned int flags);

/*
 * pidepoch_parse() - the reference that a text names, if that very process still exists
 * @text:    as pidepoch_format() wrote it; a final newline is allowed
 * @ref:     where the reference is written
 * Context:  async-signal-safe
 * Return:   0, or -1 with errno
 * Errors:   ESRCH the process is gone, and its pid is free; EEPOCH another process has the pid, or
 *           the text is from another boot; EINVAL not such a text, or a bare pid, which identifies
 *           no process; EOPNOTSUPP as pidepoch_format()
 * Source:   none
 * Since:    0.1
 */
int pidepoch_parse(const char *text, struct pidepoch_ref *ref);

/* --- calls on references --- */

/*
 * pidepoch_kill(), and the other variants below - the call of that name, on the process that held
 *                                                 @pid in @epoch
 * @pid:     1..pid_max-1; groups, 0 and -1 are not accepted
 * @epoch:   of the reference: from pidepoch_ref(), or from pidepoch_of() and a snapshot
 * others:   as the plain call takes them
 * Context:  async-signal-safe. No descriptor for a child whose fork this process saw, else one
 *           during the call.
 * Return:   as the plain call
 * Errors:   the plain call's, and: ESRCH the process is gone, and its pid is free or not reused;
 *           EEPOCH the process is gone, and another process may have its pid; EINVAL @pid is not a
 *           valid pid, or @epoch is in the future
 * Exact:    every call on a child whose waits this process sees. On other processes kill,
 *           rt_sigqueueinfo, pidfd_open and waitid act through a pidfd. A call that only reads is
 *           verified afterwards, and returns its result only if the process was the same all the
 *           time. The other calls change something. They are best effort, and fail with EEPOCH or
 *           ESRCH if the process ended meanwhile.
 * Source:   the plain call's manual page; proposal ("New pid syscalls will be added that take an
 *           epoch argument")
 * Since:    0.1
 */
int pidepoch_kill(pid_t pid, pidepoch_t epoch, int signal);
int pidepoch_tgkill(pid_t pid, pidepoch_t epoch, pid_t thread, int signal);
int pidepoch_pidfd_open(pid_t pid, pidepoch_t epoch, unsigned int flags);
pid_t pidepoch_getpgid(pid_t pid, pidepoch_t epoch);
pid_t pidepoch_getsid(pid_t pid, pidepoch_t epoch);
int pidepoch_setpgid(pid_t pid, pidepoch_t epoch, pid_t group);
int pidepoch_getpriority(pid_t pid, pidepoch_t epoch);
int pidepoch_setpriority(pid_t pid, pidepoch_t epoch, int nice);
int pidepoch_ioprio_get(pid_t pid, pidepoch_t epoch);
int pidepoch_ioprio_set(pid_t pid, pidepoch_t epoch, int priority);
int pidepoch_sched_getaffinity(pid_t pid, pidepoch_t epoch, size_t size, cpu_set_t *set);
int pidepoch_sched_setaffinity(pid_t pid, pidepoch_t epoch, size_t size, const cpu_set_t *set);
int pidepoch_sched_getscheduler(pid_t pid, pidepoch_t epoch);
int pidepoch_sched_setscheduler(pid_t pid, pidepoch_t epoch, int policy,
				const struct sched_param *param);
int pidepoch_sched_getparam(pid_t pid, pidepoch_t epoch, struct sched_param *param);
int pidepoch_sched_setparam(pid_t pid, pidepoch_t epoch, const struct sched_param *param);
int pidepoch_sched_getattr(pid_t pid, pidepoch_t epoch, void *attr, unsigned int size,
			   unsigned int flags);
int pidepoch_sched_setattr(pid_t pid, pidepoch_t epoch, void *attr, unsigned int flags);
int pidepoch_sched_rr_get_interval(pid_t pid, pidepoch_t epoch, struct timespec *interval);
int pidepoch_prlimit(pid_t pid, pidepoch_t epoch, int resource, const struct rlimit *new_limit,
		     struct rlimit *old_limit);
ssize_t pidepoch_process_vm_readv(pid_t pid, pidepoch_t epoch, const struct iovec *local,
				  unsigned long locals, const struct iovec *remote,
				  unsigned long remotes, unsigned long flags);
ssize_t pidepoch_process_vm_writev(pid_t pid, pidepoch_t epoch, const struct iovec *local,
				   unsigned long locals, const struct iovec *remote,
				   unsigned long remotes, unsigned long flags);
int pidepoch_kcmp(pid_t pid, pidepoch_t epoch, pid_t other, pidepoch_t other_epoch, int type,
		  unsigned long index, unsigned long other_index);
long pidepoch_ptrace(int request, pid_t pid, pidepoch_t epoch, void *address, void *data);
/* Their types are in <signal.h> from POSIX.1-1993 on. A strict -std=c99 leaves them out: then a use
 * is an error of the compiler's. */
#if (defined(_POSIX_C_SOURCE) && _POSIX_C_SOURCE >= 199309L) ||                                    \
	(defined(_XOPEN_SOURCE) && _XOPEN_SOURCE >= 500) || defined(_GNU_SOURCE)
int pidepoch_rt_sigqueueinfo(pid_t pid, pidepoch_t epoch, int signal, siginfo_t *info);
int pidepoch_rt_tgsigqueueinfo(pid_t pid, pidepoch_t epoch, pid_t thread, int signal,
			       siginfo_t *info);
int pidepoch_sigqueue(pid_t pid, pidepoch_t epoch, int signal, const union sigval value);
int pidepoch_waitid(pid_t pid, pidepoch_t epoch, siginfo_t *info, int options,
		    struct rusage *usage);
#elif defined(__GNUC__)
#define PIDEPOCH_NEEDS_POSIX                                                                       \
	__attribute__((__error__("define _POSIX_C_SOURCE as 199309L or more before <pidepoch.h>")))
/* */ int pidepoch_rt_sigqueueinfo(pid_t pid, ...) PIDEPOCH_NEEDS_POSIX;
/* */ int pidepoch_rt_tgsigqueueinfo(pid_t pid, ...) PIDEPOCH_NEEDS_POSIX;
/* */ int pidepoch_sigqueue(pid_t pid, ...) PIDEPOCH_NEEDS_POSIX;
/* */ int pidepoch_waitid(pid_t pid, ...) PIDEPOCH_NEEDS_POSIX;
#endif

/*
 * pidepoch_killpg() - signal the process group that the process which held @pid in @epoch leads or
 *                     led
 * @pid:     1..pid_max-1, of the group's leader
 * @epoch:   of the reference to the leader: from pidepoch_ref(), or from pidepoch_of() and a
 *           snapshot
 * @signal:  0..64; 0 sends none
 * Context:  async-signal-safe; any thread. No descriptor for an unreaped child whose fork this
 *           process saw, else one during the call.
 * Return:   0, or -1 with errno
 * Errors:   ESRCH it leads no group, or it is gone and no group of it is known; EEPOCH the same,
 *           and another process or group may have its pid; EINVAL @pid, @epoch or @signal is
 *           wrong; EPERM; EMFILE, ENFILE
 * Exact:    from Linux 6.9 on. A leader that was reaped is found from Linux 6.14 on, if it was a
 *           child of this process, or pidepoch_ref() took the reference; on older kernels it is
 *           ESRCH or EEPOCH.
 * Source:   killpg(3); pidfd_send_signal(2), PIDFD_SIGNAL_PROCESS_GROUP
 * Since:    0.1
 */
int pidepoch_killpg(pid_t pid, pidepoch_t epoch, int signal);

/* --- any other call --- */

/* filled by pidepoch_hold(); its fields are private */
struct pidepoch_held {
	uint64_t inside[4];
};

/*
 * pidepoch_hold() - keep the pid of @ref from changing hands, for calls that this library has no
 *                   variant of
 * @ref:     the reference
 * @held:    for pidepoch_release(), by the same thread; holds are released in reverse order
 * Context:  async-signal-safe. A thread must not wait for children while it has a hold; a wait of
 *           another thread for this child blocks until the release. For a process that is no child
 *           of the caller, and if the thread has four holds already, it keeps a close-on-exec
 *           descriptor, and the pid is watched, not kept: pidepoch_release() reports whether it was
 *           the process's all the time.
 * Return:   0, or -1 with errno
 * Errors:   ESRCH, EEPOCH, EINVAL as pidepoch_kill(); EAGAIN in a vfork child; EMFILE, ENFILE
 * Source:   proposal ("The current versions of the pid syscalls will continue to operate with the
 *           same existing racy semantics")
 * Since:    0.1
 */
int pidepoch_hold(const struct pidepoch_ref *ref, struct pidepoch_held *held);

/*
 * pidepoch_release() - end a hold
 * @held:    as pidepoch_hold() filled it
 * Context:  async-signal-safe; the thread that took the hold
 * Return:   0: the pid was the process's all the time; -1 with errno
 * Errors:   ESRCH it was not: the process ended, and was reaped, during the hold; EINVAL the hold
 *           was released before, or this thread has a later one, or it is another thread's; nothing
 *           was released
 * Source:   none
 * Since:    0.1
 */
int pidepoch_release(struct pidepoch_held *held);

/* --- obituaries --- */

/* which fields of an end are known */
#define PIDEPOCH_END_STATUS 1u
#define PIDEPOCH_END_USAGE  2u /* not of a child that was reaped before this library's first call */

/* how a child ended, and was reaped */
struct pidepoch_end {
	size_t size;		/* in: sizeof(struct pidepoch_end) */
	uint32_t known;		/* PIDEPOCH_END_* */
	int32_t status;		/* as of waitpid(2) */
	pidepoch_t birth;	/* the epoch that it was born in */
	pid_t thread;		/* that reaped it; 0: not known */
	const char *call;	/* that reaped it, "waitpid"; a string that is never freed */
	struct timespec reaped; /* CLOCK_MONOTONIC, to about 10 ms */
	struct rusage usage;	/* ru_utime, ru_stime, ru_maxrss */
};

/*
 * pidepoch_obituary() - how the child that had @pid in @epoch ended, after it was reaped
 * @pid:     1..pid_max-1, of a child of this process
 * @epoch:   of a reference to it
 * @end:     its `size` is read, the other fields are written
 * Context:  async-signal-safe
 * Return:   0, or -1 with errno
 * Errors:   EBUSY it has not been reaped; ESRCH no child of this process had @pid in @epoch, as far
 *           as the library has seen; EEPOCH the epoch is retired, or more than 32,767 children were
 *           reaped since; EINVAL @pid is not a valid pid, @epoch is in the future, or a size of 0,
 *           or larger than this library knows; EAGAIN in a vfork child
 * Source:   proposal ("it gets back a list of which processes have excited")
 * Since:    0.1
 */
int pidepoch_obituary(pid_t pid, pidepoch_t epoch, struct pidepoch_end *end);

/* --- waitpidv --- */

/* pidv.state */
enum {
	PIDV_NEW = 0,	    /* in: not asked about yet */
	PIDV_RUNNING = 1,   /* out: it was alive at an instant of the call */
	PIDV_STOPPED = 2,   /* out, with WUNTRACED: @status as of waitpid(2) */
	PIDV_CONTINUED = 3, /* out, with WCONTINUED */
	PIDV_EXITED = 4,    /* out: a child has ended, @status; reaped unless WNOWAIT. Final. */
	PIDV_ENDED = 5,	    /* out: gone, without a status: no child, or reaped before. Final. */
	PIDV_UNKNOWN = 6,   /* out: the epoch is too old to determine it. Final. */
};

/* pidv.flags */
/* @epoch is this entry's own. Else it follows from the call's snapshot; and in a call without one,
 * which means the sync point, an own child that the program forked since means itself. Other bits
 * are refused (EINVAL), and so is a state that is none of PIDV_*. */
#define PIDV_TAGGED 1
/* Out, with PIDV_ENDED: the caller's child, reaped by another wait before; @status and the usage
 * are its obituary's. As input it is ignored. */
#define PIDV_REAPED 2

/* pidv.pid, with flags 0: any child that no other entry names, as waitpid(-1). When one has ended
 * (or with WUNTRACED, WCONTINUED: stopped, continued), @pid and @epoch become a reference to it,
 * with PIDV_TAGGED; for the next one the program writes -1, 0 and PIDV_NEW. */
#define PIDV_ANY (-1)

/* an entry; entries with a final state are skipped */
struct pidv {
	pid_t pid;	  /* in; PIDV_ANY: out as well */
	pidepoch_t epoch; /* in, with PIDV_TAGGED */
	uint16_t flags;	  /* in */
	uint16_t state;	  /* in and out: PIDV_*; begin with PIDV_NEW */
	int32_t status;	  /* out: of EXITED, STOPPED, CONTINUED, and with PIDV_REAPED */
};

/* waitpidv(): besides WNOHANG or O_NONBLOCK, WNOWAIT, WUNTRACED, WCONTINUED, __WALL, __WCLONE,
 * __WNOTHREAD */
#define WAITPIDV_ALL	 0x00010000 /* return when all entries are final, not at the first news */
#define WAITPIDV_CHANGED 0x00020000 /* write entries with news only; see waitpidv(2) */

/* further arguments, which most calls do not need; zero is the default */
struct waitpidv_more {
	size_t size;			/* sizeof(struct waitpidv_more) */
	const struct timespec *timeout; /* relative, CLOCK_MONOTONIC; NULL: none */
	struct rusage *usage;		/* @count of them: written for EXITED, STOPPED, CONTINUED */
	uint32_t *changed;  /* with WAITPIDV_CHANGED: the indexes of the entries with news */
	size_t changed_max; /* at most; the others are reported by the next call */
};

/*
 * waitpidv() - ask about many processes at once, or wait for them
 * @vec:      @count entries
 * @count:    any number
 * @snapshot: in: the moment of the entries without a tag; 0: the sync point. Out: the moment of the
 *            answers, for pidepoch_set(). NULL: the sync point, and no output.
 * @flags:    see above; unknown flags are refused
 * @more:     or NULL
 * Context:   a cancellation point, and interrupted by handlers (EINTR); neither loses a status. Not
 *            for handlers and vfork children. Threads may ask about the same children: each end is
 *            delivered once, as EXITED; the other threads get ENDED.
 * Return:    the number of entries with news: a state other than RUNNING that was not final before.
 *            0: none, with WNOHANG or at the timeout. -1 with errno
 * Errors:    ECHILD no entry is left to wait for; EINTR; EINVAL unknown flags, a wrong size or
 *            time, @changed without WAITPIDV_CHANGED, a snapshot or a tag in the future, an entry
 *            without a valid pid, with unknown flags or an unknown state; EFAULT @vec, @snapshot
 *            or @more is no memory of the caller; EPIPE the descriptor of pidepoch_waitfd() has
 *            ceased to work; EMFILE, ENFILE, ENOMEM if there is no news; EAGAIN in a vfork child
 * Source:    proposal ("waitpidv(pidv *pid_t, epoch, O_NONBLOCK)"); wait4(2)
 * Since:     0.1
 */
int waitpidv(struct pidv *vec, size_t count, pidepoch_snapshot_t *snapshot, int flags,
	     const struct waitpidv_more *more);

/*
 * pidepoch_waitfd() - a descriptor for poll(2) and epoll(7): it becomes readable when an entry of
 *                     the vector that the calling thread has given to waitpidv() last may have news
 * @flags:   0
 * Context:  any thread; not for handlers and vfork children. It is an eventfd(2), close-on-exec and
 *           non-blocking, and readable at first. The program reads 8 bytes from it, *then* calls
 *           waitpidv() with WNOHANG until that returns 0, and closes it when it needs it no more.
 *           It belongs to the thread: after the thread's end it tells nothing, and a second call
 *           replaces the first descriptor. It tells of the ends of processes; not of stops, of
 *           entries with PIDV_ANY (SIGCHLD tells of them), or after a call with WUNTRACED or
 *           WCONTINUED.
 *           When it has ceased to work, waitpidv() fails once, and the program makes another.
 * Return:   the descriptor, or -1 with errno
 * Errors:   EOPNOTSUPP the kernel (before Linux 6.5) or the container has no io_uring: poll
 *           descriptors of pidepoch_pidfd_open() instead; EINVAL @flags is not 0; EAGAIN in a vfork
 *           child, or a handler that has interrupted waitpidv(); EMFILE, ENFILE, ENOMEM
 * Source:   eventfd(2); io_uring_register(2), IORING_REGISTER_EVENTFD
 * Since:    0.1
 */
int pidepoch_waitfd(unsigned int flags);

/* --- by system call number --- */

/*
 * The same for programs without the library (static, Go, raw) under a supervisor: `pidepoch run
 * --supervisor=on`. Elsewhere they fail with ENOSYS. x86-64 and aarch64. None of them blocks.
 * Errors as those of the functions; ENFILE if the supervisor has no descriptor left; ENOSYS also if
 * it may not read the caller's memory.
 *
 *   snapshot  syscall(PIDEPOCH_NR_get)                            pidepoch_get()
 *   snapshot  syscall(PIDEPOCH_NR_now)                            pidepoch_now()
 *   0         syscall(PIDEPOCH_NR_set, snapshot, 0L)              pidepoch_set()
 *   0         syscall(PIDEPOCH_NR_set, lap, PIDEPOCH_LAP)         as the prctl() above
 *   epoch     syscall(PIDEPOCH_NR_ref, pid)                       pidepoch_ref()
 *   0         syscall(PIDEPOCH_NR_kill, pid, epoch, signal)       pidepoch_kill(), but si_code is
 *             SI_QUEUE
 *   0         syscall(PIDEPOCH_NR_sigqueue, pid, epoch, signal, value)
 *   0         syscall(PIDEPOCH_NR_killpg, pid, epoch, signal)     pidepoch_killpg(), but si_code is
 *             SI_QUEUE. EPERM in a pid namespace below the supervisor's
 *   fd        syscall(PIDEPOCH_NR_pidfd_open, pid, epoch, flags)  a pidfd of just that process, for
 *             all other calls: pidfd_send_signal(2), waitid(2) with P_PIDFD
 *   count     syscall(PIDEPOCH_NR_waitpidv, vec, count, snapshot *, flags, sizeof(struct pidv))
 *             At most PIDEPOCH_WAITPIDV_MOST entries (E2BIG); flags are WNOHANG, O_NONBLOCK or 0.
 *             A child of the caller that has ended is PIDV_EXITED with the status PIDV_UNREAPED:
 *             reap it by its pidfd.
 *   fd        syscall(PIDEPOCH_NR_waitfd, vec, count, snapshot *, 0, sizeof(struct pidv))
 *             hangs up (POLLHUP) when there may be news of an entry
 *
 * pidepoch_raw.h builds a waitpidv() that waits and reaps from the last three, without a library.
 * References of these calls and of the library's functions are not interchangeable.
 */
#define PIDEPOCH_NR_BASE       20190512
#define PIDEPOCH_NR_waitpidv   (PIDEPOCH_NR_BASE + 0)
#define PIDEPOCH_NR_get	       (PIDEPOCH_NR_BASE + 1)
#define PIDEPOCH_NR_set	       (PIDEPOCH_NR_BASE + 2)
#define PIDEPOCH_NR_ref	       (PIDEPOCH_NR_BASE + 3)
#define PIDEPOCH_NR_kill       (PIDEPOCH_NR_BASE + 4)
#define PIDEPOCH_NR_now	       (PIDEPOCH_NR_BASE + 5)
#define PIDEPOCH_NR_pidfd_open (PIDEPOCH_NR_BASE + 6)
#define PIDEPOCH_NR_sigqueue   (PIDEPOCH_NR_BASE + 7)
#define PIDEPOCH_NR_waitfd     (PIDEPOCH_NR_BASE + 8)
#define PIDEPOCH_NR_killpg     (PIDEPOCH_NR_BASE + 9)

#define PIDEPOCH_WAITPIDV_MOST 1024
#define PIDV_UNREAPED	       (-1) /* not a status that a process can have */

/* --- the rest --- */

/*
 * pidepoch_strerror() - strerror() that knows EEPOCH
 * @error:   an errno
 * Context:  any thread; async-signal-safe for EEPOCH only
 * Return:   a string, in the locale's language where libc has one
 * Errors:   none
 * Source:   strerror(3)
 * Since:    0.1
 */
const char *pidepoch_strerror(int error);

/* what the library keeps for this process (S9 of docs/rules.md) */
struct pidepoch_stats {
	size_t size;		       /* in: sizeof(struct pidepoch_stats) */
	pidepoch_snapshot_t now, sync; /* the present as seen, and the sync point */
	uint64_t children;	       /* alive, tracked */
	uint64_t bytes;		       /* for all of it */
	uint64_t old_bytes;	       /* the part of it for earlier epochs */
	uint64_t bound;		       /* of old_bytes; past it the oldest epochs are retired */
	uint64_t retired_early;	       /* epochs that were retired because of the bound */
};

/*
 * pidepoch_stats() - what the library keeps for this process; `pidepoch status PID` is for others
 * @stats:   its `size` is read, the other fields are written
 * Context:  async-signal-safe
 * Return:   0, or -1 with errno
 * Errors:   EINVAL a size of 0, or larger than this library knows
 * Source:   proposal ("Being behind should also could against a process in kernel memory
 *           accounting")
 * Since:    0.1
 */
#ifdef __cplusplus
/* */ int pidepoch_stats_(struct pidepoch_stats *stats) __asm__("pidepoch_stats");
#define pidepoch_stats(stats) pidepoch_stats_(stats)
#else
int pidepoch_stats(struct pidepoch_stats *stats);
#endif

#ifdef __cplusplus
}
#endif

#endif
