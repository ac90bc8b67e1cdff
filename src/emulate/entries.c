// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/frame/verdict.h"
#include "core/sys.h"
#include "emulate/points.h"
#include "supervisor/worker/helper.h"
#include "supervisor/worker/turns.h"

#define AT_ONCE 8 /* entries */

/* vec, count, snapshot, flags, size of an entry */
static uint64_t arg(const struct pe_worker_call *c, int n)
{
	return c->n->data.args[n];
}

/* --- input --- */

/* the caller's entries and snapshot */
struct asked {
	uint64_t vec, snapshot_at;
	uint64_t count;
	pidepoch_snapshot_t snapshot;
	struct pidv entry[PIDEPOCH_WAITPIDV_MOST];
};

/* with few entries, the unused part is not copied */
static size_t size_of(const struct asked *a)
{
	return offsetof(struct asked, entry) + a->count * sizeof(a->entry[0]);
}

static long read_entries(struct pe_helper_call *h, void *data)
{
	struct asked *a = data;
	long r = pe_helper_read(h, a->vec, a->entry, a->count * sizeof(a->entry[0]));

	if (r == 0 && a->snapshot_at)
		r = pe_helper_read(h, a->snapshot_at, &a->snapshot, sizeof(a->snapshot));
	return r;
}

long pe_entries_read(struct pe_worker_call *c, struct pe_entries *e, uint32_t flags)
{
	static struct asked a;
	long r;

	if (((uint32_t)arg(c, 3) & ~flags) || arg(c, 4) < sizeof(struct pidv))
		return -EINVAL;
	if (arg(c, 4) > sizeof(struct pidv) || arg(c, 1) > PIDEPOCH_WAITPIDV_MOST)
		return -E2BIG;
	a.vec = arg(c, 0);
	a.snapshot_at = arg(c, 2);
	a.count = arg(c, 1);
	a.snapshot = 0;
	r = pe_helper_do(c, read_entries, &a, size_of(&a));
	if (r < 0)
		return r;
	*e = (struct pe_entries){ a.entry, a.count, a.snapshot ? a.snapshot : pe_points_get(c) };
	return e->snapshot <= pe_epochs_now(c->s->epochs, c->peer) ? 0 : -EINVAL;
}

/* --- output --- */

int pe_entries_pin(const struct pe_worker_call *c, const struct pe_entries *e, const struct pidv *v,
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
		return PIDV_EXITED; /* and not reaped yet */
	return PIDV_ENDED;
}

/* a state, or an errno */
static int look_at(const struct pe_worker_call *c, const struct pe_entries *e, const struct pidv *v)
{
	struct pe_epochs_pin pin;
	int state = pe_entries_pin(c, e, v, &pin);

	if (state < 0)
		return of_nobody(state, &pin);
	state = of_pinned(c->peer, &pin);
	close(pin.fd);
	return state;
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

/* what is written to the caller, and the result of its call */
struct answer {
	uint64_t vec, snapshot_at;
	pidepoch_snapshot_t snapshot;
	long result;
	size_t count; /* of entries to write */
	struct {
		uint32_t at;
		struct pidv entry;
	} changed[PIDEPOCH_WAITPIDV_MOST];
};

static size_t size_of_answer(const struct answer *a)
{
	return offsetof(struct answer, changed) + a->count * sizeof(a->changed[0]);
}

static long write_entries(struct pe_helper_call *h, void *data)
{
	const struct answer *a = data;
	long r = 0;

	for (size_t i = 0; i < a->count && r == 0; i++)
		r = pe_helper_write(h, a->vec + a->changed[i].at * sizeof(struct pidv),
				    &a->changed[i].entry, sizeof(struct pidv));
	if (r == 0 && a->snapshot_at)
		r = pe_helper_write(h, a->snapshot_at, &a->snapshot, sizeof(a->snapshot));
	return r < 0 ? r : a->result;
}

/* The entries of a call are examined a few at a time (serve.5). The states found so far, by
 * place: */
static struct part {
	uint64_t id; /* of the notification */
	struct answer *answer;
	size_t next;
	long news, error, left;
} parts[PE_CHILD_TABLE_HELD];

/* NULL: out of memory */
static struct part *part_of(const struct pe_worker_call *c)
{
	struct part *p = &parts[c->place];
	struct answer *a = p->answer ? p->answer : malloc(sizeof(*p->answer));

	if (!a || p->id == c->n->id)
		return a ? p : NULL;
	*p = (struct part){ .id = c->n->id, .answer = a };
	a->vec = arg(c, 0);
	a->snapshot_at = arg(c, 2);
	a->count = 0;
	if (a->snapshot_at)
		a->snapshot = pe_epochs_show(c->s->epochs, c->peer); /* entries.2 */
	return p;
}

static void add(struct part *p, size_t at, struct pidv *v, int state)
{
	struct answer *a = p->answer;

	if (state < 0)
		p->error = state;
	if (state <= 0)
		return;
	p->news += state != PIDV_RUNNING;
	p->left += state == PIDV_RUNNING;
	if (!note(v, state))
		return;
	a->changed[a->count].at = (uint32_t)at;
	a->changed[a->count++].entry = *v;
}

/* true: all entries have been examined */
static bool look_at_some(const struct pe_worker_call *c, const struct pe_entries *e, struct part *p)
{
	int most = pe_turns_count() > 0 ? 1 : AT_ONCE;

	for (int i = 0; i < most && p->next < e->count; i++, p->next++) {
		struct pidv *v = &e->entry[p->next];

		add(p, p->next, v, pe_entries_is_final(v) ? 0 : look_at(c, e, v));
	}
	return p->next == e->count;
}

static long answer_of(const struct part *p)
{
	if (p->news > 0)
		return p->news;
	return p->error ? p->error : p->left ? 0 : -ECHILD;
}

static long write_answer(struct pe_worker_call *c, struct part *p)
{
	struct answer *a = p->answer;
	long r = a->result = answer_of(p);

	if (a->count > 0 || a->snapshot_at)
		r = pe_helper_do(c, write_entries, a, size_of_answer(a));
	free(a);
	*p = (struct part){ .id = 0 };
	return r;
}

long pe_entries_ask(struct pe_worker_call *c)
{
	static struct answer done;
	struct pe_entries e;
	struct part *p;
	long r = pe_entries_read(c, &e, WNOHANG | O_NONBLOCK);

	if (r < 0)
		return r;
	if (pe_helper_has_done(c, write_entries))
		return pe_helper_do(c, write_entries, &done, 0);
	p = part_of(c);
	if (!p)
		return -ENOMEM;
	return look_at_some(c, &e, p) ? write_answer(c, p) : PE_WORKER_AGAIN;
}
