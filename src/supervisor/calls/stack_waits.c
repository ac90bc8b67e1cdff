// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/stack_waits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "supervisor/peer/proc.h"

#define WAITS	 512u
#define PIDS	 8192u
#define AGAIN	 64u
#define AGAIN_MS 10000 /* later the kernel does not restart it */

struct wait_kept {
	uint64_t nr; /* 0: none; place nr % WAITS */
	uint64_t ms;
	int tid; /* in the caller's own namespace */
	bool any;
	enum pe_call by;
	_Atomic bool is_complete; /* the stack and its end have been written */
	struct pe_trace_stack stack;
	enum pe_stack_end end;
	uint64_t modules; /* as in pe_stack_result */
};

/* A wait that was interrupted for its stack. The kernel restarts it, and it is notified again as
 * the same wait. */
struct wait_again {
	uint64_t identity, pc, nr, ms;
	int tid;
	_Atomic bool is_due;
};

/* the last wait for a pid of a process; a pid with the same place replaces it */
struct wait_last {
	uint64_t identity;
	int pid;
	uint64_t nr; /* 0: one of several */
};

/* shared by successive workers and their helpers */
struct pe_stack_waits {
	uint64_t waits;
	struct wait_kept kept[WAITS];
	struct wait_again again[AGAIN];
	struct wait_last last[PIDS];
};

struct pe_stack_waits *pe_stack_waits_map(void)
{
	void *all = mmap(NULL, sizeof(struct pe_stack_waits), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return all == MAP_FAILED ? NULL : all;
}

static uint64_t now_ms(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static struct wait_last *place_of(struct pe_stack_waits *all, uint64_t identity, int pid)
{
	return &all->last[(identity * 31 + (unsigned int)pid) % PIDS];
}

/* --- restarted waits --- */

/* A free place, or -1. */
static int place_again(const struct pe_worker *s, uint64_t now)
{
	for (int i = 0; i < (int)AGAIN; i++)
		if (!atomic_load(&s->waits->again[i].is_due) &&
		    now - s->waits->again[i].ms > AGAIN_MS)
			return i;
	return -1;
}

/* The wait of which @c is the restart, or 0. Its entry is removed. */
static uint64_t take_again(const struct pe_worker_call *c)
{
	for (struct wait_again *a = c->s->waits->again; a < c->s->waits->again + AGAIN; a++)
		if (atomic_load(&a->is_due) && a->identity == c->peer->identity &&
		    a->tid == c->peer->tid && a->pc == c->n->data.instruction_pointer) {
			atomic_store(&a->is_due, false);
			a->ms = 0;
			return a->nr;
		}
	return 0;
}

/* --- a wait begins --- */

struct entering {
	const struct pe_worker_call *call;
	uint64_t nr;
	int children;
};

static void note(const struct pe_worker_call *c, int pid, uint64_t nr)
{
	if (pid > 0)
		*place_of(c->s->waits, c->peer->identity, pid) =
			(struct wait_last){ c->peer->identity, pid, nr };
}

static void note_child(void *arg, int host_pid)
{
	struct entering *e = arg;

	if (++e->children <= PE_STACK_WAITS_CHILDREN)
		note(e->call, pe_peer_ns_pid(e->call->peer, host_pid), e->nr);
}

/* If there are too many children, remove the records that exist of them: a wait that is not
 * recorded may reap them. */
static void forget_child(void *arg, int host_pid)
{
	const struct entering *e = arg;

	note(e->call, pe_peer_ns_pid(e->call->peer, host_pid), 0);
}

static void note_children(const struct pe_worker_call *c, int pid, uint64_t nr)
{
	struct entering e = { .call = c, .nr = nr };

	if (pid > 0)
		note(c, pid, nr);
	else if (pe_peer_children(c->peer, note_child, &e) == 0 &&
		 e.children > PE_STACK_WAITS_CHILDREN)
		pe_peer_children(c->peer, forget_child, &e);
}

static struct wait_kept *keep(const struct pe_worker_call *c, int pid)
{
	uint64_t nr = ++c->s->waits->waits;
	struct wait_kept *w = &c->s->waits->kept[nr % WAITS];

	*w = (struct wait_kept){ .nr = nr,
				 .ms = now_ms(),
				 .tid = pe_peer_ns_pid(c->peer, c->peer->tid),
				 .any = pid <= 0,
				 .by = c->what == PE_NOTIFY_FILTER_WAITID ? PE_CALL_WAITID
									  : PE_CALL_WAIT4 };
	note_children(c, pid, nr);
	return w;
}

static void complete(struct pe_stack_waits *all, uint64_t nr, const struct pe_stack_result *r)
{
	struct wait_kept *w = &all->kept[nr % WAITS];

	if (w->nr != nr)
		return; /* replaced meanwhile */
	w->stack = r->stack;
	w->end = r->end;
	w->modules = r->modules;
	atomic_store(&w->is_complete, true);
}

/* A wait that is continued and interrupted before it blocks. */
struct stopped_wait {
	struct pe_stack_stop stop;
	uint64_t nr;
	int again; /* place */
};

/* In a helper: the thread has stopped (stack_waits.3). */
static void use_stop(const struct pe_worker *s, struct pe_stack_stop *stop)
{
	const struct stopped_wait *w = (const struct stopped_wait *)stop;

	complete(s->waits, w->nr, &stop->here);
	if (stop->restarts)
		atomic_store(&s->waits->again[w->again].is_due, true);
	else
		s->waits->again[w->again].ms = 0;
}

/* The worker reserves the place before the stop. */
static void reserve(const struct pe_worker_call *c, struct stopped_wait *w)
{
	struct wait_again *a = &c->s->waits->again[w->again];

	*a = (struct wait_again){ .identity = c->peer->identity,
				  .pc = c->n->data.instruction_pointer,
				  .nr = w->nr,
				  .ms = now_ms(),
				  .tid = c->peer->tid };
}

static long continue_and_stop(struct pe_worker_call *c, struct wait_kept *w,
			      const struct pe_stack_result *here)
{
	struct stopped_wait stopped = {
		.stop = { .result = PE_WORKER_CONTINUE, .here = *here, .use = use_stop }
	};
	bool tried = pe_stack_has_tried_stop(c);
	long r;

	stopped.again = tried ? 0 : place_again(c->s, now_ms());
	if (stopped.again < 0) {
		complete(c->s->waits, w->nr, here);
		return PE_WORKER_CONTINUE;
	}
	if (!tried) {
		stopped.nr = w->nr;
		reserve(c, &stopped);
	}
	r = pe_stack_stop(c, &stopped.stop, sizeof(stopped));
	if (r == -EINPROGRESS || r == 0)
		return r == 0 ? PE_WORKER_ANSWERED : r;
	c->s->waits->again[stopped.again].ms = 0;
	complete(c->s->waits, stopped.nr, &stopped.stop.here);
	return PE_WORKER_CONTINUE;
}

/* The call is served again from its beginning after each op (helper.1). The wait is recorded once,
 * when its stack is complete. */
static long enter(struct pe_worker_call *c, int pid)
{
	struct pe_stack_result here;
	struct wait_kept *w = NULL;

	if (pe_stack_take(c, &here) == -EINPROGRESS)
		return -EINPROGRESS;
	if (here.with_library)
		/* the library's own waits are not notified, so the last wait is unknown */
		return PE_WORKER_CONTINUE;
	if (!pe_stack_has_tried_stop(c))
		w = keep(c, pid);
	if (pe_stack_needs_stop(&here))
		return continue_and_stop(c, w, &here);
	complete(c->s->waits, w->nr, &here);
	return PE_WORKER_CONTINUE;
}

/* The pid to which a pidfd of the caller refers, or 0. */
static int pid_of_pidfd(const struct pe_worker_call *c, int fd)
{
	char text[512], *at;

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/fdinfo/%d", c->peer->tid, fd), text,
			  sizeof(text)) < 0)
		return 0;
	at = strstr(text, "\nPid:");
	return at ? pe_peer_ns_pid(c->peer, atoi(at + 5)) : 0;
}

static bool is_child(const struct pe_worker_call *c, int pid)
{
	int host_pid = pe_peer_pid(c->peer, pid);

	return host_pid > 0 && pe_peer_parent(host_pid) == c->peer->tgid;
}

long pe_stack_waits_enter(struct pe_worker_call *c, int pid)
{
	uint64_t nr = take_again(c);

	if (c->what == PE_NOTIFY_FILTER_WAITID && (int)c->n->data.args[0] == P_PIDFD)
		pid = pid_of_pidfd(c, (int)c->n->data.args[1]);
	if (pid > 0 && !is_child(c, pid))
		return PE_WORKER_CONTINUE;
	if (!pe_peer_is_single(c->peer) && pe_peer_in_wait(c->peer))
		note_children(c, pid, 0);
	else if (nr)
		note_children(c, pid, nr);
	else
		return enter(c, pid);
	return PE_WORKER_CONTINUE;
}

/* --- a pid is misused, or given away --- */

/* The wait by which the process released @pid, or NULL: unknown. */
static const struct wait_kept *find(struct pe_stack_waits *all, uint64_t identity, int pid)
{
	const struct wait_last *l = all ? place_of(all, identity, pid) : NULL;
	const struct wait_kept *w = l ? &all->kept[l->nr % WAITS] : NULL;

	if (!l || l->identity != identity || l->pid != pid || l->nr == 0 || w->nr != l->nr)
		return NULL;
	return w;
}

bool pe_stack_waits_find(const struct pe_worker_call *c, int pid, struct pe_event_outside *o,
			 struct pe_trace_stack *stack)
{
	const struct wait_kept *w = find(c->s->waits, c->peer->identity, pid);

	if (!w)
		return false;
	o->released.by = w->by;
	o->released.any = w->any;
	o->released.tid = (uint32_t)w->tid;
	o->released.ago_ms = (uint32_t)(now_ms() - w->ms);
	if (!atomic_load(&w->is_complete))
		return true;
	*stack = w->stack;
	o->released.stack = stack;
	o->released.stack_end = pe_stack_end_name(w->end);
	return true;
}

void pe_stack_waits_describe(const struct pe_worker *s, uint64_t identity, int pid,
			     struct pe_fuzz_page_releaser *by)
{
	const struct wait_kept *w = find(s->waits, identity, pid);

	if (!w)
		return;
	by->tid = (uint32_t)w->tid;
	by->call = w->by;
	if (!atomic_load(&w->is_complete))
		return;
	by->depth = w->stack.depth;
	memcpy(by->frame, w->stack.frame, sizeof(by->frame));
	by->modules = w->modules;
}
