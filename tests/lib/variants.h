/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variants - for tests of the calls on references: a table of all that have a plain counterpart,
 * and the two results that are right: the counterpart's, or a refusal without any effect. */
#ifndef TESTS_LIB_VARIANTS_H
#define TESTS_LIB_VARIANTS_H

#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "api.h"

#define BEST_EFFORT_5 IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 5)

/* The results of a call: its return value, its errno if that was -1, and what it wrote. */
struct answer {
	long n;
	int error;
	_Alignas(16) unsigned char out[256];
};

static char remote[64] = "from the other's memory";
static char news[4] = "new";
static const struct iovec from_remote = { remote, sizeof(remote) };
static const struct iovec to_remote = { remote, sizeof(news) }, from_news = { news, sizeof(news) };
static const struct sched_param no_priority;
static const union sigval five = { .sival_int = 5 };
static cpu_set_t processors;
static uint32_t wrong_policy[14] = { sizeof(wrong_policy), 99 }; /* a struct sched_attr */
static struct pidepoch_ref self;
static const char *relation = ""; /* of the process to the caller, for messages */

/* A new descriptor each time: only the process it refers to is compared. */
static long described(int fd)
{
	char path[64], line[128];
	long n = -2;
	FILE *f;

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	MUST(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "Pid: %ld", &n);
	fclose(f);
	close(fd);
	return n;
}

/* kcmp orders by address: only "the same" and "not the same" are answers that stay. */
static long sameness(long n)
{
	return n > 0 ? 1 : n;
}

/*
 * X(name, on a reference, plain): pid, epoch, and an answer `a` are there. ptrace gets a request
 * that a process which is no tracee is refused: the kernel looks for the process first.
 */
#define VARIANTS(X)                                                                                \
	X(kill, pidepoch_kill(pid, epoch, 0), kill(pid, 0))                                        \
	X(tgkill, pidepoch_tgkill(pid, epoch, pid, 0), tgkill(pid, pid, 0))                        \
	X(sigqueue, pidepoch_sigqueue(pid, epoch, 0, five), sigqueue(pid, 0, five))                \
	X(getpgid, pidepoch_getpgid(pid, epoch), getpgid(pid))                                     \
	X(getsid, pidepoch_getsid(pid, epoch), getsid(pid))                                        \
	X(setpgid, pidepoch_setpgid(pid, epoch, getpgrp()), setpgid(pid, getpgrp()))               \
	X(getpriority, pidepoch_getpriority(pid, epoch), getpriority(PRIO_PROCESS, (id_t)pid))     \
	X(setpriority, pidepoch_setpriority(pid, epoch, 3),                                        \
	  setpriority(PRIO_PROCESS, (id_t)pid, 3))                                                 \
	X(ioprio_get, pidepoch_ioprio_get(pid, epoch),                                             \
	  syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid))                                        \
	X(ioprio_set, pidepoch_ioprio_set(pid, epoch, BEST_EFFORT_5),                              \
	  syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, BEST_EFFORT_5))                         \
	X(sched_getaffinity,                                                                       \
	  pidepoch_sched_getaffinity(pid, epoch, sizeof(a->out), (cpu_set_t *)a->out),             \
	  sched_getaffinity(pid, sizeof(a->out), (cpu_set_t *)a->out))                             \
	X(sched_setaffinity,                                                                       \
	  pidepoch_sched_setaffinity(pid, epoch, sizeof(processors), &processors),                 \
	  sched_setaffinity(pid, sizeof(processors), &processors))                                 \
	X(sched_getscheduler, pidepoch_sched_getscheduler(pid, epoch), sched_getscheduler(pid))    \
	X(sched_setscheduler, pidepoch_sched_setscheduler(pid, epoch, SCHED_BATCH, &no_priority),  \
	  sched_setscheduler(pid, SCHED_BATCH, &no_priority))                                      \
	X(sched_getparam, pidepoch_sched_getparam(pid, epoch, (struct sched_param *)a->out),       \
	  sched_getparam(pid, (struct sched_param *)a->out))                                       \
	X(sched_setparam, pidepoch_sched_setparam(pid, epoch, &no_priority),                       \
	  sched_setparam(pid, &no_priority))                                                       \
	X(sched_getattr, pidepoch_sched_getattr(pid, epoch, a->out, 56, 0),                        \
	  syscall(SYS_sched_getattr, pid, a->out, 56, 0))                                          \
	X(sched_setattr, pidepoch_sched_setattr(pid, epoch, wrong_policy, 0),                      \
	  syscall(SYS_sched_setattr, pid, wrong_policy, 0))                                        \
	X(sched_rr_get_interval,                                                                   \
	  pidepoch_sched_rr_get_interval(pid, epoch, (struct timespec *)a->out),                   \
	  sched_rr_get_interval(pid, (struct timespec *)a->out))                                   \
	X(prlimit, pidepoch_prlimit(pid, epoch, RLIMIT_STACK, NULL, (struct rlimit *)a->out),      \
	  prlimit(pid, (__rlimit_resource_t)RLIMIT_STACK, NULL, (struct rlimit *)a->out))          \
	X(process_vm_readv,                                                                        \
	  pidepoch_process_vm_readv(pid, epoch, &(struct iovec){ a->out, sizeof(remote) }, 1,      \
				    &from_remote, 1, 0),                                           \
	  process_vm_readv(pid, &(struct iovec){ a->out, sizeof(remote) }, 1, &from_remote, 1, 0)) \
	X(process_vm_writev,                                                                       \
	  pidepoch_process_vm_writev(pid, epoch, &from_news, 1, &to_remote, 1, 0),                 \
	  process_vm_writev(pid, &from_news, 1, &to_remote, 1, 0))                                 \
	X(kcmp, sameness(pidepoch_kcmp(pid, epoch, self.pid, self.epoch, KCMP_FS, 0, 0)),          \
	  sameness(syscall(SYS_kcmp, pid, self.pid, KCMP_FS, 0, 0)))                               \
	X(ptrace, pidepoch_ptrace(PTRACE_CONT, pid, epoch, NULL, NULL),                            \
	  ptrace(PTRACE_CONT, pid, NULL, NULL))                                                    \
	X(pidfd_open, described(pidepoch_pidfd_open(pid, epoch, 0)),                               \
	  described((int)syscall(SYS_pidfd_open, pid, 0)))

struct variant {
	const char *name;
	long (*on)(pid_t pid, pidepoch_t epoch, struct answer *a);
	long (*plain)(pid_t pid, struct answer *a);
};

#define DEFINE(name, on_reference, by_number)                                                      \
	static long name##_on(pid_t pid, pidepoch_t epoch, struct answer *a)                       \
	{                                                                                          \
		(void)a;                                                                           \
		return on_reference;                                                               \
	}                                                                                          \
	static long name##_plain(pid_t pid, struct answer *a)                                      \
	{                                                                                          \
		(void)a;                                                                           \
		return by_number;                                                                  \
	}
VARIANTS(DEFINE)

#define LIST(name, on_reference, by_number) { #name, name##_on, name##_plain },
static const struct variant variants[] = { VARIANTS(LIST) };
#define VARIANTS_COUNT (sizeof(variants) / sizeof(variants[0]))

static _Noreturn void variants_fail(const struct variant *v, const char *what,
				    const struct answer *ours, const struct answer *plain)
{
	printf("FAIL: %s: %s %s: %ld, errno %d; the plain call: %ld, errno %d\n", relation, v->name,
	       what, ours->n, ours->error, plain->n, plain->error);
	fflush(stdout);
	_exit(1);
}

static inline void variants_agree(const struct variant *v, struct pidepoch_ref ref)
{
	struct answer ours = { .n = 0 }, plain = { .n = 0 };

	errno = 0;
	plain.n = v->plain(ref.pid, &plain);
	plain.error = plain.n == -1 ? errno : 0;
	errno = 0;
	ours.n = v->on(ref.pid, ref.epoch, &ours);
	ours.error = ours.n == -1 ? errno : 0;
	if (ours.n != plain.n || ours.error != plain.error ||
	    memcmp(ours.out, plain.out, sizeof(ours.out)) != 0)
		variants_fail(v, "differs", &ours, &plain);
}

static inline void variants_refuse(const struct variant *v, struct pidepoch_ref ref)
{
	static const struct answer untouched;
	struct answer a = { .n = 0 };

	a.n = v->on(ref.pid, ref.epoch, &a);
	a.error = errno;
	if (!api_refused(a.n) || memcmp(a.out, untouched.out, sizeof(a.out)) != 0)
		variants_fail(v, "is not refused", &a, &untouched);
}

#endif
