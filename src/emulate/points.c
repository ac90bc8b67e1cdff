// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/points.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/frame/verdict.h"
#include "core/sys.h"
#include "emulate/epochs.h"
#include "supervisor/peer/proc.h"
#include "supervisor/peer/rights.h"
#include "supervisor/worker/credentials.h"

#define FORKED	    0x40u /* PF_FORKNOEXEC of the kernel, in the flags of /proc/N/stat */
#define GENERATIONS 64
#define TWO_LAPS    (UINT64_C(2) << PE_CLOCK_CURSOR_BITS)
#define LAST_SIGNAL 64

/* --- processes --- */

struct ancestry {
	int parent;
	bool forked;	/* its memory was copied by fork, and not replaced since */
	uint64_t start; /* ticks since boot */
	uint64_t image; /* start of its stack, which an exec changes; 0: unknown */
};

/* fields 4, 9, 22 and 28 of proc(5) */
static bool read_ancestry(int pid, struct ancestry *l)
{
	char path[32], text[1024], *at;
	unsigned int flags;
	long n;

	snprintf(path, sizeof(path), "%d/stat", pid);
	n = pe_sys_slurp(path, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1,
			  " %*c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			  "%*d %lu %*u %*d %*u %*u %*u %lu",
			  &l->parent, &flags, &l->start, &l->image) != 4)
		return false;
	l->forked = flags & FORKED;
	return true;
}

/* --- the point at the first call of a process (points.2) --- */

static pe_clock_time earliest(const struct pe_worker_call *c)
{
	pe_clock_time origin = pe_epochs_origin(c->s->epochs, c->peer);

	return origin ? origin : pe_epochs_show(c->s->epochs, c->peer);
}

/* The point of @parent when its child started, at @start; 0: it has none. */
static pe_clock_time point_of(const struct pe_worker_call *c, int parent, uint64_t start)
{
	const struct pe_child_table_process *p;
	uint64_t identity;

	if (pe_peer_identity(parent, &identity) < 0)
		return 0;
	p = pe_child_table_find(c->s->table, identity);
	if (!p || p->point.adopts || !atomic_load(&p->point.now))
		return 0;
	return p->point.set_at < start ? atomic_load(&p->point.now) : p->point.first;
}

/* points.3 */
static bool may_adopt(const struct pe_worker_call *c, int pid)
{
	const struct pe_child_table_process *p;
	uint64_t identity;

	if (pid <= 1 || pid == c->s->adopter || pe_proc_is_init(pid) ||
	    pe_peer_identity(pid, &identity) < 0)
		return true;
	p = pe_child_table_find(c->s->table, identity);
	return p && p->point.adopts;
}

static pe_clock_time first_point(const struct pe_worker_call *c)
{
	struct ancestry l = { .parent = 0 };
	int pid = c->peer->tgid;

	for (int i = 0; i < GENERATIONS && read_ancestry(pid, &l) && l.forked; i++) {
		pe_clock_time point;

		if (may_adopt(c, l.parent) || !pe_peer_shares_namespace(c->peer, l.parent))
			break;
		point = point_of(c, l.parent, l.start);
		if (point)
			return point;
		pid = l.parent;
	}
	if (pid == c->peer->tgid && l.start && !l.forked && !atomic_load(&c->s->table->forgot))
		return pe_epochs_show(c->s->epochs, c->peer);
	return earliest(c);
}

/* --- the points --- */

static void write_point(struct pe_child_table_point *p, pe_clock_time to)
{
	p->set_at = UINT64_MAX;
	atomic_store(&p->now, to);
	p->set_at = pe_proc_ticks();
}

/* points.4: the memory is not the one before the exec */
static bool is_another(const struct pe_worker_call *c, const struct pe_child_table_point *p)
{
	struct ancestry l;

	return p->image && read_ancestry(c->peer->tgid, &l) && l.image && l.image != p->image;
}

/* The caller's point, created if it is missing. */
static struct pe_child_table_point *open_point(const struct pe_worker_call *c)
{
	struct pe_child_table_process *b =
		pe_child_table_open(c->s->table, c->peer->identity, c->peer->tgid, pe_peer_lives);
	struct pe_child_table_point *p = &b->point;

	if (is_another(c, p)) {
		atomic_store(&p->now, 0);
		p->image = 0;
		p->signal = 0;
	}
	if (!atomic_load(&p->now)) {
		p->first = first_point(c);
		write_point(p, p->first);
	}
	return p;
}

pe_clock_time pe_points_get(const struct pe_worker_call *c)
{
	return atomic_load(&open_point(c)->now);
}

int pe_points_set(const struct pe_worker_call *c, pe_clock_time to)
{
	struct pe_child_table_point *p = open_point(c);

	if (to > pe_epochs_now(c->s->epochs, c->peer) || to < atomic_load(&p->now))
		return -EINVAL;
	write_point(p, to);
	return 0;
}

int pe_points_set_lap(const struct pe_worker_call *c, uint32_t lap)
{
	pe_clock_time point = pe_points_get(c), now = pe_epochs_now(c->s->epochs, c->peer);
	pe_clock_time to = pe_clock_make(pe_verdict_widen(lap, now), 0);

	return pe_points_set(c, pe_clock_lap(to) == pe_clock_lap(point) ? point : to);
}

void pe_points_adopts(const struct pe_worker_call *c)
{
	pe_child_table_open(c->s->table, c->peer->identity, c->peer->tgid, pe_peer_lives)
		->point.adopts = true;
}

void pe_points_exec(const struct pe_worker_call *c, struct pe_child_table_process *p)
{
	struct ancestry l;

	if (atomic_load(&p->point.now) && read_ancestry(c->peer->tgid, &l))
		p->point.image = l.image;
}

/* --- lag --- */

int pe_points_choose(const struct pe_worker_call *c, uint64_t signal)
{
	struct pe_child_table_point *p = open_point(c);

	if (signal > LAST_SIGNAL)
		return -EINVAL;
	p->signalled = 0;
	p->signal = (uint32_t)signal;
	return 0;
}

int pe_points_chosen(const struct pe_worker_call *c)
{
	return (int)open_point(c)->signal;
}

/* The signal goes to the caller itself, which requested it, with its own credentials. */
static void send_lag(const struct pe_worker_call *c, int signal, pe_clock_time now)
{
	siginfo_t info = { .si_signo = signal, .si_code = SI_QUEUE };
	int fd = pe_sys_pidfd_open(c->peer->tgid, 0);

	info.si_pid = pe_peer_ns_pid(c->peer, c->peer->tgid);
	info.si_uid = pe_rights_uid(c->peer);
	info.si_value.sival_int = (int)pe_clock_lap(now);
	if (fd < 0)
		return;
	pe_credentials_signal(c, fd, c->peer->tgid, signal, &info);
	close(fd);
}

void pe_points_check(const struct pe_worker_call *c)
{
	pe_clock_time now = pe_epochs_now(c->s->epochs, c->peer), point;
	struct pe_child_table_process *b = pe_child_table_find(c->s->table, c->peer->identity);

	if (!b || !b->point.signal || is_another(c, &b->point))
		return;
	point = atomic_load(&b->point.now);
	if (now < point + TWO_LAPS || b->point.signalled == point)
		return;
	b->point.signalled = point;
	send_lag(c, (int)b->point.signal, now);
}
