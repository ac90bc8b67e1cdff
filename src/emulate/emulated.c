// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/emulated.h"

#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/frame/verdict.h"
#include "emulate/entries.h"
#include "emulate/epochs.h"
#include "emulate/points.h"
#include "emulate/ranges.h"
#include "emulate/waitfd.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/rights.h"
#include "supervisor/worker/confinement.h"
#include "supervisor/worker/credentials.h"
#include "supervisor/worker/helper.h"

#define LAST_SIGNAL 64

static uint64_t arg(const struct pe_worker_call *c, int n)
{
	return c->n->data.args[n];
}

/* --- references --- */

static long take(const struct pe_worker_call *c)
{
	uint64_t epoch = 0;
	int r = pe_epochs_take(c->s->epochs, c->peer, (int)arg(c, 0), &epoch);

	return r < 0 ? r : (long)(uint32_t)epoch;
}

static int pin(const struct pe_worker_call *c, struct pe_epochs_pin *p)
{
	return pe_epochs_pin(c->s->epochs, c->peer, (int)arg(c, 0), (uint32_t)arg(c, 1), p);
}

static long give_pidfd(const struct pe_worker_call *c)
{
	uint32_t flags = (uint32_t)arg(c, 2);
	struct pe_epochs_pin p;
	int r;

	if (flags & ~(uint32_t)O_NONBLOCK)
		return -EINVAL;
	/* its filter may forbid pidfd_open(2) */
	if (pe_confinement_by_filter(c))
		return -EPERM;
	r = pin(c, &p);
	if (r < 0)
		return r;
	if (flags && fcntl(p.fd, F_SETFL, O_NONBLOCK) < 0)
		r = -EINVAL;
	if (r == 0)
		r = pe_notify_give(c->s->listener, c->n->id, p.fd);
	close(p.fd);
	return r < 0 ? r : PE_WORKER_ANSWERED;
}

/* --- signals --- */

/* No call may end the processes of the supervisor (kill.4). */
static bool would_end_us(const struct pe_worker_call *c, int pid, int signal)
{
	return (signal == SIGKILL || signal == SIGSTOP) && pe_helper_is_ours(c->s, pid);
}

static siginfo_t info_of(const struct pe_worker_call *c, const struct pe_epochs_pin *p, int signal,
			 uint64_t value)
{
	siginfo_t info = { .si_signo = signal, .si_code = SI_QUEUE };
	int ns_pid = pe_peer_ns_pid(c->peer, c->peer->tgid);

	/* in a namespace below the caller's it has no pid */
	info.si_pid = pe_peer_shares_namespace(c->peer, p->pid) ? ns_pid : 0;
	info.si_uid = pe_rights_uid(c->peer);
	info.si_value.sival_ptr = (void *)(uintptr_t)value;
	return info;
}

static long send(const struct pe_worker_call *c, const struct pe_epochs_pin *p, int signal,
		 uint64_t value)
{
	siginfo_t info = info_of(c, p, signal, value);
	int r;

	if (would_end_us(c, p->pid, signal))
		return -EPERM;
	r = pe_credentials_signal(c, p->fd, p->pid, signal, &info);
	if (r == -ECANCELED)
		return PE_WORKER_CONTINUE; /* the caller has ended: nothing was sent */
	return r == -EACCES ? -EPERM : r;
}

static long signal_it(const struct pe_worker_call *c, uint64_t value)
{
	int signal = (int)arg(c, 2);
	struct pe_epochs_pin p;
	long r;

	if (signal < 0 || signal > LAST_SIGNAL)
		return -EINVAL;
	r = pin(c, &p);
	if (r < 0)
		return r;
	r = send(c, &p, signal, value);
	close(p.fd);
	return r == -ESRCH ? pe_epochs_gone(c->s->epochs, c->peer, &p) : r;
}

/* The leader, or its group if it was reaped. */
static long pin_leader(const struct pe_worker_call *c, struct pe_epochs_pin *p)
{
	long r = pin(c, p), fd;

	if (r != -ESRCH && r != -EEPOCH)
		return r;
	fd = pe_epochs_open_gone(c->s->epochs, c->peer, p);
	if (fd < 0)
		return fd == -EEPOCH ? fd : r;
	p->fd = (int)fd;
	return 0;
}

static long signal_group(const struct pe_worker_call *c)
{
	int signal = (int)arg(c, 2);
	struct pe_epochs_pin p;
	siginfo_t info;
	long r;

	if (signal < 0 || signal > LAST_SIGNAL)
		return -EINVAL;
	r = pin_leader(c, &p);
	if (r < 0)
		return r;
	info = info_of(c, &p, signal, 0);
	r = pe_credentials_signal_group(c, p.fd, signal, &info);
	close(p.fd);
	return r == -ECANCELED ? PE_WORKER_CONTINUE : r == -EACCES ? -EPERM : r;
}

/* --- the sync point --- */

static long set_point(const struct pe_worker_call *c, uint64_t value, uint64_t flags)
{
	if (flags & ~(uint64_t)PIDEPOCH_LAP)
		return -EINVAL;
	if (!flags)
		return pe_points_set(c, value);
	return value > UINT32_MAX ? -EINVAL : pe_points_set_lap(c, (uint32_t)value);
}

long pe_emulated_serve(struct pe_worker_call *c)
{
	pe_points_check(c);
	switch (c->n->data.nr) {
	case PIDEPOCH_NR_waitpidv:
		return pe_entries_ask(c);
	case PIDEPOCH_NR_waitfd:
		return pe_waitfd_give(c);
	case PIDEPOCH_NR_get:
		return (long)pe_points_get(c);
	case PIDEPOCH_NR_now:
		return (long)pe_epochs_show(c->s->epochs, c->peer);
	case PIDEPOCH_NR_set:
		return set_point(c, arg(c, 0), arg(c, 1));
	case PIDEPOCH_NR_ref:
		return take(c);
	case PIDEPOCH_NR_kill:
		return signal_it(c, 0);
	case PIDEPOCH_NR_sigqueue:
		return signal_it(c, arg(c, 3));
	case PIDEPOCH_NR_killpg:
		return signal_group(c);
	case PIDEPOCH_NR_pidfd_open:
		return give_pidfd(c);
	}
	return pe_ranges_serve(c);
}

/* --- prctl --- */

/* what a prctl that reads writes to the caller */
struct output {
	uint64_t at;
	uint32_t size;
	char bytes[8];
};

static long write_told(struct pe_helper_call *h, void *data)
{
	const struct output *t = data;

	return pe_helper_write(h, t->at, t->bytes, t->size);
}

static long write_output(struct pe_worker_call *c, const void *what, uint32_t size)
{
	struct output t = { .at = arg(c, 1), .size = size };

	memcpy(t.bytes, what, size);
	return pe_helper_do(c, write_told, &t, sizeof(t));
}

long pe_emulated_prctl(struct pe_worker_call *c)
{
	pidepoch_snapshot_t point;
	int signal;

	if ((int)arg(c, 0) == PR_SET_CHILD_SUBREAPER) {
		pe_points_adopts(c);
		return PE_WORKER_CONTINUE;
	}
	pe_points_check(c);
	switch ((int)arg(c, 0)) {
	case PR_GET_PID_EPOCH:
		point = pe_points_get(c);
		return write_output(c, &point, sizeof(point));
	case PR_SET_PID_EPOCH:
		return set_point(c, arg(c, 1), arg(c, 2));
	case PR_GET_PID_EPOCH_SIGNAL:
		signal = pe_points_chosen(c);
		return write_output(c, &signal, sizeof(signal));
	case PR_SET_PID_EPOCH_SIGNAL:
		return pe_points_choose(c, arg(c, 1));
	}
	return PE_WORKER_CONTINUE;
}
