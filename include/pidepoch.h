/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidepoch - references to processes that survive the reuse of pids.
 *
 * A reference is a number and an epoch: 8 bytes, and no descriptor. Each pid call has a variant
 * that takes both, and acts on the process that was meant or on nobody.
 *
 *     pid 4711, epoch 7                       the number comes round: epoch 8
 *     pidepoch_kill(4711, 7, SIGTERM) -> 0    pidepoch_kill(4711, 7, SIGTERM) -> EEPOCH, or ESRCH
 *                                             while it is free
 *
 * Names of the proposal of 2019-05-12 keep their spelling; the rest begins with pidepoch_ or
 * PIDEPOCH_. Structures with a `size` grow at their end: set it to sizeof, and what you do not use
 * to zero. pidepoch(7) explains the words.
 *
 * Contexts: "async-signal-safe" holds for handlers and for vfork children: there a variant of a
 * call passes to the kernel as its plain sibling would, and what has no sibling fails with EAGAIN.
 * All functions may be called by any thread.
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
 * The errno of a reference whose number may have been handed out again. It lies outside the
 * kernel's own errnos (which end at 133, and at 530 for those that stay inside the kernel) and
 * below 4096, so that it survives the system call convention, by which only -4095..-1 is an error.
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

struct timespec; /* which a strict -std=c99 leaves out of <time.h> */

/*
 * The epoch of a number, which is the lap of the pid allocator that the number belongs to: 32 bits,
 * and always relative to
 * the number (pidepoch(7)). It wraps; within 2^31 laps nothing is taken for something else.
 */
typedef uint32_t pidepoch_t;

/*
 * A moment: lap (42 bits) and cursor (22 bits), so that later moments are greater integers. Never
 * 0.
 */
typedef uint64_t pidepoch_snapshot_t;

/* a process as this program knows it: 8 bytes */
struct pidepoch_ref {
	pid_t pid;
	pidepoch_t epoch;
};

/*
 * pidepoch_ref() - a reference to the process that holds @pid now
 * @pid:     number, 1..pid_max-1
 * @ref:     where it is written
 * Context:  async-signal-safe; one descriptor for the moment of the call, unless @pid is a child
 * whose fork was seen
 * Return:   0, or -1 with errno
 * Errors:   ESRCH nobody holds @pid; EINVAL @pid is no number of a process; EMFILE, ENFILE, ENOMEM;
 *           EAGAIN in a vfork child
 * Source:   proposal of 2019-05-12 ("a list of pids it has references to in a specific epoch")
 * Since:    0.1
 */
int pidepoch_ref(pid_t pid, struct pidepoch_ref *ref);

/*
 * pidepoch_of() - the epoch of @pid at a moment: its lap if the cursor had passed it, else the lap
 * before @snapshot: as pidepoch_get(), pidepoch_now() and waitpidv() give it
 * @pid:      number, 1..pid_max-1
 * Context:   async-signal-safe; no system call
 * Return:    the epoch
 * Errors:    none
 * Source:    proposal ("always relative to it's pid")
 * Since:     0.1
 */
pidepoch_t pidepoch_of(pidepoch_snapshot_t snapshot, pid_t pid);

/*
 * pidepoch_get() - this process's sync point: the moment up to which its references are in order
 * (PR_GET_PID_EPOCH) Context:  async-signal-safe
 * Return:   the snapshot; at the first call of this library in a process, the present
 * Errors:   none
 * Source:   proposal ("the epoch has a prctl setter and getter")
 * Since:    0.1
 */
pidepoch_snapshot_t pidepoch_get(void);

/*
 * pidepoch_now() - the present, as a snapshot; the sync point stays where it is
 * Context:  async-signal-safe; reads the kernel's cursor, one descriptor for the moment of the call
 * Return:   the snapshot
 * Errors:   none
 * Source:   none
 * Since:    0.1
 */
pidepoch_snapshot_t pidepoch_now(void);

/*
 * pidepoch_set() - move the sync point forward, which releases what is kept for older epochs
 * (PR_SET_PID_EPOCH) @snapshot: of this process, or one that it inherited over fork; not in the
 * future
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
 *   prctl(PR_SET_PID_EPOCH, (long)lap, PIDEPOCH_LAP)    the earliest moment of that lap that is not
 *                                                       set yet
 *   prctl(PR_GET_PID_EPOCH_SIGNAL, int *out), prctl(PR_SET_PID_EPOCH_SIGNAL, int signal)
 * Elsewhere the kernel answers EINVAL.
 */
#define PR_GET_PID_EPOCH	0x50450001
#define PR_SET_PID_EPOCH	0x50450002
#define PR_GET_PID_EPOCH_SIGNAL 0x50450003
#define PR_SET_PID_EPOCH_SIGNAL 0x50450004
#define PIDEPOCH_LAP		1L

/*
 * pidepoch_set_signal() - be told when the sync point falls two whole epochs behind
 * (PR_SET_PID_EPOCH_SIGNAL) @signal:  1..64, sent to the process once per crossing and again after
 * pidepoch_set(); 0: none, as at the start.
 *           Its si_code is SI_QUEUE and si_value.sival_int the epoch that has been reached.
 * Context:  async-signal-safe. The signal is sent when this process next enters the library.
 * Return:   0, or -1 with errno
 * Errors:   EINVAL no signal
 * Source:   proposal ("also get a signal if they haven't updated and are 2 full epochs behind")
 * Since:    0.1
 */
int pidepoch_set_signal(int signal);

/* --- references as text --- */

#define PIDEPOCH_TEXT_MAX 96

/* pidepoch_format(): with the boot id, for a file that may outlive the boot */
#define PIDEPOCH_TEXT_BOOT 1u

/*
 * pidepoch_format() - "PID:INODE", the form that util-linux prints and takes, or
 * "PID:INODE@BOOT-ID"
 * @ref:     a reference that holds now
 * @text:    at least PIDEPOCH_TEXT_MAX bytes
 * @size:    of @text, bytes
 * @flags:   0 or PIDEPOCH_TEXT_BOOT
 * Context:  async-signal-safe
 * Return:   the length without the final NUL, or -1 with errno
 * Errors:   ESRCH, EEPOCH as any call on @ref; ERANGE @size is too small; EINVAL unknown flags;
 *           EOPNOTSUPP this kernel's pidfds have no inodes of their own (before Linux 6.9)
 * Source:   none
 * Since:    0.1
 */
int pidepoch_format(const struct pidepoch_ref *ref, char *text, size_t size, unsigned int flags);

/*
 * pidepoch_parse() - the reference that a text stands for, if that very process is still there
 * @text:    as pidepoch_format() made it; a final newline is allowed
 * @ref:     where it is written
 * Context:  async-signal-safe
 * Return:   0, or -1 with errno
 * Errors:   ESRCH the process is gone, its number free; EEPOCH the number is somebody else's, or
 *           another boot's; EINVAL no such text, or a bare number, of which nothing can be known;
 *           EOPNOTSUPP as pidepoch_format()
 * Source:   none
 * Since:    0.1
 */
int pidepoch_parse(const char *text, struct pidepoch_ref *ref);

/* --- calls on references --- */

/*
 * pidepoch_kill(), and the other variants below - the call of that name, on the process that held
 * @pid in @epoch
 * @pid:     number, 1..pid_max-1; groups, 0 and -1 are not accepted
 * @epoch:   of the reference: as pidepoch_ref() gave it, or pidepoch_of() a snapshot
 * others:   as the plain call takes them
 * Context:  async-signal-safe. On a child whose fork this process saw: no descriptor. Else one for
 * the moment of the call.
 * Return:   as the plain call
 * Errors:   the plain call's, and: ESRCH gone, and its number free or not handed out again; EEPOCH
 *           gone, and its number may be somebody else's; EINVAL @pid is no number of a process, or
 *           @epoch lies in the future
 * Exact:    on a child whose waits this process sees, every call. On others: kill, rt_sigqueueinfo,
 *           pidfd_open and waitid act through a pidfd; the calls that only look are looked at again
 *           afterwards, and their answer is given only if the process was the same all the time.
 *           The others change something: they are best effort, and answer EEPOCH or ESRCH if the
 *           process went away meanwhile.
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
/* <signal.h> has their types since POSIX of 1993, which a strict -std=c99 leaves out */
#if defined(_POSIX_C_SOURCE) && _POSIX_C_SOURCE >= 199309L
int pidepoch_rt_sigqueueinfo(pid_t pid, pidepoch_t epoch, int signal, siginfo_t *info);
int pidepoch_rt_tgsigqueueinfo(pid_t pid, pidepoch_t epoch, pid_t thread, int signal,
			       siginfo_t *info);
int pidepoch_sigqueue(pid_t pid, pidepoch_t epoch, int signal, const union sigval value);
int pidepoch_waitid(pid_t pid, pidepoch_t epoch, siginfo_t *info, int options,
		    struct rusage *usage);
#endif

/*
 * pidepoch_killpg() - signal the process group that the process which held @pid in @epoch leads or
 * led
 * @pid:     1..pid_max-1, of the group's leader
 * @epoch:   of the reference to the leader: as pidepoch_ref() gave it, or pidepoch_of() a snapshot
 * @signal:  0..64; 0 sends none
 * Context:  async-signal-safe; any thread. Opens a descriptor for the moment of the call, except
 * for an unreaped child
 *           whose fork this process saw.
 * Return:   0, or -1 with errno
 * Errors:   ESRCH it leads no group, or it is gone and no group of it is known; EEPOCH the same,
 *           and its pid may be of another process or group; EINVAL @pid, @epoch or @signal is
 *           wrong; EPERM; EMFILE, ENFILE
 * Exact:    from Linux 6.9 on. A leader that was reaped is found from Linux 6.14 on, if it was a
 *           child of this process, or pidepoch_ref() took the reference; on older kernels it is
 *           ESRCH or EEPOCH.
 * Source:   killpg(3); pidfd_send_signal(2), PIDFD_SIGNAL_PROCESS_GROUP
 * Since:    0.1
 */
int pidepoch_killpg(pid_t pid, pidepoch_t epoch, int signal);

/* --- any other call --- */

/* filled by pidepoch_hold(); its fields are not for you */
struct pidepoch_held {
	uint64_t inside[4];
};

/*
 * pidepoch_hold() - keep the number of @ref from changing hands, for any calls that this library
 * has no variant of
 * @ref:     the reference
 * @held:    to be given to pidepoch_release(), by the same thread; holds are let go in the reverse
 *           order
 * Context:  async-signal-safe. While it holds, a thread must not wait for children: other threads'
 * waits for this one
 *           wait until it is let go. On others than own children, and on these beyond four at once
 *           in a thread, it keeps a close-on-exec descriptor, and the number is watched, not kept:
 *           pidepoch_release() says whether it was right all the time.
 * Return:   0, or -1 with errno
 * Errors:   ESRCH, EEPOCH, EINVAL as pidepoch_kill(); EAGAIN in a vfork child; EMFILE, ENFILE
 * Source:   proposal ("The current versions of the pid syscalls will continue to operate with the
 *           same existing racy semantics")
 * Since:    0.1
 */
int pidepoch_hold(const struct pidepoch_ref *ref, struct pidepoch_held *held);

/*
 * pidepoch_release() - let go
 * @held:    as pidepoch_hold() filled it
 * Context:  async-signal-safe; the thread that took it
 * Return:   0: the number was the process's all the time; -1 with errno
 * Errors:   ESRCH it was not: the process ended, and was reaped, while this thread held it; EINVAL
 *           it was let go before, or there is a later one of this thread's, or it is another
 *           thread's: nothing has been let go
 * Source:   none
 * Since:    0.1
 */
int pidepoch_release(struct pidepoch_held *held);

/* --- waitpidv --- */

/* pidv.state */
enum {
	PIDV_NEW = 0,	    /* in: not asked about yet */
	PIDV_RUNNING = 1,   /* out: it was alive at an instant of the call */
	PIDV_STOPPED = 2,   /* out, with WUNTRACED: @status as of waitpid(2) */
	PIDV_CONTINUED = 3, /* out, with WCONTINUED */
	PIDV_EXITED = 4, /* out: a child's end, and its @status; reaped, unless WNOWAIT. Final. */
	PIDV_ENDED =
		/* out: gone, and no status: no child of this process, or reaped before. Final. */
	5,
	PIDV_UNKNOWN = 6, /* out: the epoch is too old to tell. Final. */
};

/* pidv.flags */
#define PIDV_TAGGED 1 /* @epoch is this entry's own; else it follows from the call's snapshot */

/* an entry; one whose state is final is passed over */
struct pidv {
	pid_t pid;	  /* in */
	pidepoch_t epoch; /* in, with PIDV_TAGGED */
	uint16_t flags;	  /* in */
	uint16_t state;	  /* in and out: PIDV_*; begin with PIDV_NEW */
	int32_t status;	  /* out: of EXITED, STOPPED, CONTINUED */
};

/* waitpidv(): besides WNOHANG or O_NONBLOCK, WNOWAIT, WUNTRACED, WCONTINUED, __WALL, __WCLONE,
 * __WNOTHREAD */
#define WAITPIDV_ALL                                                                               \
	0x00010000 /* come back when every entry is final, not when the first has news */
#define WAITPIDV_CHANGED 0x00020000 /* write entries with news only; see waitpidv(2) */

/* more to say than most calls do; zero is the default */
struct waitpidv_more {
	size_t size;			/* sizeof(struct waitpidv_more) */
	const struct timespec *timeout; /* relative, CLOCK_MONOTONIC; NULL: none */
	struct rusage *
		usage; /* @count of them: those of entries EXITED, STOPPED, CONTINUED are written */
	uint32_t *changed;  /* with WAITPIDV_CHANGED: the indexes of the entries with news, */
	size_t changed_max; /* so many at most: what is left comes with the next call */
};

/*
 * waitpidv() - ask about many processes at once, or wait for them
 * @vec:      @count entries
 * @count:    any number
 * @snapshot: in: the moment that entries without a tag are of, 0: the sync point. Out: the moment
 * that the answers are
 *            of, for pidepoch_set(). NULL: the sync point, and do not tell.
 * @flags:    see above; unknown ones are refused
 * @more:     or NULL
 * Context:   a cancellation point and interrupted by handlers (EINTR), both with nothing lost. Not
 *            for handlers and vfork children. Threads may ask about the same children: each end is
 *            delivered once, as EXITED; the others see ENDED.
 * Return:    how many entries have news: a state other than RUNNING, and not a final one from
 *            before. 0: none, with WNOHANG or at the timeout. -1 with errno
 * Errors:    ECHILD no entry is left to wait for; EINTR; EINVAL unknown flags, a wrong size or
 *            time, a snapshot or a tag in the future, an entry that is no number of a process;
 *            EFAULT @vec is NULL; EMFILE, ENFILE, ENOMEM where there is no news; EAGAIN in a vfork
 *            child
 * Source:    proposal ("waitpidv(pidv *pid_t, epoch, O_NONBLOCK)"); wait4(2)
 * Since:     0.1
 */
int waitpidv(struct pidv *vec, size_t count, pidepoch_snapshot_t *snapshot, int flags,
	     const struct waitpidv_more *more);

/* --- by number --- */

/*
 * The same for programs that have no library (static, Go, raw), where a supervisor watches them:
 * `pidepoch run --supervisor=on`. Elsewhere ENOSYS. x86-64 and aarch64; none of them blocks. Errors
 * as of the functions; ENFILE when the supervisor has no descriptors left, ENOSYS also where it may
 * not see the caller's memory.
 *
 *   snapshot  syscall(PIDEPOCH_NR_get)                            pidepoch_get()
 *   snapshot  syscall(PIDEPOCH_NR_now)                            pidepoch_now()
 *   0         syscall(PIDEPOCH_NR_set, snapshot, 0L)              pidepoch_set(); or lap,
 *             PIDEPOCH_LAP
 *   epoch     syscall(PIDEPOCH_NR_ref, pid)                       pidepoch_ref()
 *   0         syscall(PIDEPOCH_NR_kill, pid, epoch, signal)       pidepoch_kill(), but its si_code
 *             is SI_QUEUE
 *   0         syscall(PIDEPOCH_NR_sigqueue, pid, epoch, signal, value)
 *   0         syscall(PIDEPOCH_NR_killpg, pid, epoch, signal)     pidepoch_killpg(), with SI_QUEUE.
 *             In a pid namespace below
 *                                                                 the supervisor's EPERM
 *   fd        syscall(PIDEPOCH_NR_pidfd_open, pid, epoch, flags)  a pidfd of just that process. All
 *             else can be done by it:
 *                                                                 pidfd_send_signal(2), waitid(2)
 *                                                                 with P_PIDFD
 *   count     syscall(PIDEPOCH_NR_waitpidv, vec, count, snapshot *, flags, sizeof(struct pidv))
 *             At most PIDEPOCH_WAITPIDV_MOST entries (E2BIG); flags are WNOHANG, O_NONBLOCK or 0.
 *             What it finds ended and is a child of the caller is PIDV_EXITED with PIDV_UNREAPED
 *             for its status: reap it by its pidfd.
 *   fd        syscall(PIDEPOCH_NR_waitfd, vec, count, snapshot *, 0, sizeof(struct pidv))
 *             hangs up (POLLHUP) when there may be news of an entry
 *
 * pidepoch_raw.h makes the waitpidv() that waits and reaps of the last three, without any library.
 * References of these calls and of the library's functions are not for each other: use the one or
 * the other.
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
#define PIDV_UNREAPED	       (-1) /* no status that a process can have */

/* --- the rest --- */

/*
 * pidepoch_strerror() - strerror(), which knows EEPOCH
 * @error:   an errno
 * Context:  any thread; async-signal-safe for EEPOCH only
 * Return:   a string, in the locale's language where libc has one
 * Errors:   none
 * Source:   strerror(3)
 * Since:    0.1
 */
const char *pidepoch_strerror(int error);

/* what the library keeps for this process (S9 of docs/semantics.md) */
struct pidepoch_stats {
	size_t size;		       /* in: sizeof(struct pidepoch_stats) */
	pidepoch_snapshot_t now, sync; /* the present as seen, and the sync point */
	uint64_t children;	       /* alive, tracked */
	uint64_t bytes;		       /* for all of it */
	uint64_t old_bytes;	       /* of which for epochs before the present one */
	uint64_t bound;		       /* of old_bytes: past it the oldest is retired early */
	uint64_t retired_early;	       /* how many epochs that has been done to */
};

/*
 * pidepoch_stats() - what the library keeps for this process; `pidepoch status PID` shows another's
 * @stats:   its `size` is read, the rest written
 * Context:  async-signal-safe
 * Return:   0, or -1 with errno
 * Errors:   EINVAL a size of 0, or greater than this library knows
 * Source:   proposal ("Being behind should also could against a process in kernel memory
 *           accounting")
 * Since:    0.1
 */
int pidepoch_stats(struct pidepoch_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
