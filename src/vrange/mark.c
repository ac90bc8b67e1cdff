/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/sysmacros.h>

#include "vrange/file.h"
#include "vrange/mapping.h"
#include "vrange/mark.h"
#include "vrange/pages.h"

/* up to so many pages are looked at by reading a byte of each: cheaper than a call */
#define FEW 16

/* --- the mappings and the parts of a range --- */

typedef int visit(struct vr_state *st, struct vr_span part, void *arg);

struct each_mapping {
	int (*anonymous)(struct vr_state *st, struct vr_span part, void *arg);
	int (*other)(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		     void *arg); /* or NULL */
	void *arg;
};

/* Calls back for each mapping of @s, in order. -ENOMEM: a part of @s is not mapped. */
static int each_mapping(struct vr_state *st, struct vr_span s, const struct each_mapping *call)
{
	const int query = vr_state_maps(st);

	while (s.start < s.end) {
		struct vr_mapping m;
		int result = vr_mapping_find(query, s.start, &m);
		struct vr_span part;

		if (result == -ENOENT || (result == 0 && m.span.start > s.start))
			return -ENOMEM;
		if (result)
			return result;
		part = vr_span_common(m.span, s);
		if (vr_mapping_kind(&m) == VR_MAPPING_ANONYMOUS)
			result = call->anonymous(st, part, call->arg);
		else if (call->other)
			result = call->other(st, &m, part, call->arg);
		if (result)
			return result;
		s.start = part.end;
	}
	return 0;
}

/* Calls back for each part of @s that is not in the ledger. */
static int each_gap(struct vr_state *st, struct vr_span s, visit *act, void *arg)
{
	while (s.start < s.end) {
		const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);
		struct vr_span gap = { s.start, e ? e->span.start : s.end };
		int result = gap.start < gap.end ? act(st, gap, arg) : 0;

		if (result)
			return result;
		s.start = e ? e->span.end : s.end;
	}
	return 0;
}

/* Calls back for each part of @s that is in the ledger; the callback may change that part. */
static int each_entry(struct vr_state *st, struct vr_span s,
		      int (*act)(struct vr_state *st, struct vr_ledger_entry *e,
				 struct vr_span part, void *arg),
		      void *arg)
{
	struct vr_ledger_entry *e;

	while (s.start < s.end && (e = vr_ledger_first(&st->ledger, s))) {
		const struct vr_span part = vr_span_common(e->span, s);
		int result = act(st, e, part, arg);

		if (result)
			return result;
		s.start = part.end;
	}
	return 0;
}

/* --- marking --- */

/* Reading a page that was never written gives it the zero page. One load for each page. */
static int read_pages(struct vr_span run, void *arg)
{
	(void)arg;
	for (uintptr_t at = run.start; at < run.end; at += VR_PAGE)
		*(const volatile char *)at;
	return 0;
}

static int populate(struct vr_span run, void *arg)
{
	(void)arg;
	return vr_kernel_populate_read(run);
}

/* mark.2, for memory that is not registered. */
static int fill(struct vr_state *st, struct vr_span gap, void *arg)
{
	const bool read = st->without & VR_WITHOUT_POPULATE;
	int resident;

	(void)arg;
	if (vr_span_pages(gap) <= FEW)
		return read_pages(gap, NULL);
	resident = vr_kernel_all_resident(gap);
	if (resident)
		return resident < 0 ? resident : 0;
	return vr_pages_each(gap, vr_pages_missing, read ? read_pages : populate, NULL);
}

static int let_go(struct vr_span run, void *arg)
{
	(void)arg;
	return vr_kernel_free(run);
}

/* mark.3, mark.4 */
int vr_mark_free(struct vr_state *st, struct vr_span part)
{
	if (st->forked)
		return vr_pages_each(part, vr_pages_exclusive, let_go, NULL);
	if (vr_span_pages(part) <= FEW || vr_kernel_all_resident(part) == 1)
		return vr_kernel_free(part);
	return vr_pages_each(part, vr_pages_in_memory, let_go, NULL);
}

struct marking {
	size_t mappings; /* anonymous ones */
	bool strict;
};

static int check_anonymous(struct vr_state *st, struct vr_span part, void *arg)
{
	struct marking *m = arg;

	(void)st;
	m->mappings++;
	return vr_kernel_is_locked(part) ? -EINVAL : 0;
}

/* What @part of a shared mapping is in its file. */
static struct vr_file_part file_part(struct vr_state *st, const struct vr_mapping *m,
				     struct vr_span part)
{
	struct vr_file_part f = { .key = { makedev(m->major, m->minor), m->inode, 0 } };

	f.start = m->offset + (part.start - m->span.start);
	f.end = f.start + vr_span_bytes(part);
	f.fd = vr_file_known(st, &f.key);
	/* with its time of birth, if the file is open here */
	if (f.fd >= 0)
		vr_file_part(f.fd, f.start, f.end, &f);
	return f;
}

static int check_other(struct vr_state *st, const struct vr_mapping *mapping, struct vr_span part,
		       void *arg)
{
	const struct marking *m = arg;

	if (vr_mapping_kind(mapping) == VR_MAPPING_HUGE)
		return -EINVAL;
	if (!m->strict ||
	    (vr_mapping_kind(mapping) == VR_MAPPING_SHARED && file_part(st, mapping, part).fd >= 0))
		return 0;
	return -EOPNOTSUPP;
}

/* A mark of a shared mapping is one of its file. Without a descriptor it could not be purged. */
static int mark_shared(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		       void *arg)
{
	struct vr_file_part f;

	(void)arg;
	if (vr_mapping_kind(m) != VR_MAPPING_SHARED)
		return 0;
	f = file_part(st, m, part);
	return f.fd < 0 ? 0 : vr_file_mark(st, &f);
}

static int register_gap(struct vr_state *st, struct vr_span gap, void *arg)
{
	(void)arg;
	return vr_kernel_register(vr_state_uffd(st), gap);
}

static int unregister_gap(struct vr_state *st, struct vr_span gap, void *arg)
{
	(void)arg;
	vr_kernel_unregister(vr_state_uffd(st), gap);
	return 0;
}

static int begin_part(struct vr_state *st, struct vr_span part, void *arg)
{
	int error = each_gap(st, part, fill, arg);

	return error ? error : each_gap(st, part, register_gap, arg);
}

static int abandon_part(struct vr_state *st, struct vr_span part, void *arg)
{
	return each_gap(st, part, unregister_gap, arg);
}

static int finish_part(struct vr_state *st, struct vr_span part, void *arg)
{
	const struct vr_ledger_entry e = { .span = part };
	int error = vr_mark_free(st, part);

	(void)arg;
	if (error)
		abandon_part(st, part, arg);
	else
		vr_ledger_set(&st->ledger, e);
	return error;
}

static int not_supported(struct vr_state *st, struct vr_span s, bool strict)
{
	struct marking m = { .strict = strict };
	const struct each_mapping check = { check_anonymous, check_other, &m };
	int error = each_mapping(st, s, &check);

	return error ? error : strict ? -EOPNOTSUPP : 0;
}

static int mark_parts(struct vr_state *st, struct vr_span s)
{
	const struct each_mapping begin = { .anonymous = begin_part },
				  abandon = { .anonymous = abandon_part },
				  finish = { .anonymous = finish_part, .other = mark_shared };
	int error = each_mapping(st, s, &begin);

	if (error) {
		each_mapping(st, s, &abandon);
		return error;
	}
	return each_mapping(st, s, &finish);
}

/* Is nothing of @s volatile, missing, swapped out or shared with a forked process? */
static bool is_plain(struct vr_state *st, struct vr_span s)
{
	return !st->forked && vr_span_pages(s) > FEW && !vr_ledger_first(&st->ledger, s) &&
	       vr_kernel_all_resident(s) == 1;
}

static int mark_plain(struct vr_state *st, struct vr_span s)
{
	const struct vr_ledger_entry e = { .span = s };
	int error = register_gap(st, s, NULL);

	if (error)
		return error;
	error = vr_kernel_free(s);
	if (error)
		unregister_gap(st, s, NULL);
	else
		vr_ledger_set(&st->ledger, e);
	return error;
}

/* The usual case, with a third of the questions: all of @s is in one mapping. */
static int mark_one(struct vr_state *st, struct vr_span s)
{
	int error;

	if (is_plain(st, s))
		return mark_plain(st, s);
	error = begin_part(st, s, NULL);
	if (error) {
		abandon_part(st, s, NULL);
		return error;
	}
	return finish_part(st, s, NULL);
}

static bool is_one_anonymous(struct vr_state *st, struct vr_span s)
{
	struct vr_mapping m;

	return vr_mapping_find(vr_state_maps(st), s.start, &m) == 0 && m.span.start <= s.start &&
	       s.end <= m.span.end && vr_mapping_kind(&m) == VR_MAPPING_ANONYMOUS;
}

/* --- entries and the kernel --- */

/* The part of @s up to where its first mapping ends, or begins. */
static struct vr_span first_mapping(struct vr_state *st, struct vr_span s)
{
	struct vr_mapping m;

	if (vr_mapping_find(vr_state_maps(st), s.start, &m) != 0 || m.span.start >= s.end)
		return s;
	if (m.span.start > s.start)
		s.end = m.span.start;
	else if (m.span.end < s.end)
		s.end = m.span.end;
	return s;
}

/* -errno only if the descriptor is gone; the entries are lost then. */
static int is_registered(struct vr_state *st, struct vr_span s)
{
	int answer = vr_kernel_is_registered(vr_state_uffd(st), s);

	if (vr_state_descriptor_gone(answer))
		vr_state_adopt(st);
	return answer;
}

/* mark.6: what is not registered any more is other memory (ledger.4). */
static int forget_if_stale(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
			   void *arg)
{
	(void)arg;
	if ((e->flags & (VR_LEDGER_LOST | VR_LEDGER_ZERO)) || is_registered(st, part))
		return 0;
	while (part.start < part.end) {
		const struct vr_span one = first_mapping(st, part);

		if (is_registered(st, one) == 0)
			vr_ledger_clear(&st->ledger, one);
		part.start = one.end;
	}
	return 0;
}

static int mark_checked(struct vr_state *st, struct vr_span s, bool strict)
{
	struct marking m = { .mappings = 1, .strict = strict };
	const struct each_mapping check = { check_anonymous, check_other, &m };
	const bool one = is_one_anonymous(st, s);
	int error = one ? 0 : each_mapping(st, s, &check);

	if (error == 0)
		error = vr_ledger_reserve(&st->ledger, m.mappings);
	if (error == 0)
		error = one ? mark_one(st, s) : mark_parts(st, s);
	return error;
}

static int refuse_zero(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
		       void *arg)
{
	(void)st;
	(void)part;
	(void)arg;
	return e->flags & VR_LEDGER_ZERO ? -EBUSY : 0;
}

int vr_mark(struct vr_state *st, struct vr_span s, bool strict)
{
	int error = each_entry(st, s, refuse_zero, NULL);

	if (error)
		return error;
	if (vr_state_uffd(st) < 0)
		return not_supported(st, s, strict);
	error = vr_ledger_reserve(&st->ledger, 1);
	if (error)
		return error;
	each_entry(st, s, forget_if_stale, NULL);
	error = mark_checked(st, s, strict);
	if (!vr_state_descriptor_gone(error))
		return error;
	vr_state_adopt(st);
	return mark_checked(st, s, strict);
}

static int zero_part(struct vr_state *st, struct vr_span s)
{
	struct vr_ledger_entry e = { .span = s, .flags = VR_LEDGER_ZERO };
	int error = vr_ledger_reserve(&st->ledger, 1);

	if (error)
		return error;
	e.witness = vr_witness_new(vr_span_pages(s));
	if (!e.witness)
		return -ENOMEM;
	vr_witness_note(e.witness, 0, s);
	error = vr_mark_free(st, s);
	if (error)
		vr_witness_delete(e.witness);
	else
		vr_ledger_set(&st->ledger, e);
	return error;
}

int vr_mark_zero(struct vr_state *st, struct vr_span s, bool strict)
{
	const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);
	int error;

	/* the same again */
	if (e && (e->flags & VR_LEDGER_ZERO) && e->span.start <= s.start && s.end <= e->span.end)
		return 0;
	if (e)
		return -EBUSY;
	if (!is_one_anonymous(st, s) || (st->without & VR_WITHOUT_FREE))
		return not_supported(st, s, strict);
	error = vr_kernel_is_locked(s) ? -EINVAL : 0;
	return error ? error : zero_part(st, s);
}

/* --- unmarking --- */

struct undoing {
	bool partial, lost;
};

int vr_mark_dirty(struct vr_state *st, struct vr_span run)
{
	struct vr_mapping m;
	int error = 0;

	if (!(st->without & VR_WITHOUT_POPULATE)) {
		error = vr_kernel_populate_write(run);
		return error == -EINVAL ? -EACCES : error == -EHWPOISON ? -EFAULT : error;
	}
	for (uintptr_t at = run.start; at < run.end; at += VR_PAGE) {
		error = vr_kernel_touch_write(at);
		if (error)
			return vr_mapping_find(vr_state_maps(st), at, &m) == 0 && !m.writable
				       ? -EACCES
				       : error;
	}
	return 0;
}

static int dirty_run(struct vr_span run, void *arg)
{
	return vr_mark_dirty(arg, run);
}

/* Makes what is left of a range dirty. A page that goes meanwhile (-EFAULT) is one less. */
static void keep_survivors(struct vr_state *st, struct vr_span part)
{
	while (vr_pages_each(part, vr_pages_in_memory, dirty_run, st) == -EFAULT)
		;
	while (vr_pages_each(part, vr_pages_swapped, dirty_run, st) == -EFAULT)
		;
}

static int dirty_part(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part,
		      void *arg)
{
	struct undoing *u = arg;
	int error;

	if (e->flags & VR_LEDGER_ZERO) {
		if (is_one_anonymous(st, part))
			u->lost |=
				vr_witness_lost(e->witness,
						e->first + (part.start - e->span.start) / VR_PAGE,
						part) > 0;
		return 0;
	}
	error = vr_mark_dirty(st, part);
	if (error == -EFAULT || (e->flags & VR_LEDGER_LOST)) {
		u->lost = true;
		return 0;
	}
	return error;
}

/* mark.6: forget_if_stale() was asked just before, and an entry without a registration is LOST */
static int end_part(struct vr_state *st, struct vr_ledger_entry *e, struct vr_span part, void *arg)
{
	const struct undoing *u = arg;
	int error;

	if (e->flags & VR_LEDGER_ZERO) {
		vr_ledger_clear(&st->ledger, part);
		return 0;
	}
	if (u->lost) {
		const bool keep = u->partial || (e->flags & VR_LEDGER_LOST);

		if (keep || vr_kernel_drop(part) != 0)
			keep_survivors(st, part);
		st->lost += vr_span_bytes(part);
	}
	error = vr_kernel_unregister(vr_state_uffd(st), part);
	if (error == -ENOMEM) {
		/* the next unmark has to report what this one could not */
		if (u->lost)
			e->flags |= VR_LEDGER_LOST;
		return error;
	}
	vr_ledger_clear(&st->ledger, part);
	return 0;
}

static int unmark_shared(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
			 void *arg)
{
	struct undoing *u = arg;
	struct vr_file_part f;
	int result;

	if (vr_mapping_kind(m) != VR_MAPPING_SHARED)
		return 0;
	f = file_part(st, m, part);
	result = vr_file_unmark(st, &f, u->partial);
	u->lost |= result == 1;
	return result < 0 ? result : 0;
}

static int skip(struct vr_state *st, struct vr_span part, void *arg)
{
	(void)st;
	(void)part;
	(void)arg;
	return 0;
}

/* The usual case: all of @s was marked, and so is anonymous. */
static bool is_one_entry(struct vr_state *st, struct vr_span s)
{
	const struct vr_ledger_entry *e = vr_ledger_first(&st->ledger, s);

	return e && e->span.start <= s.start && s.end <= e->span.end;
}

int vr_mark_undo(struct vr_state *st, struct vr_span s, bool partial)
{
	struct undoing u = { .partial = partial };
	const struct each_mapping files = { skip, unmark_shared, &u };
	int error = vr_kernel_is_mapped(s);

	if (error == 0)
		error = vr_ledger_reserve(&st->ledger, 1);
	if (error == 0)
		error = each_entry(st, s, forget_if_stale, NULL);
	if (error == 0)
		error = each_entry(st, s, dirty_part, &u);
	if (error == 0 && !is_one_entry(st, s) && !is_one_anonymous(st, s))
		error = each_mapping(st, s, &files);
	if (error == 0)
		error = each_entry(st, s, end_part, &u);
	return error ? error : u.lost;
}

/* --- before a fork --- */

/* mark.7: a write to one page, which keeps its content */
static void make_anonymous(int pagemap, struct vr_span s)
{
	uint64_t page = 0;
	struct vr_span run;

	if (vr_kernel_pages(pagemap, s.start, &page, 1) == 1 && (page & VR_PAGES_EXCLUSIVE))
		return;
	if (vr_pages_run(pagemap, s, vr_pages_in_memory, &run) == 1)
		vr_kernel_touch_write(run.start);
}

void vr_mark_verify(struct vr_state *st)
{
	const struct vr_span all = { 0, UINTPTR_MAX };
	int pagemap;

	if (st->ledger.n == 0)
		return;
	if (vr_ledger_reserve(&st->ledger, 1) == 0)
		each_entry(st, all, forget_if_stale, NULL);
	pagemap = vr_kernel_pagemap();
	for (size_t i = 0; i < st->ledger.n; i++)
		if (!(st->ledger.entry[i].flags & VR_LEDGER_ZERO))
			make_anonymous(pagemap, st->ledger.entry[i].span);
	if (pagemap >= 0)
		pe_sys_close(pagemap);
}
