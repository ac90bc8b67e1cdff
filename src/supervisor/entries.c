// SPDX-License-Identifier: LGPL-2.1-or-later
#include "entries.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/stale.h"
#include "core/sys.h"
#include "memory.h"
#include "notify.h"
#include "points.h"

/* vec, count, snapshot, flags, size of an entry */
static uint64_t arg(const struct pe_serve_call *c, int n)
{
	return c->n->data.args[n];
}

/* --- what is asked --- */

static long read_snapshot(const struct pe_serve_call *c, struct pe_entries *e)
{
	pidepoch_snapshot_t given = 0;
	long r = 0;

	if (arg(c, 2))
		r = pe_memory_read(c, arg(c, 2), &given, sizeof(given));
	if (r < 0)
		return r;
	e->snapshot = given ? given : pe_points_get(c);
	return e->snapshot <= pe_epochs_now(c->s->epochs, c->peer) ? 0 : -EINVAL;
}

long pe_entries_read(const struct pe_serve_call *c, struct pe_entries *e, uint32_t flags)
{
	static struct pidv room[PIDEPOCH_WAITPIDV_MOST];
	long r;

	if (((uint32_t)arg(c, 3) & ~flags) || arg(c, 4) < sizeof(struct pidv))
		return -EINVAL;
	if (arg(c, 4) > sizeof(struct pidv) || arg(c, 1) > PIDEPOCH_WAITPIDV_MOST)
		return -E2BIG;
	*e = (struct pe_entries){ .entry = room, .count = arg(c, 1) };
	r = pe_memory_read(c, arg(c, 0), room, e->count * sizeof(*room));
	return r < 0 ? r : read_snapshot(c, e);
}

/* --- what is answered --- */

int pe_entries_pin(const struct pe_serve_call *c, const struct pe_entries *e, const struct pidv *v,
		   struct pe_epochs_pin *pin)
{
	uint64_t implied;

	if (v->pid <= 0 || v->flags & ~PIDV_TAGGED)
		return -EINVAL;
	implied = pe_clock_eps(e->snapshot, (uint32_t)v->pid);
	return pe_epochs_pin(c->s->epochs, c->peer, v->pid,
			     v->flags & PIDV_TAGGED ? v->epoch : (uint32_t)implied, pin);
}

static int of_nobody(int err, const struct pe_epochs_pin *pin)
{
	if (err == -ESRCH || (err == -PE_EEPOCH && pin->gone))
		return PIDV_ENDED;
	return err == -PE_EEPOCH ? PIDV_UNKNOWN : err;
}

static int of_pinned(const struct pe_peer *p, const struct pe_epochs_pin *pin)
{
	struct pollfd end = { .fd = pin->fd, .events = POLLIN };

	if (poll(&end, 1, 0) <= 0)
		return PIDV_RUNNING;
	if (pe_epochs_is_child(p, pin) && pe_sys_pidfd_send_signal(pin->fd, 0, NULL, 0) != -ESRCH)
		return PIDV_EXITED; /* and there to be reaped */
	return PIDV_ENDED;
}

/* a state, or an errno */
static int look_at(const struct pe_serve_call *c, const struct pe_entries *e, const struct pidv *v)
{
	struct pe_epochs_pin pin;
	int state = pe_entries_pin(c, e, v, &pin);

	if (state < 0)
		return of_nobody(state, &pin);
	state = of_pinned(c->peer, &pin);
	close(pin.fd);
	return state;
}

static long write_entry(const struct pe_serve_call *c, size_t at, const struct pidv *v)
{
	return pe_memory_write(c, arg(c, 0) + at * sizeof(*v), v, sizeof(*v));
}

static long write_back(const struct pe_serve_call *c, const struct pe_entries *e,
		       const uint8_t *changed)
{
	long r = 0;

	for (size_t i = 0; i < e->count && r == 0; i++)
		if (changed[i])
			r = write_entry(c, i, &e->entry[i]);
	return r;
}

static bool note(struct pidv *v, int state)
{
	int status = state == PIDV_EXITED ? PIDV_UNREAPED : 0;
	bool changed = v->state != state || (state != PIDV_RUNNING && v->status != status);

	v->state = (uint16_t)state;
	if (state != PIDV_RUNNING)
		v->status = status;
	return changed;
}

long pe_entries_ask(struct pe_serve_call *c)
{
	static uint8_t changed[PIDEPOCH_WAITPIDV_MOST];
	struct pe_entries e;
	pidepoch_snapshot_t now = 0;
	long r = pe_entries_read(c, &e, WNOHANG | O_NONBLOCK), news = 0, error = 0;
	size_t left = 0;

	if (r < 0)
		return r;
	memset(changed, 0, sizeof(changed));
	if (arg(c, 2))
		now = pe_epochs_show(c->s->epochs, c->peer);
	for (size_t i = 0; i < e.count; i++) {
		int state = pe_entries_is_final(&e.entry[i]) ? 0 : look_at(c, &e, &e.entry[i]);

		if (state < 0)
			error = state;
		if (state <= 0)
			continue;
		changed[i] = note(&e.entry[i], state);
		news += state != PIDV_RUNNING;
		left += state == PIDV_RUNNING;
	}
	if (!pe_notify_holds(c->s->listener, c->n->id))
		return PE_SERVE_LET;
	r = write_back(c, &e, changed);
	if (r == 0 && now)
		r = pe_memory_write(c, arg(c, 2), &now, sizeof(now));
	if (r < 0 || news > 0)
		return r < 0 ? r : news;
	return error ? error : left ? 0 : -ECHILD;
}
