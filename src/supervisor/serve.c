// SPDX-License-Identifier: LGPL-2.1-or-later
#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "callers.h"
#include "exec.h"
#include "kill.h"
#include "notify.h"
#include "wait.h"

static long serve(struct pe_serve_call *c)
{
	switch (c->what) {
	case PE_FILTER_WAIT:
	case PE_FILTER_WAITID:
		return pe_wait_serve(c);
	case PE_FILTER_EXEC:
		return pe_exec_serve(c);
	case PE_FILTER_NONE:
		return PE_SERVE_LET;
	default:
		return pe_kill_serve(c);
	}
}

static long judge(struct pe_serve *s, const struct seccomp_notif *n)
{
	struct pe_serve_call c = { .s = s, .n = n, .what = pe_filter_decode(&n->data) };
	long result = PE_SERVE_LET;
	int r;

	if (n->pid == 0)
		return PE_SERVE_LET; /* a process that we cannot see */
	r = pe_callers_get((int)n->pid, &c.peer);
	if (r < 0)
		return PE_SERVE_LET;
	/* only now is it sure that what was read of that pid was the caller's */
	if (r == 0 || pe_notify_holds(s->listener, n->id))
		result = serve(&c);
	pe_callers_done(c.peer);
	return result;
}

/* the call in the book, received by this worker or by one that is no more */
static void answer(struct pe_serve *s)
{
	struct seccomp_notif *n = &s->book->held;
	long result = judge(s, n);

	if (result == PE_SERVE_LET)
		pe_notify_let(s->listener, n->id);
	else
		pe_notify_answer(s->listener, n->id, result);
	memset(n, 0, sizeof(*n));
	atomic_fetch_add(&s->book->served, 1);
}

enum pe_serve_end pe_serve_run(struct pe_serve *s)
{
	struct pollfd ends[] = { { .fd = s->listener, .events = POLLIN },
				 { .fd = s->keeper, .events = POLLIN } };

	if (s->book->held.id)
		answer(s);
	for (;;) {
		if (poll(ends, 2, -1) < 0 && errno != EINTR)
			return PE_SERVE_BROKEN;
		if (ends[0].revents & POLLIN) {
			if (pe_notify_receive(s->listener, &s->book->held) == 0)
				answer(s);
		} else if (ends[0].revents) {
			return PE_SERVE_ENDED;
		} else if (ends[1].revents) {
			return PE_SERVE_ORPHANED;
		}
	}
}
