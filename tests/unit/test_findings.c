/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* findings, with the reader before them and the suppressions. Rules are those of report/findings.h
 * and report/events.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings.h"

static struct pe_events events;
static struct pe_symbols *symbols;
static struct pe_findings findings;
static struct pe_suppress suppress;

static void add(const char *line)
{
	char *copy = strdup(line);

	ck_assert_int_eq(pe_events_line(&events, copy, strlen(line)), 0);
	free(copy);
}

/* a use at @address, in a set that maps /lib/x at 0x1000 or (@set 2) at 0x5000 */
static void add_event(const char *kind, const char *severity, int set, uint64_t address,
		      const char *time)
{
	char line[512];

	snprintf(
		line, sizeof(line),
		"{\"pidepoch\":1,\"type\":\"event\",\"kind\":\"%s\",\"severity\":\"%s\",\"time\":%s,"
		"\"pid\":1,\"tid\":2,\"program\":\"p\",\"call\":\"kill\",\"number\":9,\"signal\":15,"
		"\"stack\":[\"0x%lx\"],\"modules\":\"%d\"}",
		kind, severity, time, (unsigned long)address, set);
	add(line);
}

static void make(void)
{
	add("{\"pidepoch\":1,\"type\":\"module\",\"set\":\"1\",\"start\":\"0x1000\",\"end\":\"0x2000\","
	    "\"offset\":\"0x0\",\"build_id\":\"\",\"path\":\"/lib/x\"}");
	add("{\"pidepoch\":1,\"type\":\"module\",\"set\":\"2\",\"start\":\"0x5000\",\"end\":\"0x6000\","
	    "\"offset\":\"0x0\",\"build_id\":\"\",\"path\":\"/lib/x\"}");
	symbols = pe_symbols_open(&events);
	ck_assert_int_eq(pe_findings_make(&findings, &events, symbols, &suppress), 0);
}

static void suppressions(const char *text, int result)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");

	ck_assert_int_eq(pe_suppress_read(&suppress, f), result);
	fclose(f);
}

static void teardown(void)
{
	pe_findings_free(&findings);
	if (symbols)
		pe_symbols_close(symbols);
	symbols = NULL;
	pe_events_free(&events);
	pe_suppress_free(&suppress);
}

START_TEST(findings_1_the_same_place_at_another_address)
{
	add_event("latent", "warning", 1, 0x1234, "5");
	add_event("latent", "warning", 2, 0x5234, "4");
	add_event("latent", "warning", 1, 0x1235, "3");
	add_event("probe", "warning", 1, 0x1234, "2");
	make();
	ck_assert_uint_eq(findings.findings, 3);
	ck_assert_uint_eq(findings.finding[0].count, 2);
	ck_assert_int_eq((int)findings.finding[0].first->time_ms, 4000);
	ck_assert_uint_eq(findings.of_event[0], 0);
	ck_assert_uint_eq(findings.of_event[1], 0);
}
END_TEST

START_TEST(findings_2_the_worst_first_then_the_most_frequent)
{
	add_event("probe", "note", 1, 0x1234, "1");
	add_event("latent", "warning", 1, 0x1300, "2");
	for (int i = 0; i < 3; i++)
		add_event("latent", "warning", 1, 0x1400, "3");
	add_event("stale", "critical", 1, 0x1500, "4");
	add_event("stale", "error", 1, 0x1500, "5");
	make();
	ck_assert_uint_eq(findings.findings, 5);
	ck_assert_int_eq((int)findings.finding[0].first->time_ms, 4000);
	ck_assert_int_eq((int)findings.finding[1].first->time_ms, 5000);
	ck_assert_int_eq((int)findings.finding[2].first->time_ms, 3000);
	ck_assert_int_eq((int)findings.finding[3].first->time_ms, 2000);
	ck_assert_int_eq((int)findings.finding[4].first->time_ms, 1000);
}
END_TEST

START_TEST(findings_3_suppressed)
{
	suppressions("# nothing\n\n latent:x # by the last part of the path\n", 0);
	add_event("latent", "warning", 1, 0x1234, "5");
	add_event("probe", "warning", 1, 0x1234, "5");
	make();
	ck_assert_uint_eq(findings.findings, 1);
	ck_assert_uint_eq(findings.suppressed, 1);
	ck_assert_str_eq(findings.finding[0].first->kind, "probe");
	ck_assert_uint_eq(findings.of_event[0], 1); /* none */
	ck_assert_uint_eq(findings.of_event[1], 0);
}
END_TEST

START_TEST(suppressions_by_program_and_by_any_kind)
{
	suppressions("*:p\n", 0);
	add_event("latent", "warning", 1, 0x9999, "5");
	make();
	ck_assert_uint_eq(findings.findings, 0);
	ck_assert(!pe_suppress_matches(&suppress, "latent", "pp"));
}
END_TEST

START_TEST(an_invalid_suppression)
{
	suppressions("latent:a\nlatent\n", 2);
	suppressions("latent:\n", 1);
	suppressions("later:a\n", 1);
}
END_TEST

START_TEST(lines_of_other_kinds_are_skipped)
{
	add("{\"pidepoch\":1,\"type\":\"something new\"}");
	ck_assert_uint_eq(events.unreadable, 0);
	add("{\"pidepoch\":2,\"type\":\"something new\"}");
	ck_assert_uint_eq(events.unreadable, 0);
	add("{\"pidepoch\":3,\"type\":\"event\"}");
	add("not JSON");
	add("{\"pidepoch\":1,\"type\":\"module\",\"set\":\"1\",\"start\":\"0x2\",\"end\":\"0x1\"}");
	ck_assert_uint_eq(events.unreadable, 3);
	ck_assert_uint_eq(events.events + events.modules, 0);
}
END_TEST

START_TEST(an_empty_event)
{
	add("{\"pidepoch\":1,\"type\":\"event\",\"pid\":-1,\"signal\":1e9,\"stack\":7,\"obtained\":[],"
	    "\"time\":\"x\",\"kind\":5}");
	make();
	ck_assert_uint_eq(findings.findings, 1);
	ck_assert_str_eq(events.event[0].kind, "");
	ck_assert_str_eq(events.event[0].used.call, "");
	ck_assert_int_eq(events.event[0].signal, -1);
	ck_assert(!events.event[0].obtained.known && !events.event[0].holder.known);
}
END_TEST

START_TEST(long_lines_and_a_truncated_end)
{
	char *text = malloc(PE_EVENTS_LINE + 100);
	FILE *f;

	memset(text, 'x', PE_EVENTS_LINE + 100);
	text[PE_EVENTS_LINE + 10] = '\n';
	strcpy(text + PE_EVENTS_LINE + 11, "{\"pidepoch\":1,\"type\":\"event\"}\n{\"pidepoch\":1");
	f = fmemopen(text, strlen(text), "r");
	ck_assert_int_eq(pe_events_read(&events, f), 0);
	fclose(f);
	free(text);
	ck_assert_uint_eq(events.events, 1);
	ck_assert_uint_eq(events.unreadable, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("findings");
	TCase *c = tcase_create("findings");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_add_test(c, findings_1_the_same_place_at_another_address);
	tcase_add_test(c, findings_2_the_worst_first_then_the_most_frequent);
	tcase_add_test(c, findings_3_suppressed);
	tcase_add_test(c, suppressions_by_program_and_by_any_kind);
	tcase_add_test(c, an_invalid_suppression);
	tcase_add_test(c, lines_of_other_kinds_are_skipped);
	tcase_add_test(c, an_empty_event);
	tcase_add_test(c, long_lines_and_a_truncated_end);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
