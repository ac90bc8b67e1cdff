// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/confinement.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/time/identity.h"
#include "supervisor/peer/proc.h"

static long filters_of(int pid)
{
	return pe_proc_status_number(pid, "Seccomp_filters");
}

/* The monitor was cloned before the program installed our filter, so a program has one filter more
 * than the supervisor. */
static long filters_of_run(void)
{
	static long ours = -1;

	if (ours < 0)
		ours = filters_of(getpid()) + 1;
	return ours;
}

bool pe_confinement_by_filter(const struct pe_worker_call *c)
{
	return filters_of_run() <= 0 || filters_of(c->peer->tid) != filters_of_run();
}

bool pe_confinement_is_in_run(int pid)
{
	return filters_of_run() <= 0 || filters_of(pid) >= filters_of_run();
}

/* The text of a label; empty if there is none. */
static void read_label(int tid, const char *name, char *text, size_t size)
{
	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/attr/%s", tid, name), text, size) < 0)
		text[0] = '\0';
}

static bool has_another_label(int tid)
{
	static const char *const names[] = { "current", "apparmor/current", "smack/current" };
	char own[512], its[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		read_label(getpid(), names[i], own, sizeof(own));
		read_label(tid, names[i], its, sizeof(its));
		if (strcmp(own, its) != 0)
			return true;
	}
	return false;
}

/* --- Landlock (confinement.2) --- */

static bool may_administrate(int tid)
{
	char value[32];

	return pe_proc_status(tid, "CapEff", value, sizeof(value)) &&
	       (strtoull(value, NULL, 16) >> CAP_SYS_ADMIN & 1);
}

static bool has_no_new_privs(int tid)
{
	return pe_proc_status_number(tid, "NoNewPrivs") == 1;
}

static void note(_Atomic uint64_t *first)
{
	if (!atomic_load(first))
		atomic_store(first, pe_proc_ticks());
}

void pe_confinement_note(const struct pe_worker_call *c)
{
	_Atomic uint64_t *first = c->s->table->restricted;
	int tid = c->peer->tid;

	pe_child_table_open(c->s->table, c->peer->identity, c->peer->tgid, pe_peer_lives)
		->restricted = true;
	/* also without no_new_privs: another thread may set it for this one (TSYNC) */
	note(&first[PE_CHILD_TABLE_BY_NO_NEW_PRIVS]);
	if (!has_no_new_privs(tid) && may_administrate(tid))
		note(&first[pe_proc_shares_user_namespace(tid) ? PE_CHILD_TABLE_BY_ROOT
							       : PE_CHILD_TABLE_BY_NAMESPACE]);
}

/* The earliest time at which an ancestor of @tid may have got a domain; 0: never. */
static uint64_t first_domain(const struct pe_worker_call *c, int tid)
{
	const _Atomic uint64_t *first = c->s->table->restricted;
	bool relevant[PE_CHILD_TABLE_RESTRICTED] = {
		[PE_CHILD_TABLE_BY_NO_NEW_PRIVS] = has_no_new_privs(tid),
		[PE_CHILD_TABLE_BY_NAMESPACE] = !pe_proc_shares_user_namespace(tid),
		[PE_CHILD_TABLE_BY_ROOT] = true,
	};
	uint64_t earliest = 0;

	for (int i = 0; i < PE_CHILD_TABLE_RESTRICTED; i++) {
		uint64_t at = relevant[i] ? atomic_load(&first[i]) : 0;

		if (at && (!earliest || at < earliest))
			earliest = at;
	}
	return earliest;
}

static bool may_have_domain(const struct pe_worker_call *c)
{
	const struct pe_child_table_process *p =
		pe_child_table_find(c->s->table, c->peer->identity);
	uint64_t first = first_domain(c, c->peer->tid);
	struct pe_identity_holder who;

	if (!first)
		return false;
	if ((p && p->restricted) || atomic_load(&c->s->table->forgot))
		return true;
	return pe_identity_describe((uint32_t)c->peer->tgid, &who) < 0 || who.start >= first;
}

/* confinement.3 */
static bool is_own_call(const struct pe_worker_call *c)
{
	return c->what == PE_NOTIFY_FILTER_EMULATED || c->what == PE_NOTIFY_FILTER_PRCTL;
}

bool pe_confinement_any(const struct pe_worker_call *c)
{
	return may_have_domain(c) || (is_own_call(c) && pe_confinement_by_filter(c)) ||
	       has_another_label(c->peer->tid);
}
