/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait - waitid() on a reference. It waits on a pidfd, which refers to the same child for the whole
 * wait.
 */
#include <errno.h>
#include <pidepoch.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/engine/reap.h"
#include "core/reference/reference.h"
#include "lib/state.h"

struct wanted {
	struct pe_state state;
	struct pe_pin pin;
	siginfo_t *info;
	struct rusage *usage;
	int options;
};

/* libc's own waitid, a cancellation point. It is always called with WNOWAIT, so that a cancellation
 * loses no status. */
static long peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return waitid((idtype_t)idtype, id, info, options) == 0 ? 0 : -errno;
}

/* The library does not see other waits of this process, so the reap must go by pidfd as well. */
static long reap_unseen(const struct wanted *w)
{
	for (;;) {
		siginfo_t seen = { .si_pid = 0 }, own, *info = w->info ? w->info : &own;
		long n = peek(P_PIDFD, (uint32_t)w->pin.fd, &seen, w->options | WNOWAIT);

		if (n != 0)
			return n;
		/* not read before the kernel has written to it: the pointer may be bad */
		n = pe_sys_waitid_with(PE_TOKEN_JUDGED, P_PIDFD, w->pin.fd, info,
				       w->options | WNOHANG, w->usage);
		if (n != 0 || info->si_pid != 0 || seen.si_pid == 0)
			return n;
	}
}

static long reap(const struct wanted *w)
{
	const struct pe_reap r = {
		.peek = peek,
		.by = PE_CALL_WAITID,
		.idtype = P_PIDFD,
		.id = (uint32_t)w->pin.fd,
		.options = w->options,
		.rusage = w->usage,
		.info = w->info,
	};

	/* a wait that only looks, or does not wait for an exit, needs no bookkeeping */
	if (w->state.frame->set->linked_only || !(w->options & WEXITED) || (w->options & WNOWAIT))
		return reap_unseen(w);
	return pe_reap(w->state.frame, w->state.thread, &r);
}

static void close_pin(void *pin)
{
	close(((struct pe_pin *)pin)->fd);
}

PE_EXPORT int pidepoch_waitid(pid_t pid, pidepoch_t epoch, siginfo_t *info, int options,
			      struct rusage *usage)
{
	struct wanted w = { .info = info, .usage = usage, .options = options };
	long n;

	if (!pe_state_enter(&w.state))
		return (int)pe_result(pid > 0 ? pe_sys_waitid(P_PID, pid, info, options, usage)
					      : -EINVAL);
	n = pe_reference_pin(w.state.frame, w.state.thread, pid, epoch, SYS_waitid, PE_PIN_PIDFD,
			     &w.pin);
	if (n != 0)
		return (int)pe_result(n);
	pthread_cleanup_push(close_pin, &w.pin);
	n = reap(&w);
	pthread_cleanup_pop(1);
	return (int)pe_result(n);
}
