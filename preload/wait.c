/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait - the wait family. The engine's reap does the work; libc's own waitid() does the blocking,
 * so each function stays a cancellation point. In a vfork child, and for arguments that the kernel
 * will reject, libc's call is made as it is.
 */
#include "wait.h"

#include <errno.h>
#include <limits.h>

#include "core/sys.h"
#include "core/token.h"
#include "learn.h"

#define WAIT4_FLAGS  (WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)
#define WAITID_FLAGS (WAIT4_FLAGS | WEXITED)

/* With --waits=share a wait that only looks is notified, and the supervisor may have been killed
 * (token.7). */
static int real_waitid(idtype_t idtype, id_t id, siginfo_t *info, int options)
{
	int before = errno, n = PE_REAL(waitid)(idtype, id, info, options);

	if (likely(n == 0 || errno != ENOSYS))
		return n;
	errno = before;
	return (int)pe_result(
		pe_sys_waitid_with(PE_TOKEN, (int)idtype, (int)id, info, options, NULL));
}

static long peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	int before = errno;
	long n = real_waitid((idtype_t)idtype, id, info, options) == 0 ? 0 : -errno;

	/* The wait as a whole may still succeed. Write errno only if it changed: a write to a page
	 * shared with a child costs a fault. */
	if (errno != before)
		errno = before;
	return n;
}

bool pe_wait4_ours(pid_t pid, int options)
{
	return !(options & ~WAIT4_FLAGS) && pid != INT_MIN && pe_preload_enter();
}

bool pe_waitid_ours(int options)
{
	return !(options & ~WAITID_FLAGS) && (options & WEXITED) && pe_preload_enter();
}

long pe_wait4_by(pe_reap_peek how, enum pe_call by, pid_t pid, int *status, int options,
		 struct rusage *used)
{
	/* wait4's first argument in waitid's terms; WUNTRACED is WSTOPPED */
	struct pe_reap r = {
		.peek = how,
		.by = by,
		.idtype = pid == -1 ? P_ALL
			  : pid > 0 ? P_PID
				    : P_PGID,
		.id = (uint32_t)(pid == -1  ? 0
				 : pid >= 0 ? pid
					    : -pid),
		.options = options | WEXITED,
		.rusage = used,
		.as_wait4 = true,
		.status = status,
	};

	return pe_preload_reap(&r);
}

static pid_t any_wait4(pid_t pid, int *status, int options, struct rusage *used, enum pe_call by)
{
	if (!pe_wait4_ours(pid, options))
		return PE_REAL(wait4)(pid, status, options, used);
	return (pid_t)pe_result(pe_wait4_by(peek, by, pid, status, options, used));
}

PE_PUBLIC pid_t wait(int *status)
{
	return any_wait4(-1, status, 0, NULL, PE_CALL_WAIT);
}

PE_PUBLIC pid_t __wait(int *status) __attribute__((alias("wait")));

PE_PUBLIC pid_t waitpid(pid_t pid, int *status, int options)
{
	return any_wait4(pid, status, options, NULL, PE_CALL_WAITPID);
}

PE_PUBLIC pid_t __waitpid(pid_t pid, int *status, int options) __attribute__((alias("waitpid")));

PE_PUBLIC pid_t wait3(int *status, int options, struct rusage *used)
{
	return any_wait4(-1, status, options, used, PE_CALL_WAIT3);
}

PE_PUBLIC pid_t wait4(pid_t pid, int *status, int options, struct rusage *used)
{
	return any_wait4(pid, status, options, used, PE_CALL_WAIT4);
}

/* A wait that only looks (WNOWAIT) comes too late (S17). */
static pe_cold int look_late(id_t id, siginfo_t *info, int options, int before)
{
	const struct pe_reap r = {
		.by = PE_CALL_WAITID, .idtype = P_PID, .id = id, .options = options, .info = info
	};
	long n = pe_preload_share(&r);

	if (n == 0)
		errno = before;
	return (int)pe_result(n);
}

/* A call that reaps nothing (WNOWAIT, or no WEXITED) can still return a pid. The pid of an ended
 * child is not learned. */
static int look(idtype_t idtype, id_t id, siginfo_t *info, int options)
{
	siginfo_t own, *seen = info ? info : &own;
	int n, before = errno;

	own.si_pid = 0;
	n = real_waitid(idtype, id, seen, options);
	if (n == 0)
		pe_learn_siginfo(seen);
	else if (errno == ECHILD && idtype == P_PID && (options & WEXITED) &&
		 pe_preload_shares_waits())
		return look_late(id, info, options, before);
	return n;
}

PE_PUBLIC int waitid(idtype_t idtype, id_t id, siginfo_t *info, int options)
{
	struct pe_reap r = { .peek = peek,
			     .by = PE_CALL_WAITID,
			     .idtype = (int)idtype,
			     .id = id,
			     .options = options,
			     .info = info };

	if (!pe_waitid_ours(options))
		return look(idtype, id, info, options);
	return (int)pe_result(pe_preload_reap(&r));
}
