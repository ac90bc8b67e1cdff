// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/contract.h"

#include "core/frame/policy.h"

#include "core/text.h"

static const struct pe_policy_level levels[] = {
	{ "off", true, false, PE_POLICY_REPORT },
	{ "warn-once", false, true, PE_POLICY_REPORT },
	{ "warn", false, false, PE_POLICY_REPORT },
	{ "report", false, false, PE_POLICY_REPORT }, /* the former name of warn */
	{ "refuse", false, false, PE_POLICY_REFUSE },
	{ "abort", false, false, PE_POLICY_ABORT },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

const struct pe_policy_level *pe_policy_level(const char *word)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (pe_text_same(word, levels[i].word))
			return &levels[i];
	return NULL;
}

const char *pe_policy_word(enum pe_policy policy, bool off)
{
	size_t i = 0;

	while (i < LEVELS - 1 &&
	       (levels[i].off != off || levels[i].once || (!off && levels[i].policy != policy)))
		i++;
	return levels[i].word;
}

static const char evidence[][5] = { "off", "tell", "act", "all" };

bool pe_policy_evidence(const char *word, enum pe_evidence_policy *policy)
{
	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++)
		if (pe_text_same(word, evidence[i])) {
			*policy = (enum pe_evidence_policy)i;
			return true;
		}
	return false;
}

const char *pe_policy_evidence_word(enum pe_evidence_policy policy)
{
	return evidence[policy];
}
