/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mechanisms, policy: the words of options and variables. */
#include "../support/host.h"

#include "core/frame/policy.h"
#include "core/mechanisms.h"

static const struct {
	const char *list;
	bool known;
	uint32_t old;
} lists[] = {
	{ "", true, 0 },
	{ "rseq", true, PE_OLD_RSEQ },
	{ "births,pid_max,", true, PE_OLD_BIRTHS | PE_OLD_PID_MAX },
	{ "rseqs,wipe", false, PE_OLD_WIPE },
	{ "wipe,rse,inode", false, PE_OLD_WIPE | PE_OLD_INODE },
	{ ",", false, 0 },
	{ "a-word-that-is-longer-than-each-name", false, 0 },
};

START_TEST(lists_of_mechanisms)
{
	uint32_t old;

	ck_assert_int_eq(pe_mechanisms_parse(lists[_i].list, &old), lists[_i].known);
	ck_assert_uint_eq(old, lists[_i].old);
}
END_TEST

#define NAME(id, name, text) name,
static const char *const names[] = { PE_MECHANISMS(NAME) };

START_TEST(each_mechanism_has_a_bit_of_its_own)
{
	uint32_t old;

	ck_assert(pe_mechanisms_parse(names[_i], &old));
	ck_assert_uint_eq(old, UINT32_C(1) << _i);
}
END_TEST

static const struct {
	const char *word, *written;
} policies[] = {
	{ "off", "off" },     { "warn", "warn" },     { "report", "warn" },
	{ "abort", "abort" }, { "refuse", "refuse" }, { "warn-once", "warn" },
};

START_TEST(policies_and_back)
{
	const struct pe_policy_level *level = pe_policy_level(policies[_i].word);

	ck_assert_ptr_nonnull(level);
	ck_assert_str_eq(pe_policy_word(level->policy, level->off), policies[_i].written);
	ck_assert_ptr_null(pe_policy_level("warned"));
	ck_assert_ptr_null(pe_policy_level(""));
}
END_TEST

START_TEST(evidence_and_back)
{
	enum pe_evidence_policy policy;

	for (int i = 0; i < 4; i++) {
		ck_assert(pe_policy_evidence(pe_policy_evidence_word((enum pe_evidence_policy)i),
					     &policy));
		ck_assert_int_eq((int)policy, i);
	}
	ck_assert(!pe_policy_evidence("acts", &policy));
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("words");

	tcase_add_loop_test(c, lists_of_mechanisms, 0, sizeof(lists) / sizeof(lists[0]));
	tcase_add_loop_test(c, each_mechanism_has_a_bit_of_its_own, 0, PE_MECHANISM_COUNT);
	tcase_add_loop_test(c, policies_and_back, 0, sizeof(policies) / sizeof(policies[0]));
	tcase_add_test(c, evidence_and_back);
	return run_case("mechanisms", c);
}
