/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange - mvrange(), vrange() and vrange_holes(): what the library promises, and the API boundary.
 *
 * vrange.1  Unmark returned 0: every byte is as at the mark.
 * vrange.2  Unmark returned 1: at least one page was lost.
 * vrange.3  Without reclaim nothing is lost: unmark returns 0.
 * vrange.4  A page that is not volatile never changes, and an access to it never faults.
 * vrange.5  A volatile page shows its data, or SIGBUS (EFAULT from a system call), never zeros;
 *           unless VRANGE_ZERO was asked for.
 * vrange.6  A lost page stays lost until it is unmarked, and is reported to one unmark.
 * vrange.7  Nothing here destroys a page that was not marked.
 * vrange.8  A page that another process holds unmarked is not taken from any process.
 * vrange.9  Of an unmark and a purge of the same object one wins, and the other one sees it.
 * vrange.10  The bytes that are volatile and not yet given to the kernel stay below a cap.
 * vrange.11  SIGKILL at any point leaves vrange.1 true for every other process.
 * vrange.12  A call that failed has changed nothing.
 * vrange.13  Marking or unmarking twice is harmless.
 * vrange.14  The program sees no descriptor of the library.
 */
#include "core/contract.h"

#include <vrange.h>

#include "vrange/boundary.h"
#include "vrange/mark.h"
#include "vrange/pages.h"

#define BEHAVIORS (VRANGE_PARTIAL | VRANGE_ZERO | VRANGE_STRICT)

/* @length rounded down, or up. -EINVAL: not aligned, or more than the address space. */
static int span_of(const void *start, size_t length, bool up, struct vr_span *s)
{
	const size_t rounded = (length + (up ? VR_PAGE - 1 : 0)) & ~(VR_PAGE - 1);

	s->start = (uintptr_t)start;
	s->end = s->start + rounded;
	if (s->start % VR_PAGE || s->end < s->start || (up && rounded < length))
		return -EINVAL;
	return 0;
}

static int change(struct vr_span s, int mode, int behavior)
{
	uint64_t mask;
	struct vr_state *st;
	int result;

	if (s.start == s.end)
		return 0;
	st = vr_state_enter(&mask);
	if (!st)
		return -ENOMEM;
	if (mode == VRANGE_NONVOLATILE)
		result = vr_mark_undo(st, s, behavior & VRANGE_PARTIAL);
	else if (behavior & VRANGE_ZERO)
		result = vr_mark_zero(st, s, behavior & VRANGE_STRICT);
	else
		result = vr_mark(st, s, behavior & VRANGE_STRICT);
	vr_state_leave(st, mask);
	return result;
}

PE_EXPORT int mvrange(void *start, size_t length, int mode, int behavior)
{
	struct vr_span s;

	if ((mode != VRANGE_VOLATILE && mode != VRANGE_NONVOLATILE) || (behavior & ~BEHAVIORS) ||
	    span_of(start, length, mode == VRANGE_NONVOLATILE, &s) != 0)
		return vr_boundary(-EINVAL);
	return (int)vr_boundary(change(s, mode, behavior));
}

PE_EXPORT ssize_t vrange(void *start, size_t length, unsigned long mode, unsigned long flags,
			 int *purged)
{
	struct vr_span s;
	int result;

	if (mode > VRANGE_VOLATILE || flags ||
	    span_of(start, length, mode == VRANGE_NONVOLATILE, &s) != 0)
		return vr_boundary(-EINVAL);
	result = change(s, (int)mode, VRANGE_PARTIAL);
	if (purged && result >= 0)
		*purged = result;
	return vr_boundary(result < 0 ? result : (long)vr_span_bytes(s));
}

struct holes {
	struct vrange_hole *to;
	size_t room, n;
};

static int note_hole(struct vr_span run, void *arg)
{
	struct holes *h = arg;

	if (h->n == h->room)
		return 1;
	h->to[h->n].start = (void *)run.start;
	h->to[h->n++].length = vr_span_bytes(run);
	return 0;
}

PE_EXPORT ssize_t vrange_holes(const void *start, size_t length, struct vrange_hole *holes,
			       size_t n)
{
	struct holes h = { .to = holes, .room = n };
	struct vr_span s;
	int error = span_of(start, length, true, &s);

	if (error == 0 && s.start < s.end)
		error = vr_kernel_is_mapped(s);
	if (error == 0)
		error = vr_pages_each(s, vr_pages_missing, note_hole, &h);
	return vr_boundary(error >= 0				  ? (long)h.n
			   : error == -ENOMEM || error == -EINVAL ? error
								  : -EOPNOTSUPP);
}
