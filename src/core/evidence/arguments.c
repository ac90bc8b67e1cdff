/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/evidence.h"

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

/* Parse one "PID:MS" of the setting; *@at is moved past its comma. */
static bool next_pair(const char **at, uint32_t *pid, int64_t *ms)
{
	uint64_t n[2] = { 0, 0 };
	int which = 0;

	for (; **at && **at != ','; ++*at) {
		if (**at == ':' && which == 0)
			which = 1;
		else if (**at < '0' || **at > '9' || n[which] > UINT64_C(1) << 50)
			return false;
		else
			n[which] = n[which] * 10 + (uint64_t)(**at - '0');
	}
	*at += **at == ',';
	*pid = (uint32_t)n[0];
	*ms = (int64_t)n[1];
	return which == 1 && n[0] > 1 && n[0] <= PE_PARSE_MAX && n[1] > 0;
}

static void take_word(struct pe_evidence *e, uint32_t pid, int64_t ms)
{
	uint64_t word = (uint64_t)ms << 25 | (uint64_t)PE_EVIDENCE_ARGUMENT << 22 | pid;

	atomic_store_explicit(&e->own[pid % PE_EVIDENCE_OWN], word, memory_order_relaxed);
	atomic_store_explicit(&e->any, 1, memory_order_relaxed);
}

void pe_evidence_take_arguments(struct pe_evidence *e, char *const *argv, const char *setting)
{
	uint32_t count = 0, pid;
	int64_t ms;

	for (; argv && *argv && count < PE_EVIDENCE_ARGUMENTS; argv++)
		if ((pid = pe_evidence_pid_of(*argv)) != 0)
			e->argument[count++] = pid;
	while (setting && *setting && next_pair(&setting, &pid, &ms))
		if (pe_evidence_has_argument(e, pid))
			take_word(e, pid, ms);
}
