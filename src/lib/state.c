/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the one instance of the engine's state in a program, and the door to it.
 *
 * Every other file of this library and of the preload library is without writable globals of the engine's.
 */
#include "lib/state.h"

#include <errno.h>
#include <unistd.h>

#include "core/account.h"
#include "core/evidence/group.h"
#include "core/fuzz.h"
#include "core/postern.h"
#include "core/sync.h"
#include "core/vector.h"
#include "core/emit.h"
#include "lib/door.h"
#include "lib/settings.h"
#include "lib/version.h"

/* What every program writes when it starts comes first and together: each page is a fault at each start. */
static struct pe_process frame;
static struct {
	struct pe_account_marker marker;
	struct pe_settings set;
	struct pe_kept kept;
} start __attribute__((section(".data.pidepoch"))) = { .marker = PE_ACCOUNT_MARKER(&frame) };

/* In .data although it is zero: .bss would be a mapping more, and every fork pays for each (bench/run). */
static struct pe_process frame __attribute__((section(".data.pidepoch"))) = { .set = &start.set };

static __thread struct pe_thread thread;

/* In a preloaded program that is linked with libpidepoch.so there are two copies of this file. Every call
 * reaches the one that the loader found first; the other does nothing. */
static bool is_found_first(void)
{
	return pidepoch_version == pe_version;
}

/* libc calls a constructor with main()'s arguments. @envp is what main() is given; a constructor that ran before may have made
 * libc move `environ`. */
static __attribute__((constructor)) void begin(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	if (!is_found_first())
		return;
	pe_settings_read(&start.set, &start.kept);
	if (environ && environ != envp)
		pe_door_hide(environ, false);
	if (envp)
		pe_door_hide(envp, true);
	start.set.unseen = !pe_door_sees_calls;
}

bool pe_state_enter(struct pe_state *s)
{
	*s = (struct pe_state){ .frame = &frame, .thread = &thread };
	if (!pe_process_enter(&frame, &thread))
		return false;
	if (unlikely(!atomic_load_explicit(&frame.refers, memory_order_relaxed)))
		atomic_store(&frame.refers, true);
	pe_sync_check(&frame);
	return true;
}

long pe_state_result(long n)
{
	if (n >= 0)
		return n;
	errno = (int)-n;
	return -1;
}

bool pe_door_enter(void)
{
	return pe_process_enter(&frame, &thread);
}

struct pe_birth pe_door_birth_begin(enum pe_call by)
{
	return pe_process_birth_begin(&frame, &thread, by);
}

void pe_door_birth_end(const struct pe_birth *b, pid_t pid)
{
	pe_process_birth_end(&frame, &thread, b, pid);
	/* it may lead a group, and passes no wait that would see it */
	if (unlikely(atomic_load_explicit(&frame.autoreap, memory_order_relaxed)) && pid > 0 &&
	    b->engaged)
		pe_group_note(&frame, (uint32_t)pid);
}

void pe_door_forked(void)
{
	pe_process_forked(&frame, &thread);
}

uint32_t pe_door_vfork_depth(int by)
{
	return thread.vfork_depth += (uint32_t)by;
}

static pe_cold long hunted(struct pe_fuzz *f, const struct pe_use *u)
{
	bool everybody = u->by == PE_CALL_KILL && u->number == -1 && pe_fuzz_all_begin(f);
	long n;

	pe_fuzz_before_use(f);
	n = pe_guard(&frame, &thread, u);
	if (everybody)
		pe_fuzz_all_end(f);
	else if (u->by == PE_CALL_PTRACE && n >= 0 && pe_fuzz_is_stranger(f, (uint32_t)u->number))
		pe_fuzz_used(f);
	return n;
}

long pe_door_guard(const struct pe_use *u)
{
	if (unlikely(start.set.fuzz))
		return hunted(start.set.fuzz, u);
	return pe_guard(&frame, &thread, u);
}

/* All that a forked child knows before its first entry is inherited, which is never refused. It need not enter for that. */
static bool knows_nothing_of_its_own(void)
{
	_Atomic uint32_t *life = atomic_load_explicit(&frame.life, memory_order_acquire);

	return !life || (atomic_load_explicit(life, memory_order_acquire) == 0 &&
			 start.set.policy != PE_STALE_REPORT && !frame.watching);
}

long pe_door_check(enum pe_call by, pid_t pid)
{
	bool group = pe_door_means_group(pid);
	const struct pe_use u = {
		.by = by,
		.number = group ? -pid : pid,
		.group = group,
		.signal = PE_GUARD_NO_SIGNAL,
		.call = { .nr = SYS_getpid }, /* does not fail */
	};
	long n = knows_nothing_of_its_own() ? 0 : pe_door_guard(&u);

	return n < 0 ? n : 0;
}

long pe_door_reap(const struct pe_reap *r)
{
	return pe_reap(&frame, &thread, r);
}

void pe_door_learn(pid_t number)
{
	pe_process_learn(&frame, &thread, number);
}

void pe_door_group_made(pid_t leader)
{
	if (pe_process_enter(&frame, &thread) &&
	    pe_process_know(&frame, (uint32_t)leader).what == PE_STALE_LIVE)
		pe_group_note(&frame, (uint32_t)leader);
}

void pe_door_children_vanish(void)
{
	if (pe_process_enter(&frame, &thread))
		atomic_store(&frame.autoreap, true);
}

void pe_door_confining(enum pe_confinement c)
{
	pe_postern_renounce(&frame.postern);
	if (c == PE_CONFINEMENT_DEAF)
		pe_vector_deafen(&frame, &thread);
	if (c <= PE_CONFINEMENT_DEAF || start.set.trusted)
		return;
	if (c == PE_CONFINEMENT_FULL || atomic_load(&frame.births))
		pe_emit_sentence(&start.set,
				 "its own seccomp filter ends it for calls that protection needs: "
				 "it is not protected from here on",
				 "");
}

void pe_door_hiding(void)
{
	start.set.legible = false;
	pe_postern_bar(&frame.postern);
}

void pe_door_confined(void)
{
	pe_process_confine(&frame);
}

bool pe_door_tells_events(void)
{
	return frame.watching;
}

bool pe_door_has_references(void)
{
	return atomic_load(&frame.refers);
}

bool pe_door_is_confined(void)
{
	return atomic_load_explicit(&frame.confined, memory_order_relaxed);
}

void pe_door_shared_vm(void)
{
	if (pe_process_enter(&frame, &thread))
		atomic_store(&frame.shared_vm, true);
}

const char *const *pe_door_environment(void)
{
	return start.kept.setting;
}
