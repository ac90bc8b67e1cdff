// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/kill.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/record/tally.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "supervisor/calls/all.h"
#include "supervisor/calls/announce.h"
#include "supervisor/calls/argument.h"
#include "supervisor/calls/group_kill.h"
#include "supervisor/calls/past_child.h"
#include "supervisor/calls/reuse.h"
#include "supervisor/calls/run_table.h"
#include "supervisor/calls/stale_use.h"
#include "supervisor/peer/rights.h"
#include "supervisor/worker/confinement.h"
#include "supervisor/worker/credentials.h"
#include "supervisor/worker/helper.h"

#define LAST_SIGNAL 64

static const enum pe_call names[] = {
	[PE_NOTIFY_FILTER_KILL] = PE_CALL_KILL,
	[PE_NOTIFY_FILTER_TKILL] = PE_CALL_TKILL,
	[PE_NOTIFY_FILTER_TGKILL] = PE_CALL_TGKILL,
	[PE_NOTIFY_FILTER_QUEUE] = PE_CALL_SIGQUEUE,
	[PE_NOTIFY_FILTER_TGQUEUE] = PE_CALL_RT_TGSIGQUEUE,
	[PE_NOTIFY_FILTER_PIDFD] = PE_CALL_PIDFD_OPEN,
};

static int signal_of(const struct pe_worker_call *c)
{
	switch (c->what) {
	case PE_NOTIFY_FILTER_PIDFD:
		return PE_USE_NO_SIGNAL;
	case PE_NOTIFY_FILTER_TGKILL:
	case PE_NOTIFY_FILTER_TGQUEUE:
		return (int)c->n->data.args[2];
	default:
		return (int)c->n->data.args[1];
	}
}

/* siginfo, as the kernel reads it on all machines */
struct info {
	uint64_t at;
	int32_t word[32]; /* signal, errno, code, ... */
};

static long read_info(struct pe_helper_call *h, void *data)
{
	struct info *i = data;

	return pe_helper_read(h, i->at, i->word, sizeof(i->word));
}

/* The kernel checks the siginfo of a queued signal before the pid: it must be readable, and must
 * not have a code of the kernel. 1, 0, or -EINPROGRESS (helper.h) */
static long has_bad_info(struct pe_worker_call *c)
{
	struct info i = { .at = c->n->data.args[c->what == PE_NOTIFY_FILTER_QUEUE ? 2 : 3] };
	long r;

	if (c->what != PE_NOTIFY_FILTER_QUEUE && c->what != PE_NOTIFY_FILTER_TGQUEUE)
		return false;
	r = pe_helper_do(c, read_info, &i, sizeof(i));
	if (r == -EINPROGRESS)
		return r;
	return r < 0 || i.word[2] >= 0 || i.word[2] == SI_TKILL;
}

/* Does the call fail independently of the pid? Then it is continued, and the kernel returns the
 * error. Returns as has_bad_info(). */
static long is_void(struct pe_worker_call *c)
{
	if (c->what == PE_NOTIFY_FILTER_PIDFD)
		return ((uint32_t)c->n->data.args[1] & ~(uint32_t)(O_NONBLOCK | O_EXCL)) != 0;
	return (unsigned int)signal_of(c) > LAST_SIGNAL ? 1 : has_bad_info(c);
}

/* --- a living child --- */

/* Is the sender invisible to the receiver? */
static bool is_mute(int signal)
{
	return signal == SIGKILL || signal == SIGSTOP;
}

/* The siginfo of a signal sent for the caller: it names the caller, but the kernel does not allow
 * SI_USER. */
static siginfo_t info_for(const struct pe_worker_call *c, int signal)
{
	siginfo_t info = { .si_signo = signal, .si_code = SI_QUEUE };

	info.si_pid = c->peer->tgid;
	info.si_uid = pe_rights_uid(c->peer);
	return info;
}

/* kill.2. PE_WORKER_CONTINUE if this is not possible; -EAGAIN: the process is not a child now. */
static long send_for(const struct pe_worker_call *c, int pid, int signal)
{
	siginfo_t info = info_for(c, signal);
	int fd = pe_sys_pidfd_open(pid, 0);
	long r = -ESRCH;

	if (fd < 0)
		return fd == -ESRCH ? -EAGAIN : PE_WORKER_CONTINUE;
	if (pe_peer_parent(pid) == c->peer->tgid)
		r = pe_credentials_signal(c, fd, pid, signal, &info);
	close(fd);
	return r == -ESRCH ? -EAGAIN : r < 0 ? PE_WORKER_CONTINUE : 0;
}

static long on_child(const struct pe_worker_call *c, int pid)
{
	int signal = signal_of(c);

	if (c->what != PE_NOTIFY_FILTER_KILL || c->peer->ns >= 0 || signal <= 0 || signal > 31 ||
	    pe_peer_is_single(c->peer))
		return PE_WORKER_CONTINUE;
	if (!is_mute(signal) && !pe_peer_in_wait(c->peer))
		return PE_WORKER_CONTINUE;
	return send_for(c, pid, signal);
}

/* --- the process that has the pid --- */

/* A descendant's pid may have been reported to the caller by the process that forked it. */
static bool is_kin(const struct pe_worker_call *c, int pid)
{
	return pid == c->peer->tgid || pe_peer_is_thread(c->peer, pid) ||
	       pid == pe_peer_parent(c->peer->tgid) || pe_peer_traces(c->peer, pid) ||
	       pe_identity_descends((uint32_t)pid, (uint32_t)c->peer->tgid) ||
	       pe_run_table_descends(c, pid);
}

/* Is it certain, or possible, that the process is an orphan? In the run, with a parent that is not:
 * the parent has adopted it. Otherwise the parent may have forked it. */
static bool is_orphan(const struct pe_worker_call *c, const struct pe_identity_holder *who,
		      const struct pe_identity_holder *caller)
{
	struct pe_identity_holder adopter;

	if (!pe_confinement_is_in_run((int)who->ppid))
		return true;
	return who->ppid != caller->ppid &&
	       pe_identity_descends((uint32_t)c->peer->tgid, who->ppid) &&
	       pe_identity_describe(who->ppid, &adopter) == 0 && adopter.group != who->group;
}

/* kill.7 */
static bool is_own_orphan(const struct pe_worker_call *c, int pid)
{
	struct pe_identity_holder who, caller;

	return pid > 0 && pid != c->s->run && pe_confinement_is_in_run(pid) &&
	       pe_identity_describe((uint32_t)pid, &who) == 0 &&
	       pe_identity_describe((uint32_t)c->peer->tgid, &caller) == 0 &&
	       who.group == caller.group && who.start >= caller.start &&
	       is_orphan(c, &who, &caller);
}

static long stale(struct pe_worker_call *c, int ns_pid, int pid)
{
	const struct pe_use use = { .by = names[c->what],
				    .pid = ns_pid,
				    .signal = signal_of(c),
				    .holder = pid,
				    .unproven = is_own_orphan(c, pid) };
	long r = is_void(c);

	if (r < 0)
		return r;
	return r ? PE_WORKER_CONTINUE : pe_stale_use_serve(c, &use, pid);
}

/* kill.6: a call on a pid that never was a child's */
static long judge_other(struct pe_worker_call *c, int pid)
{
	const struct pe_use use = {
		.by = names[c->what], .pid = pid, .signal = signal_of(c), .holder = pid
	};
	struct pe_evidence_finding f;
	long r = pe_argument_examine(c, pid, &f);

	if (r < 0)
		return r;
	if (f.verdict != PE_EVIDENCE_STALE || pe_peer_parent(pid) == c->peer->tgid ||
	    is_kin(c, pid) || is_own_orphan(c, pid) || pe_run_table_acquits(c, pid))
		return pe_reuse_is_canary(c, pid) ? pe_stale_use_of_canary(c, &use)
						  : PE_WORKER_CONTINUE;
	r = is_void(c);
	if (r < 0)
		return r;
	return r ? PE_WORKER_CONTINUE : pe_stale_use_by_evidence(c, &use, &f);
}

/* Judge a call on a pid that was a child's. -EAGAIN: the pid was reused meanwhile. */
static long judge_once(struct pe_worker_call *c, int ns_pid)
{
	int pid = pe_peer_pid(c->peer, ns_pid), parent;

	if (pid == -ESRCH)
		return stale(c, ns_pid, 0);
	parent = pid < 0 ? pid : pe_peer_parent(pid);
	if (parent == c->peer->tgid)
		return on_child(c, pid);
	if (parent == -ESRCH)
		return stale(c, ns_pid, 0);
	return parent < 0 || is_kin(c, pid) || pe_run_table_acquits(c, pid) ? PE_WORKER_CONTINUE
									    : stale(c, ns_pid, pid);
}

static long judge(struct pe_worker_call *c, int ns_pid, int pid)
{
	long r = pe_past_child_is(c, ns_pid);

	if (r <= 0)
		return r < 0 ? r : judge_other(c, pid);
	r = -EAGAIN;
	for (int i = 0; i < 3 && r == -EAGAIN; i++)
		r = judge_once(c, ns_pid);
	return r == -EAGAIN ? PE_WORKER_CONTINUE : r;
}

/* kill.4. The supervisor's processes block all other signals. */
static bool would_end_us(const struct pe_worker_call *c, int pid)
{
	return pid > 0 && pe_helper_is_ours(c->s, pid) && is_mute(signal_of(c));
}

/* kill.4: the group of the supervisor's processes, which a program of the same session may even
 * join. From a namespace below it has no pid. */
static bool would_end_our_group(const struct pe_worker_call *c, int ns_pid)
{
	int group = ns_pid == 0 ? getpgid(c->peer->tgid) : -ns_pid;

	return c->peer->ns < 0 && is_mute(signal_of(c)) && group == getpgrp();
}

/* The library's own call: it may announce a child, and is not judged again. */
static long serve_judged(struct pe_worker_call *c, int ns_pid)
{
	pe_past_child_record(c, ns_pid);
	pe_announce_argument(c);
	return pe_announce_take(c) < 0 ? -EINPROGRESS : PE_WORKER_CONTINUE;
}

/* kill.5 */
static bool is_own_thread(const struct pe_worker_call *c, int pid)
{
	return c->what == PE_NOTIFY_FILTER_TKILL && pid > 0 && pe_peer_is_thread(c->peer, pid);
}

/* kill.3 */
static long serve_all(struct pe_worker_call *c)
{
	int signal = signal_of(c);

	if (signal > 0 && signal <= LAST_SIGNAL && !pe_announce_is_judged(c))
		pe_reuse_to_all(c, signal);
	return is_mute(signal) ? pe_all_serve(c) : PE_WORKER_CONTINUE;
}

long pe_kill_serve(struct pe_worker_call *c)
{
	int ns_pid = (int)c->n->data.args[0];
	long r;
	int pid;

	if (c->what == PE_NOTIFY_FILTER_KILL && ns_pid == -1)
		return serve_all(c);
	if (c->what == PE_NOTIFY_FILTER_KILL && ns_pid == INT_MIN)
		return PE_WORKER_CONTINUE; /* no group: it has no negative */
	if (c->what == PE_NOTIFY_FILTER_KILL && ns_pid <= 0 && would_end_our_group(c, ns_pid))
		return -EPERM;
	if (c->what == PE_NOTIFY_FILTER_KILL && ns_pid < -1)
		return pe_announce_is_judged(c) ? PE_WORKER_CONTINUE : pe_group_kill_serve(c);
	pe_reuse_before_use(c, ns_pid);
	pid = ns_pid > 0 ? pe_peer_pid(c->peer, ns_pid) : 0;
	if (would_end_us(c, pid))
		return -EPERM;
	if (ns_pid <= 0 || pid == c->peer->tgid || is_own_thread(c, pid))
		return PE_WORKER_CONTINUE;
	if (pe_announce_is_judged(c))
		return serve_judged(c, ns_pid);
	r = judge(c, ns_pid, pid);
	if (r != -EINPROGRESS)
		pe_tally_judged(&c->s->set, names[c->what]);
	return r;
}
