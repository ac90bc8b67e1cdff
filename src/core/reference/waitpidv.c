/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/reference/reference.h"
#include "core/reference/released.h"
#include "core/reference/thread_watch.h"
#include "core/reference/waitpidv.h"

#define STATES	   (WSTOPPED | WCONTINUED)
#define MOST_TURNS 3 /* of one step, for any child */

/* the arguments of the functions below */
struct step {
	struct pe_frame *p;
	struct pe_thread *t;
	struct pe_waitpidv *v;
	struct pe_exit_watch *x; /* NULL: one by one */
	int err;
	bool any; /* there are entries for any child */
};

static uint32_t tag_of(const struct pe_waitpidv *v, const struct pe_pidv *e)
{
	return e->flags & PE_WAITPIDV_TAGGED
		       ? e->epoch
		       : (uint32_t)pe_clock_eps(v->snapshot, (uint32_t)e->pid);
}

static bool is_any(const struct pe_pidv *e)
{
	return e->pid == PE_WAITPIDV_ANY && !e->flags;
}

/* waitpidv.2 */
static bool is_done(const struct pe_pidv *e)
{
	return pe_wait_entry_is_final(e->state) && likely(pe_wait_entry_is_state(e->state));
}

static bool has_place(const struct pe_waitpidv *v)
{
	return !v->changed || v->news < v->changed_max;
}

/* waitpidv.3. Returns the state. */
static int end_of(const struct step *s, size_t i, int state)
{
	struct pe_pidv *e = &s->v->entry[i];
	struct pe_obituary o;

	if (pe_released_obituary(s->p, e->pid, tag_of(s->v, e), &o) != 0 ||
	    !(o.flags & PE_OBITUARY_KNOWN))
		return state;
	e->flags |= PE_WAITPIDV_REAPED;
	e->status = o.status;
	if (s->v->usage && (o.flags & PE_OBITUARY_USAGE))
		pe_obituary_usage(&o, &s->v->usage[i]);
	return PE_WAIT_ENTRY_ENDED;
}

static void deliver(const struct step *s, size_t i, int state, int status)
{
	struct pe_waitpidv *v = s->v;

	if (state != PE_WAIT_ENTRY_ENDED && state != PE_WAIT_ENTRY_UNKNOWN)
		v->entry[i].status = status;
	else
		state = end_of(s, i, state);
	v->entry[i].state = (uint16_t)state;
	if (v->changed)
		v->changed[v->news] = (uint32_t)i;
	v->news++;
}

static void say_running(const struct pe_waitpidv *v, struct pe_pidv *e)
{
	if (!v->changed_only && e->state != PE_WAIT_ENTRY_RUNNING)
		e->state = PE_WAIT_ENTRY_RUNNING;
}

/* As pe_wait_entry_judge(). An entry that is examined for the first time passes here. */
static int judge(const struct step *s, const struct pe_pidv *e, uint32_t epoch,
		 struct pe_wait_entry *l)
{
	int state, own;

	if ((e->flags & ~(PE_WAITPIDV_TAGGED | PE_WAITPIDV_REAPED)) ||
	    !pe_wait_entry_is_state(e->state))
		return -EINVAL;
	state = pe_wait_entry_judge(s->p, s->t, e->pid, epoch, l);
	if (state <= PE_WAIT_ENTRY_RUNNING || !s->v->from_sync || (e->flags & PE_WAITPIDV_TAGGED))
		return state;
	own = pe_wait_entry_judge_own(s->p, s->t, e->pid, l);
	return own == PE_WAIT_ENTRY_ENDED ? state : own;
}

static int look_at(const struct step *s, const struct pe_wait_entry *l, size_t i, int *status)
{
	struct pe_wait_result r = { .usage = s->v->usage ? &s->v->usage[i] : NULL };
	int state = pe_wait_entry_at(s->p, s->t, l, s->v->options, &r);

	*status = r.status;
	return state;
}

/* --- one by one --- */

static void ask(struct step *s, size_t i)
{
	struct pe_pidv *e = &s->v->entry[i];
	struct pe_wait_entry l;
	int status = 0;
	int state = judge(s, e, tag_of(s->v, e), &l);

	if (state == PE_WAIT_ENTRY_RUNNING)
		state = look_at(s, &l, i, &status);
	if (state > PE_WAIT_ENTRY_RUNNING)
		deliver(s, i, state, status);
	else if (state == PE_WAIT_ENTRY_RUNNING)
		say_running(s->v, e);
	else if (!s->err)
		s->err = state;
	s->v->left |= !is_done(e);
}

static void ask_each(struct step *s)
{
	struct pe_waitpidv *v = s->v;

	for (size_t i = 0; i < v->count; i++) {
		if (is_done(&v->entry[i]))
			continue;
		if (!has_place(v)) {
			v->left = true;
			return;
		}
		if (is_any(&v->entry[i]))
			s->any = true;
		else
			ask(s, i);
	}
	v->unwatched = v->left;
}

/* --- by the ring --- */

static void arm(const struct step *s, uint32_t index)
{
	int fd = pe_wait_entry_open(s->p, s->t, &pe_exit_watch_watch(s->x, index)->look);

	if (fd < 0)
		return;
	pe_exit_watch_arm(s->x, index, fd);
	pe_sys_close(fd);
}

/* A watch that has reported does not show which process has the pid now: it is judged again, unless
 * its slot shows that it is the same process. */
static bool stands_for(const struct step *s, const struct pe_watch *w, uint32_t epoch)
{
	return (w->look.slot || w->state == PE_WATCH_ARMED) &&
	       pe_wait_entry_is(s->p, &w->look, epoch);
}

/* The watch that stands for an entry, or 0; then *@state is its state, or -errno. */
static uint32_t watch_for(const struct step *s, const struct pe_pidv *e, uint32_t epoch, int *state)
{
	uint32_t index = e->pid > 0 ? pe_exit_watch_find(s->x, (uint32_t)e->pid) : 0;
	struct pe_wait_entry l;

	if (index && stands_for(s, pe_exit_watch_watch(s->x, index), epoch))
		return index;
	*state = judge(s, e, epoch, &l);
	if (*state != PE_WAIT_ENTRY_RUNNING)
		return 0;
	index = pe_exit_watch_add(s->x, &l);
	if (index)
		arm(s, index);
	else
		*state = -ENOMEM;
	return index;
}

static void bind(struct step *s, size_t i, uint32_t epoch)
{
	struct pe_pidv *e = &s->v->entry[i];
	struct pe_seen *seen = &pe_exit_watch_seen(s->x)[i];
	int state;
	uint32_t index = watch_for(s, e, epoch, &state);

	*seen = (struct pe_seen){ .pid = e->pid, .epoch = epoch };
	if (index) {
		pe_exit_watch_place(s->x, index, (uint32_t)i);
		say_running(s->v, e);
	} else if (state > PE_WAIT_ENTRY_RUNNING) {
		deliver(s, i, state, 0);
		s->x->live--;
	} else {
		s->err = s->err ? s->err : state;
		s->v->unwatched = true;
		s->x->vector = NULL; /* to be read again */
	}
}

/* Bind the entries from @i on to watches; most were bound before. Returns how far it came. */
static size_t walk(struct step *s, size_t i)
{
	const struct pe_waitpidv *v = s->v;
	const struct pe_seen *seen = pe_exit_watch_seen(s->x);

	for (; i < v->count; i++) {
		struct pe_pidv *e = &v->entry[i];
		uint32_t epoch;

		if (is_done(e))
			continue;
		if (unlikely(is_any(e))) {
			s->x->any = true;
			continue;
		}
		epoch = tag_of(v, e);
		s->x->live++;
		if (likely(seen[i].pid == e->pid && seen[i].epoch == epoch && seen[i].watch)) {
			say_running(v, e);
			continue;
		}
		if (!has_place(v)) {
			s->x->live--;
			break;
		}
		bind(s, i, epoch);
	}
	return i;
}

static void deliver_final(struct step *s, uint32_t index, size_t i, int state, int status)
{
	struct pe_exit_watch *x = s->x;

	deliver(s, i, state, status);
	x->live--;
	/* waitpidv.3 */
	for (i++; (i = pe_exit_watch_position(x, index, i)) < x->count; i++) {
		if (pe_wait_entry_is_final(s->v->entry[i].state))
			continue;
		if (!has_place(s->v)) {
			x->vector = NULL; /* to be judged again */
			return;
		}
		deliver(s, i, PE_WAIT_ENTRY_ENDED, 0);
		x->live--;
	}
}

/* The position of a watch that is still waited for. */
static size_t wanted(const struct step *s, uint32_t index)
{
	const struct pe_exit_watch *x = s->x;
	const struct pe_watch *w = pe_exit_watch_watch(x, index);
	size_t i = pe_exit_watch_position(x, index, 0);

	while (i < x->count && (pe_wait_entry_is_final(s->v->entry[i].state) ||
				(uint32_t)s->v->entry[i].pid != w->look.pid))
		i = pe_exit_watch_position(x, index, i + 1);
	return i;
}

static void look_at_hint(struct step *s, uint32_t index)
{
	struct pe_watch *w = pe_exit_watch_watch(s->x, index);
	size_t i = wanted(s, index);
	int status, state;

	if (i == s->x->count) {
		pe_exit_watch_drop(s->x, index);
		return;
	}
	state = look_at(s, &w->look, i, &status);
	if (pe_wait_entry_is_final((unsigned int)state) && state > 0) {
		deliver_final(s, index, i, state, status);
		pe_exit_watch_drop(s->x, index);
		return;
	}
	if (state < 0 && !s->err)
		s->err = state;
	/* the ring reported an end, but the child cannot be taken (a tracer has it): the ring will
	 * report no more for it */
	if (!w->look.ended)
		arm(s, index);
	s->v->unwatched |= w->state == PE_WATCH_LOOK;
}

static void look_at_hints(struct step *s)
{
	struct pe_exit_watch *x = s->x;
	uint32_t most = x->looks;

	for (uint32_t n = 0; n < most && has_place(s->v); n++)
		look_at_hint(s, pe_exit_watch_looks(x)[n]);
	pe_exit_watch_tidy(x);
}

static void ask_ring(struct step *s)
{
	struct pe_waitpidv *v = s->v;
	struct pe_exit_watch *x = s->x;
	bool same = v->changed_only && x->vector == v->entry && x->count <= v->count;
	size_t from = same ? x->count : 0;

	x->vector = v->entry;
	if (!same) {
		x->live = 0;
		x->any = false;
	}
	x->count = v->count;
	pe_exit_watch_collect(x);
	x->count = walk(s, from);
	pe_exit_watch_collect(x);
	look_at_hints(s);
	v->left = x->live > 0 || x->count < v->count || !x->vector;
	s->any = x->any;
}

/* --- any child (waitpidv.6) --- */

/* The pid of a child that can be waited for; 0: none at this moment; -ECHILD: no children */
static int find_any(const struct step *s)
{
	siginfo_t si = { .si_pid = 0 };
	int err = pe_sys_waitid(P_ALL, 0, &si, s->v->options | WEXITED | WNOHANG | WNOWAIT, NULL);

	if (err == 0 && si.si_code == CLD_TRAPPED && !(s->v->options & WSTOPPED))
		return 0; /* wait_entry.6 */
	return err ? err : si.si_pid;
}

static bool is_named(const struct pe_waitpidv *v, int pid)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->entry[i].pid == pid && !is_done(&v->entry[i]))
			return true;
	return false;
}

/* The child @pid is the answer of entry @i. false: another wait was first. */
static bool take_any(struct step *s, size_t i, int pid)
{
	struct pe_pidv *e = &s->v->entry[i];
	struct pe_wait_entry l;
	uint64_t epoch;
	int status = 0, state = pe_reference_take(s->p, s->t, pid, &epoch);

	if (state == 0)
		state = pe_wait_entry_judge(s->p, s->t, pid, (uint32_t)epoch, &l);
	if (state == PE_WAIT_ENTRY_RUNNING)
		state = look_at(s, &l, i, &status);
	if (state < 0 && state != -ESRCH && !s->err)
		s->err = state;
	if (state <= PE_WAIT_ENTRY_RUNNING || state >= PE_WAIT_ENTRY_ENDED)
		return false;
	e->pid = pid;
	e->epoch = (uint32_t)epoch;
	e->flags = PE_WAITPIDV_TAGGED;
	deliver(s, i, state, status);
	return true;
}

/* true: ask again for the entry that names the child which can be waited for */
static bool ask_any(struct step *s)
{
	struct pe_waitpidv *v = s->v;
	int pid = 0;

	for (size_t i = 0; i < v->count; i++) {
		struct pe_pidv *e = &v->entry[i];

		if (!is_any(e) || is_done(e))
			continue;
		do {
			pid = has_place(v) && !s->err ? find_any(s) : 0;
			if (pid > 0 && is_named(v, pid))
				return true;
		} while (pid > 0 && !take_any(s, i, pid) && !s->err);
		if (pid > 0)
			continue;
		if (pid == -ECHILD)
			return false;
		say_running(v, e);
		v->left = v->unwatched = true;
	}
	return false;
}

/* --- which way --- */

/* A ring reports only ends. If memory is short, or the ring lost an event (ring.5), the entries
 * are asked one by one. */
static struct pe_exit_watch *exits_for(struct pe_frame *p, struct pe_thread *t,
				       const struct pe_waitpidv *v)
{
	struct pe_exit_watch *x = pe_thread_watch(p, t);

	if ((v->options & STATES) || pe_thread_watch_has_no_ring(p) ||
	    (v->count < PE_WAITPIDV_MANY && !v->blocks && !(x && x->tells)))
		return NULL;
	if (!x)
		x = pe_thread_watch_make(p, t);
	if (!x || x->busy)
		return NULL;
	if (!pe_ring_is_whole(&x->ring)) {
		pe_thread_watch_forget(p, t);
		return NULL;
	}
	return pe_exit_watch_room(x, v->count) == 0 ? x : NULL;
}

static void ask_all(struct step *s)
{
	struct pe_exit_watch *x = pe_thread_watch(s->p, s->t);

	s->any = false;
	if (s->x) {
		s->x->busy = true;
		ask_ring(s);
		s->x->busy = false;
		return;
	}
	if (x)
		x->vector = NULL;
	ask_each(s);
}

/* An end that is shown as that of any child may be that of a named one, which ended after it was
 * asked about. */
static void ask_for_any(struct step *s)
{
	bool named = ask_any(s);

	for (int n = 0; named && n < MOST_TURNS; n++) {
		ask_all(s);
		named = ask_any(s);
	}
	if (named)
		s->v->left = s->v->unwatched = true;
}

int pe_waitpidv_step(struct pe_frame *p, struct pe_thread *t, struct pe_waitpidv *v)
{
	struct step s = { .p = p, .t = t, .v = v, .x = exits_for(p, t, v) };

	v->left = v->unwatched = false;
	if (unlikely(t->untold)) {
		t->untold = false;
		return -EPIPE; /* waitpidv.7 */
	}
	ask_all(&s);
	if (unlikely(s.any))
		ask_for_any(&s);
	return v->news == 0 ? s.err : 0;
}
