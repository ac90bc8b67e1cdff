/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare - references and other names of a process: its pidfd, its inode, another reference. */
#include <pidepoch.h>
#include <sys/syscall.h>

#include "core/reference/reference.h"
#include "core/reference/released.h"
#include "core/text.h"
#include "core/time/identity.h"
#include "lib/state.h"

/* --- a pidfd --- */

/* The line "Pid:" of a pidfd's fdinfo. 0: the process has no pid in this namespace; -ESRCH: it was
 * reaped; or another -errno */
static long pid_of(int pidfd)
{
	static const char word[] = "\nPid:\t";
	char path[48], info[512];
	struct pe_text t = pe_text_on(path, sizeof(path));
	uint64_t pid = 0;
	long n;

	pe_text_add(&t, "/proc/self/fdinfo/");
	pe_text_decimal(&t, (uint64_t)pidfd);
	n = pe_sys_slurp(pe_text_end(&t), info, sizeof(info) - 1);
	if (n < 0)
		return n == -ENOENT ? -EBADF : n;
	info[n] = '\0';
	for (const char *at = info; *at; at++)
		if (pe_text_begins(at, word)) {
			at += sizeof(word) - 1;
			if (*at == '-')
				return -ESRCH;
			pe_text_digits(at, NULL, 10, &pid);
			return (long)pid;
		}
	return -EBADF;
}

/* The reference is taken first. If the pidfd's process still exists afterwards, the pid was its all
 * the time. */
static long from_pidfd(const struct pe_state *s, int pidfd, struct pidepoch_ref *ref)
{
	long pid = pidfd < 0 ? -EBADF : pid_of(pidfd);
	uint64_t epoch = 0;
	int err;

	if (pid <= 0)
		return pid ? pid : -EXDEV;
	err = pe_reference_take(s->frame, s->thread, (int)pid, &epoch);
	if (err == 0 && pe_sys_pidfd_send_signal(pidfd, 0, NULL, 0) == -ESRCH)
		err = -ESRCH;
	if (err == 0) {
		*ref = (struct pidepoch_ref){ .pid = (pid_t)pid, .epoch = (pidepoch_t)epoch };
		pe_frame_learn(s->frame, s->thread, (int)pid);
	}
	return err;
}

PE_EXPORT int pidepoch_ref_pidfd(int pidfd, struct pidepoch_ref *ref)
{
	struct pe_state s;

	return (int)pe_result(pe_state_enter(&s) ? from_pidfd(&s, pidfd, ref) : -EAGAIN);
}

/* --- two references --- */

/* 1: it means the process that has the pid now; 0: one that is gone; -EEPOCH: not known */
static long means_holder(const struct pe_state *s, const struct pidepoch_ref *ref)
{
	struct pe_pin pin;
	int err = pe_reference_pin(s->frame, s->thread, ref->pid, ref->epoch, SYS_pidfd_open,
				   PE_PIN_PIDFD, &pin);

	if (err == 0) {
		pe_reference_unpin(s->frame, s->thread, &pin);
		return 1;
	}
	if (err == -ESRCH || (err == -PE_EEPOCH && pin.gone))
		return 0;
	return err;
}

/* both are gone */
static long same_end(const struct pe_state *s, const struct pidepoch_ref *a,
		     const struct pidepoch_ref *b)
{
	struct pe_obituary of_a, of_b;

	if (pe_released_obituary(s->frame, a->pid, a->epoch, &of_a) != 0 ||
	    pe_released_obituary(s->frame, b->pid, b->epoch, &of_b) != 0)
		return -PE_EEPOCH;
	return of_a.birth == of_b.birth;
}

static long same(const struct pe_state *s, const struct pidepoch_ref *a,
		 const struct pidepoch_ref *b)
{
	long holds_a, holds_b;

	if (a->pid != b->pid || a->epoch == b->epoch)
		return a->pid == b->pid;
	holds_a = means_holder(s, a);
	holds_b = means_holder(s, b);
	if (holds_a < 0 || holds_b < 0)
		return holds_a < 0 ? holds_a : holds_b;
	if (holds_a != holds_b)
		return 0;
	return holds_a ? 1 : same_end(s, a, b);
}

PE_EXPORT int pidepoch_same(const struct pidepoch_ref *a, const struct pidepoch_ref *b)
{
	struct pe_state s;

	return (int)pe_result(pe_state_enter(&s) ? same(&s, a, b) : -EAGAIN);
}
