/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * syscall - the hooks of arch/<cpu>/syscall.S. A process call that is made through syscall() is
 * guarded or recorded as the call of libc's wrapper is. No raw call runs atfork handlers or is a
 * cancellation point, so none goes through libc here.
 */
#include "arch/syscall.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "core/sys.h"
#include "environ.h"
#include "filter.h"
#include "prctl.h"
#include "wait.h"

static long peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return pe_sys_waitid(idtype, (int)id, info, options, NULL);
}

/* @flags: those of a clone whose child has its own memory */
static long make_child(enum pe_call by, uint64_t flags, const struct pe_gate_call *c)
{
	const long *a = c->arg;
	struct pe_birth b = { .engaged = false };
	long n;

	if (!(flags & CLONE_PARENT))
		b = pe_preload_birth_begin(by);
	n = pe_sys6(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (n != 0)
		pe_preload_birth_end(&b, (pid_t)n);
	else if (b.unwiped)
		pe_preload_forked();
	return n;
}

/* clone3's structure was probed by pe_syscall_clone() before this call. */
static uint64_t clone3_flags(long args)
{
	return ((const struct clone_args *)args)->flags;
}

static long guarded(enum pe_call by, int signal, siginfo_t *info, bool to_thread,
		    const struct pe_gate_call *c)
{
	struct pe_use u = {
		.by = by,
		.pid = (int)c->arg[0],
		.signal = signal,
		.to_thread = to_thread,
		.info = info,
		.call = *c,
	};

	u.call.arg[PE_TOKEN_AT] = PE_TOKEN; /* none of these calls has so many arguments */
	return pe_preload_guard(&u);
}

static long raw_kill(const struct pe_gate_call *c)
{
	int pid = (int)c->arg[0];
	bool group = pe_preload_means_group(pid);
	const struct pe_use u = {
		.by = PE_CALL_KILL,
		.pid = group ? -pid : pid,
		.group = group,
		.signal = (int)c->arg[1],
		.call = { .nr = c->nr, .arg = { pid, c->arg[1], [PE_TOKEN_AT] = PE_TOKEN } },
	};

	return pe_preload_guard(&u);
}

static long raw_ioprio(const struct pe_gate_call *c)
{
	int which = (int)c->arg[0], who = (int)c->arg[1];
	bool named = who > 1 && which != IOPRIO_WHO_USER;
	const struct pe_use u = {
		.by = c->nr == SYS_ioprio_get ? PE_CALL_IOPRIO_GET : PE_CALL_IOPRIO_SET,
		.pid = named ? who : 0,
		.group = named && which == IOPRIO_WHO_PGRP,
		.signal = PE_USE_NO_SIGNAL,
		.call = *c,
	};

	return pe_preload_guard(&u);
}

static long plain(const struct pe_gate_call *c)
{
	const long *a = c->arg;

	return pe_sys6(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long raw_wait4(const struct pe_gate_call *c)
{
	const long *a = c->arg;

	if (!pe_wait4_ours((pid_t)a[0], (int)a[2]))
		return plain(c);
	return pe_wait4_by(peek, PE_CALL_WAIT4, (pid_t)a[0], (int *)a[1], (int)a[2],
			   (struct rusage *)a[3]);
}

static long raw_waitid(const struct pe_gate_call *c)
{
	const long *a = c->arg;
	const struct pe_reap r = {
		.peek = peek,
		.by = PE_CALL_WAITID,
		.idtype = (int)a[0],
		.id = (uint32_t)a[1],
		.info = (siginfo_t *)a[2],
		.options = (int)a[3],
		.rusage = (struct rusage *)a[4],
	};

	return pe_waitid_ours((int)a[3]) ? pe_preload_reap(&r) : plain(c);
}

/* execve(path, argv, envp) and execveat(dir, path, argv, envp, flags). @envp: the index of that
 * argument */
static long execute(struct pe_gate_call *c, int envp, const struct pe_loadable *program)
{
	struct pe_environ e;
	long n;

	pe_environ_make(&e, (char *const *)c->arg[envp - 1], (char *const *)c->arg[envp], program);
	c->arg[envp] = (long)e.envp;
	n = plain(c);
	pe_environ_done(&e);
	return n;
}

static long set_action(const struct pe_gate_call *c)
{
	const struct pe_sys_sigaction *act = (const struct pe_sys_sigaction *)c->arg[1];
	long n = plain(c);

	/* ask the kernel instead of reading the argument: the pointer may be bad */
	if (n == 0 && act && c->arg[0] == SIGCHLD) {
		if (pe_sys_children_vanish())
			pe_preload_children_vanish();
		pe_preload_child_action();
	}
	return n;
}

static long set_filter(const struct pe_gate_call *c)
{
	const long *a = c->arg;

	if (a[0] != SECCOMP_SET_MODE_FILTER && a[0] != SECCOMP_SET_MODE_STRICT)
		return plain(c);
	return pe_own_filter_install(a[0] == SECCOMP_SET_MODE_STRICT ? NULL : (const void *)a[2],
				     c);
}

static long watched(struct pe_gate_call *c)
{
	const long *a = c->arg;

	switch (c->nr) {
#ifdef SYS_fork
	case SYS_fork:
		return make_child(PE_CALL_FORK, 0, c);
#endif
	case SYS_clone:
		return make_child(PE_CALL_CLONE, (uint64_t)a[0], c);
	case SYS_clone3:
		return make_child(PE_CALL_CLONE, clone3_flags(a[0]), c);
	case SYS_wait4:
		return raw_wait4(c);
	case SYS_waitid:
		return raw_waitid(c);
	case SYS_kill:
		return raw_kill(c);
	case SYS_tkill:
		return guarded(PE_CALL_TKILL, (int)a[1], NULL, true, c);
	case SYS_tgkill:
		return guarded(PE_CALL_TGKILL, (int)a[2], NULL, true, c);
	case SYS_rt_sigqueueinfo:
		return guarded(PE_CALL_SIGQUEUE, (int)a[1], (siginfo_t *)a[2], false, c);
	case SYS_rt_tgsigqueueinfo:
		return guarded(PE_CALL_RT_TGSIGQUEUE, (int)a[2], NULL, true, c);
	case SYS_ioprio_get:
	case SYS_ioprio_set:
		return raw_ioprio(c);
	case SYS_pidfd_open:
		return guarded(PE_CALL_PIDFD_OPEN, PE_USE_NO_SIGNAL, NULL, false, c);
	case SYS_execve:
		return execute(c, 2,
			       &(const struct pe_loadable){ AT_FDCWD, (const char *)a[0], 0,
							    false });
	case SYS_execveat:
		return execute(c, 3,
			       &(const struct pe_loadable){ (int)a[0], (const char *)a[1],
							    (int)a[4], false });
	case SYS_rt_sigaction:
		return set_action(c);
	case SYS_seccomp:
		return set_filter(c);
	case SYS_prctl:
		return pe_prctl_made(a);
	default:
		return plain(c);
	}
}

long pe_syscall_watched(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	struct pe_gate_call c = { .nr = nr, .arg = { a1, a2, a3, a4, a5, a6 } };

	return pe_result(watched(&c));
}

long pe_syscall_failed(long ret)
{
	errno = (int)-ret;
	return -1;
}

void pe_syscall_shared_vm(void)
{
	pe_preload_shared_vm();
}
