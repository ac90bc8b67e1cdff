/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy - the words for what happens at a stale use (--on-stale, PIDEPOCH_ON_STALE) and at a use
 * that evidence shows to be stale (--evidence, PIDEPOCH_EVIDENCE).
 */
#ifndef PE_CORE_FRAME_POLICY_H
#define PE_CORE_FRAME_POLICY_H

#include "core/contract.h"
#include "core/frame/settings.h"
#include "core/frame/verdict.h"

struct pe_policy_level {
	char word[10];
	bool off;  /* the program is exempt */
	bool once; /* only the first report is printed */
	enum pe_policy policy;
};

/* NULL: there is no such word */
const struct pe_policy_level *pe_policy_level(const char *word);

/* @off: the program is exempt */
const char *pe_policy_word(enum pe_policy policy, bool off);

/* false: there is no such word */
bool pe_policy_evidence(const char *word, enum pe_evidence_policy *policy);
const char *pe_policy_evidence_word(enum pe_evidence_policy policy);

#endif
