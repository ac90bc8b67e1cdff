// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/serve.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "emulate/emulated.h"
#include "emulate/epochs.h"
#include "emulate/waitfd.h"
#include "supervisor/calls/exec.h"
#include "supervisor/calls/kill.h"
#include "supervisor/calls/question.h"
#include "supervisor/calls/reuse.h"
#include "supervisor/calls/sharing.h"
#include "supervisor/calls/wait.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/callers.h"
#include "supervisor/worker/confinement.h"
#include "supervisor/worker/helper.h"
#include "supervisor/worker/turns.h"

#define PARKED_TICK 50 /* ms between two checks whether the time of a parked call is over */

static long serve(struct pe_worker_call *c)
{
	pe_reuse_begin(c);
	switch (c->what) {
	case PE_NOTIFY_FILTER_WAIT:
	case PE_NOTIFY_FILTER_WAITID:
		return pe_wait_serve(c);
	case PE_NOTIFY_FILTER_EXEC:
		return pe_exec_serve(c);
	case PE_NOTIFY_FILTER_EMULATED:
		return pe_emulated_serve(c);
	case PE_NOTIFY_FILTER_PRCTL:
		return pe_emulated_prctl(c);
	case PE_NOTIFY_FILTER_LANDLOCK:
		pe_confinement_note(c);
		return PE_WORKER_CONTINUE;
	case PE_NOTIFY_FILTER_GETPGID:
	case PE_NOTIFY_FILTER_GETSID:
	case PE_NOTIFY_FILTER_PATH:
	case PE_NOTIFY_FILTER_PATH_AT:
		return pe_question_serve(c);
	case PE_NOTIFY_FILTER_NONE:
		return PE_WORKER_CONTINUE;
	default:
		return pe_kill_serve(c);
	}
}

static long judge(struct pe_worker *s, int place)
{
	const struct seccomp_notif *n = &s->table->held[place];
	struct pe_worker_call c = {
		.s = s, .n = n, .what = pe_notify_filter_decode(&n->data), .place = place
	};
	long result = PE_WORKER_CONTINUE;
	int r;

	if (n->pid == 0)
		return PE_WORKER_CONTINUE; /* a process that we cannot see */
	if (c.what == PE_NOTIFY_FILTER_EXEC)
		pe_exec_note(s, (int)n->pid);
	if (c.what == PE_NOTIFY_FILTER_EXEC && pe_exec_is_first(s, (int)n->pid))
		return PE_WORKER_CONTINUE;
	r = pe_callers_get((int)n->pid, &c.peer);
	if (r < 0)
		return PE_WORKER_CONTINUE;
	/* only now is it certain that what was read about the pid belongs to the caller */
	if (r == 0 || pe_notify_holds(s->listener, n->id))
		result = serve(&c);
	pe_callers_done(c.peer);
	return result;
}

static void finish(struct pe_worker *s, int place, long result)
{
	struct seccomp_notif *n = &s->table->held[place];

	if (result == PE_WORKER_CONTINUE)
		pe_notify_let(s->listener, n->id);
	else if (result != PE_WORKER_ANSWERED)
		pe_notify_answer(s->listener, n->id, result);
	pe_helper_forget(place);
	pe_sharing_forget(place);
	memset(n, 0, sizeof(*n));
	atomic_fetch_add(&s->table->served, 1);
}

/* serve.5 */
static void take_turn(const struct pe_worker *s, int place)
{
	int tid = (int)s->table->held[place].pid;
	struct pe_peer *peer;
	uint32_t user = 0;

	if (tid && pe_callers_get(tid, &peer) >= 0) {
		user = pe_peer_user(peer);
		pe_callers_done(peer);
	}
	pe_turns_add(place, user);
}

/* Serve the call at this place of the child table, received by this worker or by an earlier one. */
static void answer(struct pe_worker *s, int place)
{
	long result;

	atomic_store(&s->table->serving, (uint32_t)place);
	result = judge(s, place);
	if (result == PE_WORKER_AGAIN)
		take_turn(s, place);
	else if (result != -EINPROGRESS)
		finish(s, place, result);
}

/* Parked calls whose op is done take their turn. Those whose time is over are continued
 * (serve.1). */
static void wake_parked(struct pe_worker *s)
{
	int place;

	while (pe_turns_count() < PE_TURNS_MOST && (place = pe_helper_next_done()) >= 0)
		if (pe_notify_holds(s->listener, s->table->held[place].id))
			take_turn(s, place);
		else
			finish(s, place, PE_WORKER_ANSWERED);
	while ((place = pe_helper_next_overdue()) >= 0)
		finish(s, place, PE_WORKER_CONTINUE);
}

/* Held waits that can go on take their turn. */
static void wake_held(struct pe_worker *s)
{
	int place;

	while (pe_turns_count() < PE_TURNS_MOST && (place = pe_sharing_next(s)) >= 0)
		if (pe_notify_holds(s->listener, s->table->held[place].id))
			take_turn(s, place);
		else
			finish(s, place, PE_WORKER_ANSWERED);
}

/* Serve the calls that an earlier worker left. */
static void answer_left(struct pe_worker *s)
{
	for (int i = 0; i < PE_CHILD_TABLE_HELD; i++)
		if (s->table->held[i].id && !pe_helper_is_parked(i))
			answer(s, i);
}

/* --- the monitor's end (serve.4) --- */

static sigjmp_buf back;
static volatile sig_atomic_t receiving, called;

static void on_call(int signal)
{
	(void)signal;
	called = 1;
	if (receiving)
		siglongjmp(back, 1);
}

/* Enable or disable SIGUSR1 at the end of the monitor. */
static void watch_monitor(bool on)
{
	struct sigaction how = { .sa_handler = on_call };
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	sigaction(SIGUSR1, &how, NULL);
	prctl(PR_SET_PDEATHSIG, on ? SIGUSR1 : 0);
	sigprocmask(on ? SIG_UNBLOCK : SIG_BLOCK, &one, NULL);
}

/* --- one call after the other --- */

static bool has_ended(const struct pe_worker *s)
{
	struct pollfd end = { .fd = s->listener, .events = POLLIN };

	return poll(&end, 1, s->no_monitor ? -1 : 0) == 1 && !(end.revents & POLLIN);
}

/* ms; -1: until something happens */
static int how_long(void)
{
	int held = pe_sharing_timeout();

	return pe_helper_any() && (held < 0 || held > PARKED_TICK) ? PARKED_TICK : held;
}

/* While programs wait on descriptors (waitfd.h), calls are parked (helper.h) or waits held
 * (sharing.h), poll for all of them. Returns true if a call has arrived. */
static bool await_call(struct pe_worker *s)
{
	struct pollfd ends[] = { { .fd = s->listener, .events = POLLIN },
				 { .fd = pe_waitfd_fd(), .events = POLLIN },
				 { .fd = pe_helper_fd(), .events = POLLIN },
				 { .fd = pe_sharing_fd(), .events = POLLIN } };
	int n;

	receiving = 1;
	n = called ? 0 : poll(ends, 4, how_long());
	receiving = 0;
	if (n > 0 && ends[1].revents)
		pe_waitfd_turn();
	if (pe_helper_any())
		wake_parked(s);
	if (pe_sharing_any())
		wake_held(s);
	return n > 0 && ends[0].revents;
}

/* There is always one (helper.4). */
static int free_place(const struct pe_worker *s)
{
	int place = 0;

	while (s->table->held[place].id || !pe_helper_is_free(place))
		place = (place + 1) % PE_CHILD_TABLE_HELD;
	return place;
}

/* Block in the receive ioctl without a poll before it, which saves a call. The monitor watches for
 * the end of the run, since older kernels do not wake the ioctl. Returns the place in the child
 * table, or -errno; -ENODEV: the run has ended. */
static int receive(struct pe_worker *s)
{
	int place, r;

	if ((pe_waitfd_fd() >= 0 || pe_helper_any() || pe_sharing_any()) && !await_call(s))
		return -EINTR;
	if (s->no_monitor && has_ended(s))
		return -ENODEV;
	place = free_place(s);
	receiving = 1;
	r = called ? -EINTR : pe_notify_receive(s->listener, &s->table->held[place]);
	receiving = 0;
	if (r < 0)
		return r == -ENOENT && has_ended(s) ? -ENODEV : r;
	return place;
}

static bool is_waiting(const struct pe_worker *s)
{
	struct pollfd call = { .fd = s->listener, .events = POLLIN };

	return poll(&call, 1, 0) == 1 && (call.revents & POLLIN);
}

/* serve.5: serve all waiting calls, and those that arrive meanwhile, until none is left. */
static void serve_in_turns(struct pe_worker *s)
{
	int place;

	while (!called && (place = pe_turns_next()) >= 0) {
		answer(s, place);
		while (pe_turns_count() < PE_TURNS_MOST && is_waiting(s) &&
		       (place = receive(s)) >= 0)
			take_turn(s, place);
		if (pe_helper_any())
			wake_parked(s);
		if (pe_sharing_any())
			wake_held(s);
	}
}

/* Checking each time would take a twentieth of a call. */
static bool is_crowded(const struct pe_worker *s)
{
	static unsigned int calls;

	return pe_turns_count() > 0 || (++calls % 8 == 0 && is_waiting(s));
}

/* Serve calls until a signal or an error. */
static int serve_calls(struct pe_worker *s)
{
	int r;

	do {
		r = receive(s);
		if (r >= 0 && is_crowded(s))
			take_turn(s, r);
		else if (r >= 0)
			answer(s, r);
		serve_in_turns(s);
	} while (!called && (r >= 0 || r == -ENOENT || r == -EINTR));
	return called ? 0 : r;
}

/* For a reader outside, who wants to know how long a call takes (inspect/top.h). */
static void note_begin(struct pe_child_table *b)
{
	struct timespec ran = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ran);
	atomic_store(&b->began_ran, (uint64_t)ran.tv_sec * 1000000000 + (uint64_t)ran.tv_nsec);
	atomic_store(&b->began_served, atomic_load(&b->served));
}

enum pe_serve_end pe_serve_run(struct pe_worker *s)
{
	int r = 0;

	pe_epochs_resume(s->epochs);
	note_begin(s->table);
	watch_monitor(true);
	sigsetjmp(back, 1);
	receiving = 0;
	called = 0; /* before the look */
	while (r == 0 && getppid() == s->ours[0]) {
		pe_turns_clear();
		answer_left(s);
		r = serve_calls(s);
		called = 0;
	}
	watch_monitor(false);
	pe_waitfd_end();
	pe_helper_end();
	pe_sharing_end();
	return r == -ENODEV ? PE_SERVE_ENDED : r < 0 ? PE_SERVE_BROKEN : PE_SERVE_ORPHANED;
}
