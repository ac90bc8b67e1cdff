/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "vrange/mapped.h"
#include "vrange/mark.h"
#include "vrange/pages.h"
#include "vrange/stale.h"
#include "vrange/walk.h"

/* up to so many pages are looked at by reading a byte of each: cheaper than a call */
#define FEW 16

/* --- filling --- */

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
	int present;

	(void)arg;
	if (vr_span_pages(gap) <= FEW)
		return read_pages(gap, NULL);
	present = vr_kernel_all_present(gap);
	if (present)
		return present < 0 ? present : 0;
	return vr_pages_each(gap, vr_pages_missing, read ? read_pages : populate, NULL);
}

static int let_go(struct vr_span run, void *arg)
{
	(void)arg;
	return vr_kernel_free(run);
}

/* mark.3, mark.4 */
int vr_mark_free(struct vr_span part, bool shared)
{
	if (shared)
		return vr_pages_each(part, vr_pages_exclusive, let_go, NULL);
	if (vr_kernel_all_present(part) == 1)
		return vr_kernel_free(part);
	return vr_pages_each(part, vr_pages_in_memory, let_go, NULL);
}

/* --- checking (mark.5) --- */

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

static int check_other(struct vr_state *st, const struct vr_mapping *mapping, struct vr_span part,
		       void *arg)
{
	const struct marking *m = arg;

	return vr_mapped_check(st, mapping, part, m->strict);
}

/* --- marking --- */

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

static int mark_file(struct vr_state *st, const struct vr_mapping *m, struct vr_span part,
		     void *arg)
{
	(void)arg;
	return vr_mapped_mark(st, m, part);
}

static int skip(struct vr_state *st, struct vr_span part, void *arg)
{
	(void)st;
	(void)part;
	(void)arg;
	return 0;
}

int vr_mark_files(struct vr_state *st, struct vr_span s, bool strict)
{
	struct marking m = { .strict = strict };
	const struct vr_walk check = { check_anonymous, check_other, &m },
			     mark = { skip, mark_file, NULL };
	int error = vr_walk_mappings(st, s, &check);

	if (error == 0 && strict && m.mappings)
		error = -EOPNOTSUPP;
	return error ? error : vr_walk_mappings(st, s, &mark);
}

static int begin_part(struct vr_state *st, struct vr_span part, void *arg)
{
	int error = vr_walk_gaps(st, part, fill, arg);

	return error ? error : vr_walk_gaps(st, part, register_gap, arg);
}

static int abandon_part(struct vr_state *st, struct vr_span part, void *arg)
{
	return vr_walk_gaps(st, part, unregister_gap, arg);
}

static int finish_part(struct vr_state *st, struct vr_span part, void *arg)
{
	const struct vr_ledger_entry e = { .span = part };
	/* fill() has just read every page of it */
	const bool read = vr_span_pages(part) <= FEW && !vr_ledger_first(&st->ledger, part);
	int error = read && !st->forks ? vr_kernel_free(part) : vr_mark_free(part, st->forks);

	(void)arg;
	if (error)
		abandon_part(st, part, arg);
	else
		vr_ledger_set(&st->ledger, e);
	return error;
}

static int mark_parts(struct vr_state *st, struct vr_span s)
{
	const struct vr_walk begin = { .anonymous = begin_part }, files = { skip, mark_file, NULL },
			     abandon = { .anonymous = abandon_part },
			     finish = { .anonymous = finish_part };
	int error = vr_walk_mappings(st, s, &begin);

	if (error == 0)
		error = vr_walk_mappings(st, s, &files);
	if (error) {
		vr_walk_mappings(st, s, &abandon);
		return error;
	}
	return vr_walk_mappings(st, s, &finish);
}

/* Is nothing of @s volatile, missing, swapped out or shared with a forked process? */
static bool is_plain(struct vr_state *st, struct vr_span s)
{
	return !st->forks && vr_span_pages(s) > FEW && !vr_ledger_first(&st->ledger, s) &&
	       vr_kernel_all_present(s) == 1;
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
	/* MADV_FREE would refuse it, but may have no page to be made for */
	if (st->forks && vr_kernel_is_locked(s))
		return -EINVAL;
	error = begin_part(st, s, NULL);
	if (error) {
		abandon_part(st, s, NULL);
		return error;
	}
	return finish_part(st, s, NULL);
}

static int mark_checked(struct vr_state *st, struct vr_span s, bool strict)
{
	struct marking m = { .mappings = 1, .strict = strict };
	const struct vr_walk check = { check_anonymous, check_other, &m };
	const bool one = vr_walk_is_one_mapping(st, s);
	int error = one ? 0 : vr_walk_mappings(st, s, &check);

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
	int error = vr_walk_entries(st, s, refuse_zero, NULL);

	if (error)
		return error;
	if (vr_state_uffd(st) < 0)
		return vr_mark_files(st, s, strict);
	error = vr_ledger_reserve(&st->ledger, 1);
	if (error)
		return error;
	vr_stale_forget(st, s);
	error = mark_checked(st, s, strict);
	if (!vr_state_descriptor_gone(error))
		return error;
	vr_state_adopt(st);
	return mark_checked(st, s, strict);
}
