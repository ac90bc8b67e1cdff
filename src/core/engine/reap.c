/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/event.h"
#include "core/evidence/group.h"
#include "core/engine/fuzz_page.h"
#include "core/time/identity.h"
#include "core/engine/reap.h"
#include "core/engine/release.h"
#include "core/engine/share.h"
#include "core/sys.h"
#include "core/token.h"
#include "core/stack/trace.h"

#define KINDS (__WNOTHREAD | __WCLONE | __WALL)

static bool is_exit(int code)
{
	return code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
}

/* The wait4 status word of a state change that is not an exit; si_status holds the kernel's
 * exit_code. */
static int status_of(const siginfo_t *si)
{
	return si->si_code == CLD_CONTINUED ? 0xffff : si->si_status << 8 | 0x7f;
}

/* When the kernel's waitid has nothing to report, or fails, it writes these six fields and no other
 * byte, and then returns its own result. */
static pe_cold long clear_info(siginfo_t *info, long result)
{
	if (!info)
		return result;
	if (pe_sys_probe(info) == -EFAULT || pe_sys_probe(&info->si_status) == -EFAULT)
		return -EFAULT;
	info->si_signo = 0;
	info->si_errno = 0;
	info->si_code = 0;
	info->si_pid = 0;
	info->si_uid = 0;
	info->si_status = 0;
	return result;
}

/* The wait4 status of an exit. */
static int status_of_exit(const siginfo_t *si)
{
	if (si->si_code == CLD_EXITED)
		return (si->si_status & 0xff) << 8;
	return si->si_status | (si->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

static uint64_t us_of(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

/* For the obituary (S16). */
static void note_end(const struct pe_reap *r, int status, const struct rusage *usage,
		     struct pe_obituary *end)
{
	end->status = (uint16_t)status;
	end->flags = PE_OBITUARY_KNOWN;
	if (r->idtype == P_ALL || r->idtype == P_PGID)
		end->flags |= PE_OBITUARY_ANY;
	if (!usage)
		return;
	end->flags |= PE_OBITUARY_USAGE;
	end->user = pe_obituary_time(us_of(&usage->ru_utime));
	end->kernel = pe_obituary_time(us_of(&usage->ru_stime));
	end->most_memory = (uint32_t)usage->ru_maxrss;
}

/* Consume the exit of @pid without blocking, and fill @end. > 0: consumed; 0: there was none.
 * -EFAULT: consumed, but the caller's pointer was bad (the kernel reaps first). Another -errno: the
 * program's own filter forbids the call. @token: token.h's, or 0. The usage is asked for only if it
 * can be told: to programs that use the API, or to later waits. */
static long consume_exit(const struct pe_frame *p, const struct pe_reap *r, int pid, long token,
			 struct pe_obituary *end)
{
	siginfo_t own, *info = r->info ? r->info : &own;
	struct rusage own_usage, *usage = r->rusage;
	int own_status, *status = r->status ? r->status : &own_status;
	int flags = WNOHANG | (r->options & KINDS);
	long n;

	*end = (struct pe_obituary){ .flags = 0 };
	if (!usage &&
	    (atomic_load_explicit(&p->refers, memory_order_relaxed) || p->set->share_waits))
		usage = &own_usage;
	if (r->as_wait4) {
		n = pe_sys_wait4_with(token, pid, status, flags, usage);
	} else {
		own.si_pid = 0;
		n = pe_sys_waitid_with(token, P_PID, pid, info, flags | WEXITED, usage);
		if (n == 0)
			n = info->si_pid;
	}
	if (n > 0)
		note_end(r, r->as_wait4 ? *status : status_of_exit(info), usage, end);
	return n == -ECHILD ? 0 : n;
}

static bool was_there(long n)
{
	return n > 0 || n == -EFAULT;
}

static pe_cold long consume_state(const struct pe_reap *r, const siginfo_t *seen)
{
	siginfo_t own, *info = r->info ? r->info : &own;
	int what = seen->si_code == CLD_CONTINUED ? WCONTINUED : WSTOPPED;
	long n;

	own.si_pid = 0;
	n = pe_sys_waitid(P_PID, seen->si_pid, info, WNOHANG | what | (r->options & KINDS),
			  r->rusage);
	if (n != 0)
		return n == -ECHILD ? 0 : n;
	if (info->si_pid == 0)
		return 0;
	if (!r->as_wait4 || !r->status)
		return seen->si_pid;
	if (pe_sys_probe(r->status) == -EFAULT)
		return -EFAULT; /* consumed all the same, as wait4 does */
	*r->status = status_of(info);
	return seen->si_pid;
}

static pe_cold bool still_zombie(const struct pe_known *k)
{
	siginfo_t si = { .si_pid = 0 };

	return pe_sys_waitid(P_PID, (int)(k->instance & PE_SLOT_PID), &si,
			     WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0 &&
	       si.si_pid != 0;
}

static long reap_tracked(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r,
			 const struct pe_known *k)
{
	uint32_t pid = (uint32_t)(k->instance & PE_SLOT_PID);
	uint64_t mask, group;
	struct pe_obituary end;
	long n = 0;
	int claim;

	if (pe_slot_close(k->slot, k->instance) != 0)
		return 0;
	pe_hold_drain(&p->records, t, k->index);
	group = pe_group_note_if_led(p, pid);
	mask = pe_sys_mask_all();
	claim = pe_slot_begin_reap(k->slot);
	if (claim == 0) {
		n = consume_exit(p, r, (int)pid, p->set->readable ? PE_TOKEN : PE_TOKEN_JUDGED,
				 &end);
		if (was_there(n)) {
			pe_group_released(p, group);
			atomic_fetch_add(&p->early_reaps, 1);
			atomic_store_explicit(&k->slot->released_any,
					      r->idtype == P_ALL || r->idtype == P_PGID,
					      memory_order_relaxed);
			pe_release_reaped(p, t, k, r->by, &end);
		} else {
			pe_slot_cancel_reap(k->slot);
		}
	}
	pe_sys_mask_restore(mask);
	pe_release_leave(p, k->index);
	if (unlikely(group) && was_there(n))
		pe_group_reaped(p, pid, group);
	if (claim == -EBUSY)
		pe_sys_sched_yield();
	return n;
}

/* trace.6 */
static pe_cold void note_stray(struct pe_frame *p, const struct pe_reap *r, uint32_t pid)
{
	const struct pe_trace_early_reap s = {
		.pid = pid,
		.stack = pe_trace_take(p->trace),
		.tid = (uint32_t)pe_sys_gettid(),
		.early_reaps = atomic_load(&p->early_reaps),
		.by = (uint8_t)r->by,
		.any = r->idtype == P_ALL || r->idtype == P_PGID,
	};

	pe_trace_note_early_reap(p->trace, &s);
}

/* There is no slot for this child: it is a hidden child of libc's, an orphan, a tracee, or a child
 * whose birth is not recorded yet. While the lock is held, no birth can be recorded, and so no call
 * made on its slot, between the look and the reap. The thread that records the birth checks
 * afterwards (birth.1). */
static long reap_stray(struct pe_frame *p, const struct pe_thread *t, const struct pe_reap *r,
		       int pid)
{
	uint64_t group = pe_group_note_if_led(p, (uint32_t)pid);
	uint64_t mask = pe_frame_lock(p);
	struct pe_obituary end;
	long n = 0;

	if (pe_frame_know(p, (uint32_t)pid).what != PE_KNOWN_LIVE)
		n = consume_exit(p, r, pid, PE_TOKEN_JUDGED, &end);
	if (was_there(n)) {
		if (unlikely(p->trace))
			note_stray(p, r, (uint32_t)pid);
		pe_group_released(p, group);
		pe_release_stray(p, t, (uint32_t)pid, r->by, atomic_load(&p->early_reaps), &end);
		atomic_fetch_add(&p->early_reaps, 1);
	}
	pe_frame_unlock(p, mask);
	if (unlikely(group) && was_there(n))
		pe_group_reaped(p, (uint32_t)pid, group);
	return n;
}

/* > 0 or -EFAULT: taken. Another -errno: the result of the wait itself. 0: gone, or another thread
 * was first. */
static long take(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r,
		 const siginfo_t *seen, uint32_t births)
{
	struct pe_known k = pe_frame_know(p, (uint32_t)seen->si_pid);

	if (r->only &&
	    (k.what != PE_KNOWN_LIVE || k.slot != r->only->slot || k.instance != r->only->instance))
		return -ECHILD;
	if (!is_exit(seen->si_code)) {
		pe_frame_learn(p, t, seen->si_pid);
		return consume_state(r, seen);
	}
	if (k.what != PE_KNOWN_LIVE)
		return reap_stray(p, t, r, seen->si_pid);
	/* Is the zombie seen under this pid the process instance in k? (reap.3) */
	if (atomic_load(&p->births) != births && !still_zombie(&k))
		return 0;
	return reap_tracked(p, t, r, &k);
}

/* The kernel reports that the pid is no child. If the frame still has it as a child, it went away
 * without a wait that the library saw. Returns the result of the wait. */
static long without_child(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r)
{
	uint32_t pid = r->id;
	struct pe_known k = pe_frame_know(p, pid);
	bool vanish = atomic_load_explicit(&p->autoreap, memory_order_relaxed);
	long n;

	/* This also waits for a thread that has reaped the child and not released it yet, without
	 * which there is no obituary. */
	if (k.what == PE_KNOWN_LIVE && !pe_identity_is_child(pid))
		pe_release_lost(p, t, &k, vanish ? PE_CALL_AUTOREAP : PE_CALL_ELSEWHERE);
	n = pe_share_give(p, r);
	if (n != -ECHILD)
		return n;
	if (unlikely(p->watching) && !p->set->trusted &&
	    (k.what == PE_KNOWN_LIVE || k.what == PE_KNOWN_RELEASED))
		pe_event_wait(p, r->by, pid, &k);
	return -ECHILD;
}

/* A wait for the children in a group that a child led. If another process has the pid, that group
 * is gone (group.3), and the wait concerned a different group. */
static pe_cold void note_no_group(struct pe_frame *p, const struct pe_reap *r)
{
	const struct pe_use u = { .by = r->by, .pid = (int)r->id, .group = true };
	struct pe_known k = pe_frame_know(p, r->id);

	if (k.what == PE_KNOWN_RELEASED && !p->set->trusted &&
	    r->id != (uint32_t)pe_sys_getpgid(0) && pe_sys_kill((int)r->id, 0) != -ESRCH &&
	    pe_frame_may_report(p))
		pe_event_use(p, &u, &k, true, PE_OUTCOME_PASSED);
}

/*
 * The program's own filter forbids waitid, but not the wait4 that the program called: make that
 * wait4. No peek came first, so no hold protects the pid until its end: it is released from here
 * on.
 */
static pe_cold long plain_wait4(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r)
{
	int own, *status = r->status ? r->status : &own;
	int pid = r->idtype == P_ALL ? -1 : r->idtype == P_PID ? (int)r->id : -(int)r->id;
	long n = pe_sys_wait4_with(PE_TOKEN_JUDGED, pid, status, r->options & ~WEXITED, r->rusage);
	struct pe_known k;

	if (n <= 0 || WIFSTOPPED(*status) || WIFCONTINUED(*status))
		return n;
	atomic_fetch_add(&p->early_reaps, 1);
	k = pe_frame_know(p, (uint32_t)n);
	if (k.what == PE_KNOWN_LIVE)
		pe_release_lost(p, t, &k, r->by);
	return n;
}

/* The results that waitid can give for well-formed arguments; EBADF for a pidfd. */
static bool is_an_answer(long n)
{
	return n >= 0 || n == -ECHILD || n == -EINTR || n == -EFAULT || n == -EBADF;
}

_Static_assert(PE_FUZZ_PAGE_FRAMES == PE_TRACE_DEPTH, "stacks of one depth");

/* To the canary server. */
static pe_cold void offer(struct pe_frame *p, const struct pe_reap *r, uint32_t pid)
{
	struct pe_fuzz_page_releaser by = { .tid = (uint32_t)pe_sys_gettid(), .call = r->by };
	const struct pe_trace_stack *s = NULL;

	if (p->trace)
		s = pe_trace_stack(p->trace, pe_trace_take(p->trace));
	if (s) {
		by.depth = s->depth;
		memcpy(by.frame, s->frame, sizeof(by.frame));
		by.modules = pe_event_modules(p);
	}
	pe_fuzz_page_released(p->set->fuzz, pid, &by);
}

long pe_reap(struct pe_frame *p, struct pe_thread *t, const struct pe_reap *r)
{
	bool ended = r->ended;

	for (;;) {
		siginfo_t si = { .si_pid = 0 };
		uint32_t births = atomic_load(&p->births);
		long n = 0;

		if (ended) {
			si.si_pid = (pid_t)r->id;
			si.si_code = CLD_EXITED;
			ended = false;
		} else {
			n = r->peek(r->idtype, r->id, &si, r->options | WNOWAIT);
		}
		if (r->as_wait4 && unlikely(!is_an_answer(n)))
			return plain_wait4(p, t, r);
		if (n == -ECHILD && r->idtype == P_PID) {
			n = without_child(p, t, r);
			if (n != -ECHILD)
				return n;
		}
		if (unlikely(p->watching) && n == -ECHILD && r->idtype == P_PGID)
			note_no_group(p, r);
		if (n < 0 || si.si_pid == 0) /* or WNOHANG, and no child has changed state */
			return clear_info(r->info, n);
		if (unlikely(p->set->fuzz) && is_exit(si.si_code))
			pe_fuzz_page_before_reap(p->set->fuzz);
		n = take(p, t, r, &si, births);
		if (unlikely(p->set->fuzz) && was_there(n) && is_exit(si.si_code))
			offer(p, r, (uint32_t)si.si_pid);
		if (n != 0)
			return r->as_wait4 || n < 0 ? n : 0;
	}
}
