/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json_write: text from values. Rules are those of report/json_write.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/json_write.h"

static char *text;
static size_t size;
static struct pe_json_write w;

static void setup(void)
{
	w = (struct pe_json_write){ .out = open_memstream(&text, &size) };
	ck_assert_ptr_nonnull(w.out);
}

static const char *written(void)
{
	fclose(w.out);
	return text;
}

START_TEST(json_write_1_commas)
{
	pe_json_write_open(&w, NULL, '{');
	pe_json_write_open(&w, "none", '[');
	pe_json_write_close(&w, ']');
	pe_json_write_open(&w, "some", '[');
	pe_json_write_number(&w, NULL, 1);
	pe_json_write_open(&w, NULL, '{');
	pe_json_write_close(&w, '}');
	pe_json_write_bool(&w, NULL, false);
	pe_json_write_close(&w, ']');
	fprintf(pe_json_write_raw(&w, "raw"), "%.1f", 0.5);
	pe_json_write_number(&w, "last", INT64_MIN);
	pe_json_write_close(&w, '}');
	ck_assert_str_eq(written(), "{\"none\":[],\"some\":[1,{},false],\"raw\":0.5,"
				    "\"last\":-9223372036854775808}");
}
END_TEST

START_TEST(lines)
{
	pe_json_write_open(&w, NULL, '[');
	for (int i = 0; i < 2; i++) {
		pe_json_write_line(&w);
		pe_json_write_number(&w, NULL, i);
	}
	pe_json_write_line(&w);
	pe_json_write_close(&w, ']');
	ck_assert_str_eq(written(), "[\n0,\n1\n]");
}
END_TEST

/* Each byte comes back from the parser, and none can end the script of a page. */
START_TEST(json_write_2_bytes)
{
	static struct pe_json_line line;
	char all[256];
	const struct pe_json *o;

	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	pe_json_write_open(&w, NULL, '{');
	pe_json_write_text(&w, "all", all);
	pe_json_write_close(&w, '}');
	written();
	ck_assert_ptr_null(strpbrk(text, "<>&\n\t"));
	o = pe_json_parse(&line, text, size);
	ck_assert_ptr_nonnull(o);
	ck_assert_str_eq(pe_json_text(o, "all", ""), all);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_write");
	TCase *c = tcase_create("values");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, json_write_1_commas);
	tcase_add_test(c, lines);
	tcase_add_test(c, json_write_2_bytes);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
