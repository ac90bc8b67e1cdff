/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait - waitid() on a reference. It waits on a pidfd, which stays with the child that is meant
 * however long that takes.
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

/* libc's own, a cancellation point; only ever with WNOWAIT, so that nothing is lost to a
 * cancellation */
static long peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return waitid((idtype_t)idtype, id, info, options) == 0 ? 0 : -errno;
}

/* Other waits of this process are not seen: the reap must be by pidfd as well. */
static long reap_unseen(const struct wanted *w)
{
	for (;;) {
		siginfo_t seen = { .si_pid = 0 }, own, *info = w->info ? w->info : &own;
		long n = peek(P_PIDFD, (uint32_t)w->pin.fd, &seen, w->options | WNOWAIT);

		if (n != 0)
			return n;
		/* not touched before the kernel has written to it: the pointer may be bad */
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

	/* what it only looks at, or does not end, no bookkeeping is needed for */
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
