// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/json_write.h"

#include <inttypes.h>

static void break_line(struct pe_json_write *w)
{
	if (w->line)
		putc('\n', w->out);
	w->line = false;
}

FILE *pe_json_write_raw(struct pe_json_write *w, const char *key)
{
	if (w->more)
		putc(',', w->out);
	break_line(w);
	if (key)
		fprintf(w->out, "\"%s\":", key);
	w->more = true;
	return w->out;
}

void pe_json_write_line(struct pe_json_write *w)
{
	w->line = true;
}

void pe_json_write_open(struct pe_json_write *w, const char *key, char bracket)
{
	putc(bracket, pe_json_write_raw(w, key));
	w->more = false;
}

void pe_json_write_close(struct pe_json_write *w, char bracket)
{
	break_line(w);
	putc(bracket, w->out);
	w->more = true;
}

static void put_char(FILE *out, unsigned char c)
{
	if (c < ' ' || c >= 127 || c == '<' || c == '>' || c == '&')
		fprintf(out, "\\u%04x", c);
	else if (c == '"' || c == '\\')
		fprintf(out, "\\%c", c);
	else
		putc(c, out);
}

void pe_json_write_text(struct pe_json_write *w, const char *key, const char *text)
{
	FILE *out = pe_json_write_raw(w, key);

	putc('"', out);
	for (; *text; text++)
		put_char(out, (unsigned char)*text);
	putc('"', out);
}

void pe_json_write_number(struct pe_json_write *w, const char *key, int64_t number)
{
	fprintf(pe_json_write_raw(w, key), "%" PRId64, number);
}

void pe_json_write_bool(struct pe_json_write *w, const char *key, bool value)
{
	fputs(value ? "true" : "false", pe_json_write_raw(w, key));
}
