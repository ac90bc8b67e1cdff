/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the one instance of the engine's state in a program, and the functions of preload_api.h.
 *
 * No other file of this library or of the preload library has writable globals of the engine.
 */
#include "lib/state.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/frame/stats.h"
#include "core/evidence/group.h"
#include "core/engine/hidden.h"
#include "core/engine/judge.h"
#include "core/engine/share.h"
#include "core/engine/vanish.h"
#include "core/engine/fuzz_page.h"
#include "core/engine/fuzz_use.h"
#include "core/frame/sync_point.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "core/reference/thread_watch.h"
#include "core/record/notice.h"
#include "core/record/sink.h"
#include "lib/libc/start.h"
#include "lib/preload_api.h"
#include "lib/settings.h"
#include "lib/version.h"

#if __has_attribute(no_reorder)
#define IN_ORDER __attribute__((section(".data.pidepoch"), no_reorder))
#else
#define IN_ORDER __attribute__((section(".data.pidepoch")))
#endif

/*
 * Each page that is written costs a fault at each start, and each mapping a copy at each fork. So
 * all is in .data, although it is zero, and what every program writes at its start comes last, in
 * one page with .bss (tests/lint/segments.sh):
 *
 *   | frame | evidence | text of `kept` ...|... kept | set | marker | .bss |
 *                                     page '------- the start writes ------'
 */
static struct pe_frame frame;
static struct pe_evidence evidence;
static struct start {
	struct pe_kept kept;
	struct pe_settings set;
	struct pe_sink sink;
	struct pe_stats_marker marker;
} start;

static struct pe_frame frame IN_ORDER = {
	.set = &start.set,
	.evidence = &evidence,
};

static struct pe_evidence evidence IN_ORDER = { .any = 0 };

static struct start start IN_ORDER
	__attribute__((aligned(4096))) = { .marker = PE_STATS_MARKER(&frame) };

bool pe_preload_aside;

static __thread struct pe_thread thread;

/* In a preloaded program that is linked with libpidepoch.so there are two copies of this file.
 * Every call reaches the one that the loader found first; the other does nothing. */
static bool is_found_first(void)
{
	return pidepoch_version == pe_version;
}

/* @argv, @envp: only from a libc that passes them (libc/start.h). envp is main()'s: a constructor
 * that ran earlier may have made libc move `environ`. */
static __attribute__((constructor)) void begin(int argc, char **argv, char **envp)
{
	struct pe_libc_vectors main_of = pe_libc_vectors(argv, envp);

	(void)argc;
	argv = main_of.argv;
	envp = main_of.envp;
	if (!is_found_first())
		return;
	start.set.sink = &start.sink;
	pe_settings_read(&start.set, &start.kept, argv);
	pe_evidence_take_arguments(&evidence, argv, pe_settings_value("PIDEPOCH_ARGUMENTS"));
	if (environ && environ != envp)
		pe_preload_hide(environ, false);
	if (envp)
		pe_preload_hide(envp, true);
	start.set.linked_only = !pe_preload_sees_calls;
	/* S17: what started this program ignored SIGCHLD. Nothing would keep the statuses. */
	if (start.set.share_waits && !start.set.linked_only && pe_sys_children_vanish())
		pe_sys_sigaction_default(SIGCHLD);
}

bool pe_state_enter(struct pe_state *s)
{
	*s = (struct pe_state){ .frame = &frame, .thread = &thread };
	if (!pe_frame_enter(&frame, &thread))
		return false;
	if (unlikely(!atomic_load_explicit(&frame.refers, memory_order_relaxed)))
		atomic_store(&frame.refers, true);
	pe_sync_point_check(&frame);
	return true;
}

long pe_result(long n)
{
	if (n >= 0)
		return n;
	errno = (int)-n;
	return -1;
}

bool pe_preload_enter(void)
{
	return pe_frame_enter(&frame, &thread);
}

struct pe_birth pe_preload_birth_begin(enum pe_call by)
{
	return pe_birth_begin(&frame, &thread, by);
}

void pe_preload_birth_end(const struct pe_birth *b, pid_t pid)
{
	pe_birth_end(&frame, &thread, b, pid);
	/* it may lead a group, and no wait will see its end */
	if (unlikely(atomic_load_explicit(&frame.autoreap, memory_order_relaxed)) && pid > 0 &&
	    b->engaged)
		pe_group_note(&frame, (uint32_t)pid);
}

void pe_preload_forked(void)
{
	pe_frame_forked(&frame, &thread);
	if (unlikely(frame.tgid == 1))
		pe_evidence_forget(&evidence);
}

uint32_t pe_preload_vfork_depth(int by)
{
	return thread.vfork_depth += (uint32_t)by;
}

long pe_preload_guard(const struct pe_use *u)
{
	if (unlikely(start.set.fuzz))
		return pe_fuzz_use(&frame, &thread, u);
	return pe_guard(&frame, &thread, u);
}

/* Before its first entry, a forked child knows only what it inherited, which is never refused. So
 * it need not enter. */
static bool knows_nothing_of_its_own(void)
{
	_Atomic uint32_t *fork_mark = atomic_load_explicit(&frame.fork_mark, memory_order_acquire);

	return !fork_mark || (atomic_load_explicit(fork_mark, memory_order_acquire) == 0 &&
			      start.set.policy != PE_POLICY_REPORT && !frame.watching);
}

bool pe_preload_seeks_bare(void)
{
	return unlikely(start.set.fuzz) && start.set.fuzz->control;
}

void pe_preload_bare(void)
{
	atomic_store(&start.set.fuzz->bare, 1);
}

long pe_preload_check(enum pe_call by, pid_t pid)
{
	bool group = pe_preload_means_group(pid);
	const struct pe_use u = {
		.by = by,
		.pid = group ? -pid : pid,
		.group = group,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_getpid }, /* getpid does not fail */
	};
	long n = knows_nothing_of_its_own() ? 0 : pe_preload_guard(&u);

	return n < 0 ? n : 0;
}

long pe_preload_reap(const struct pe_reap *r)
{
	return pe_reap(&frame, &thread, r);
}

/* --- a status for a wait that comes too late --- */

bool pe_preload_shares_waits(void)
{
	return unlikely(start.set.share_waits) && pe_frame_enter(&frame, &thread);
}

long pe_preload_share(const struct pe_reap *r)
{
	return pe_share_give(&frame, r);
}

void pe_preload_hidden_born(const struct pe_birth *b, pid_t pid)
{
	pe_hidden_born(&frame, &thread, b, pid);
}

long pe_preload_hidden_waited(pid_t pid, bool lost, int *status)
{
	return pe_hidden_waited(&frame, &thread, pid, lost, status);
}

/* --- evidence --- */

/* No evidence is taken in a vfork child, which is another process in this memory, nor after the
 * program's own filter or dispatcher forbids calls of the library. */
static bool is_evident(void)
{
	return likely(!thread.vfork_depth) && !start.set.trusted && !pe_preload_is_confined();
}

void pe_preload_learn(pid_t pid)
{
	if (pid > 0 && is_evident())
		pe_evidence_learn(&evidence, (uint32_t)pid, PE_EVIDENCE_MESSAGE);
	pe_frame_learn(&frame, &thread, pid);
}

void pe_preload_group_made(pid_t leader)
{
	if (pe_frame_enter(&frame, &thread) &&
	    pe_frame_know(&frame, (uint32_t)leader).what == PE_KNOWN_LIVE)
		pe_group_note(&frame, (uint32_t)leader);
}

long pe_preload_look(pid_t pid)
{
	long n = pe_judge_look(&frame, &thread, pid);

	if (unlikely(start.set.fuzz) && n >= 0)
		pe_fuzz_page_probed(start.set.fuzz, (uint32_t)pid, PE_CALL_PROC,
				    (uint32_t)pe_sys_getpid());
	return n;
}

void pe_preload_looked(pid_t pid)
{
	if (pid > 0 && is_evident())
		pe_evidence_looked(&evidence, (uint32_t)pid);
	if (unlikely(start.set.fuzz))
		pe_fuzz_page_looked(start.set.fuzz, (uint32_t)pid);
	pe_frame_learn(&frame, &thread, pid);
}

void pe_preload_named(pid_t pid)
{
	if (pid > 0 && is_evident())
		pe_evidence_was_named(&evidence, (uint32_t)pid);
	pe_frame_learn(&frame, &thread, pid);
}

void pe_preload_listed(void)
{
	if (is_evident())
		pe_evidence_listed(&evidence);
}

void pe_preload_opened(const char *path, bool at_cwd, int fd)
{
	if (is_evident())
		pe_evidence_opened(&evidence, path, at_cwd, fd);
}

bool pe_preload_wants_input(void)
{
	return atomic_load_explicit(&evidence.table, memory_order_relaxed) != NULL ||
	       atomic_load_explicit(&frame.released, memory_order_relaxed);
}

/* A forked child without a frame of its own has no child that was reaped. */
void pe_preload_input(int fd, const void *data, size_t bytes)
{
	_Atomic uint32_t *fork_mark = atomic_load_explicit(&frame.fork_mark, memory_order_acquire);
	bool begun = fork_mark && atomic_load_explicit(fork_mark, memory_order_acquire);

	if (is_evident())
		pe_evidence_input(&evidence, begun ? &frame : NULL, fd, data, bytes);
}

void pe_preload_stream(int fd)
{
	if (is_evident())
		pe_streams_made(&evidence.streams, fd);
}

void pe_preload_written(const char *path)
{
	if (pe_parse_is_pidfile(path) && is_evident())
		pe_files_written(&evidence.files, path);
}

void pe_preload_moving(void)
{
	if (is_evident())
		pe_files_moving(&evidence.files);
}

const char *pe_preload_arguments(char *const *argv, char *text, size_t size)
{
	return pe_judge_arguments(&frame, argv, !thread.vfork_depth, text, size);
}

/* token.8; signal 0 changes nothing */
void pe_preload_announce_arguments(const char *text)
{
	uint32_t pid;
	int64_t ms;

	while (*text && *text++ != '=')
		;
	while (*text && pe_evidence_next_pair(&text, &pid, &ms))
		pe_sys6(SYS_kill, pid, 0, 0, ms, 0, PE_TOKEN_JUDGED);
}

void pe_preload_children_vanish(void)
{
	if (!pe_frame_enter(&frame, &thread))
		return;
	pe_vanish_begin(&frame);
}

void pe_preload_child_action(void)
{
	if (pe_frame_enter(&frame, &thread))
		pe_vanish_changed(&frame, &thread);
}

void pe_preload_confining(enum pe_confinement c)
{
	if (c == PE_CONFINEMENT_NO_RING)
		pe_thread_watch_forbid_ring(&frame, &thread);
	if (c <= PE_CONFINEMENT_NO_RING || start.set.trusted)
		return;
	if (c == PE_CONFINEMENT_FULL || atomic_load(&frame.births))
		pe_notice_sentence(
			&start.set,
			"its own seccomp filter kills it for calls that protection needs: "
			"it is not protected from here on",
			"");
}

void pe_preload_hiding(void)
{
	start.set.readable = false;
}

void pe_preload_confined(void)
{
	pe_frame_disable(&frame);
}

void pe_preload_stepping_aside(void)
{
	if (!start.set.trusted)
		pe_notice_sentence(&start.set,
				   "its syscall user dispatch is for this library's calls, too: "
				   "the library does nothing from here on",
				   "");
}

void pe_preload_step_aside(void)
{
	pe_frame_disable(&frame);
	pe_preload_aside = true;
}

/* token.7: no other kernel or filter answers pidfd_open(2) with ENOSYS to a call without the token
 * alone. */
static bool is_abandoned(void)
{
	return pe_sys6(SYS_pidfd_open, -1, 0, 0, 0, 0, 0) == -ENOSYS &&
	       pe_sys_pidfd_open(-1, 0) != -ENOSYS;
}

void pe_preload_not_executed(void)
{
	if (!start.set.trusted && is_abandoned())
		pe_notice_sentence(
			&start.set,
			"the supervisor of this run has been killed, so that posix_spawn, "
			"system and popen cannot start programs: start this program anew, by "
			"'pidepoch run'",
			"");
}

void pe_preload_unserved(void)
{
	if (!start.set.trusted && is_abandoned())
		pe_notice_sentence(
			&start.set,
			"the supervisor of this run has been killed, so that kill, wait and exec "
			"fail with ENOSYS in the program that is executed now, which cannot load "
			"the library: start it by 'pidepoch run'",
			"");
}

bool pe_preload_is_within(uintptr_t from, uintptr_t to)
{
	return from <= start.set.unwind.own_start && start.set.unwind.own_end <= to;
}

bool pe_preload_tells_events(void)
{
	return frame.watching;
}

bool pe_preload_has_references(void)
{
	return atomic_load(&frame.refers);
}

bool pe_preload_is_confined(void)
{
	return atomic_load_explicit(&frame.disabled, memory_order_relaxed);
}

void pe_preload_shared_vm(void)
{
	if (pe_frame_enter(&frame, &thread))
		atomic_store(&frame.shared_vm, true);
}

const char *const *pe_preload_environment(void)
{
	return start.kept.setting;
}
