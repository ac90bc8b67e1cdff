/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/evidence.h"
#include "core/evidence/words.h"

uint32_t pe_evidence_pid_of(const char *argument)
{
	uint64_t n = 0;

	if (argument[0] == '-')
		argument++;
	return pe_text_parse(argument, &n) && n > 1 && n <= PE_PARSE_MAX ? (uint32_t)n : 0;
}

bool pe_evidence_has_argument(const struct pe_evidence *e, uint32_t pid)
{
	for (uint32_t i = 0; i < PE_EVIDENCE_ARGUMENTS && e->argument[i]; i++)
		if (e->argument[i] == pid)
			return true;
	return false;
}

bool pe_evidence_next_pair(const char **at, uint32_t *pid, int64_t *ms)
{
	const char *colon, *end;
	uint64_t n[2];

	colon = pe_text_digits(*at, NULL, 10, &n[0]);
	if (*colon != ':')
		return false;
	end = pe_text_digits(colon + 1, NULL, 10, &n[1]);
	if (*end && *end != ',')
		return false;
	*at = end + (*end == ',');
	*pid = (uint32_t)n[0];
	*ms = (int64_t)n[1];
	return n[0] > 1 && n[0] <= PE_PARSE_MAX && n[1] > 0 && n[1] <= INT64_MAX;
}

void pe_evidence_take_arguments(struct pe_evidence *e, char *const *argv, const char *setting)
{
	uint32_t count = 0, pid;
	int64_t ms;

	for (; argv && *argv && count < PE_EVIDENCE_ARGUMENTS; argv++)
		if ((pid = pe_evidence_pid_of(*argv)) != 0)
			e->argument[count++] = pid;
	while (setting && *setting && pe_evidence_next_pair(&setting, &pid, &ms))
		if (pe_evidence_has_argument(e, pid))
			pe_words_note(e, pid, PE_EVIDENCE_ARGUMENT, ms);
}

/* --- handed on --- */

/* The moment of a file, if its stamp can be trusted for any holder of the pid. */
static int64_t file_moment(struct pe_evidence *e, uint32_t pid)
{
	struct pe_moment_pair now = pe_words_clocks(e);
	struct pe_files_word latest, accuser;
	int64_t moment;

	if (!pe_files_may_name(&e->files, pid) ||
	    !pe_files_say(&e->files, pid, &latest, &accuser) || !accuser.path[0])
		return 0;
	moment = pe_words_to_boot(now, latest.stamp) + (latest.no_nsec ? PE_MOMENT_NO_NSEC : 0);
	return pe_moment_trust(e->run, now, moment, pe_words_boot_is_good(e, now)) ==
				       PE_MOMENT_UNSURE ||
			       moment <= 0
		       ? 0
		       : moment;
}

static int64_t moment_in_table(struct pe_evidence *e, uint32_t me, uint32_t pid)
{
	const struct pe_table *t = atomic_load_explicit(&e->table, memory_order_acquire);
	char path[PE_TABLE_PATH];
	struct pe_table_word w;
	struct pe_ancestry_of of;

	/* no table exists if no program of this user has made a look */
	if (!t)
		t = pe_words_map(e, false);
	return t && pe_evidence_self(me, &of) ? pe_words_shared(t, pid, &of, &w, path) : 0;
}

int64_t pe_evidence_to_hand_on(struct pe_evidence *e, uint32_t me, uint32_t pid, bool may_read)
{
	int64_t moment = 0, other;
	struct pe_word own;

	if (pe_words_own(e, pid, &own) && own.kind != PE_EVIDENCE_PIPED)
		moment = own.moment;
	other = moment_in_table(e, me, pid);
	moment = other > moment ? other : moment;
	other = may_read ? file_moment(e, pid) : 0;
	return other > moment ? other : moment;
}
