/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "core/evidence/parse.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\0';
}

/* --- paths --- */

/* The start of the last two parts of @path: the directory and the file. */
static const char *last_parts(const char *path)
{
	const char *last = path, *before = path;

	for (; *path; path++)
		if (*path == '/') {
			before = last;
			last = path + 1;
		}
	return before;
}

bool pe_parse_is_pidfile(const char *path)
{
	for (const char *at = last_parts(path); *at; at++) {
		if ((at[0] | 32) == 'p' && (at[1] | 32) == 'i' && (at[2] | 32) == 'd')
			return true;
		if ((at[0] | 32) == 'l' && (at[1] | 32) == 'o' && (at[2] | 32) == 'c' &&
		    (at[3] | 32) == 'k')
			return true;
	}
	return false;
}

static bool ends(const char *path, size_t length, const char *with)
{
	size_t n = pe_text_span(with);

	return length >= n && memcmp(path + length - n, with, n) == 0;
}

static bool is_source(const char *path)
{
	static const char endings[][10] = { ".sh", ".py",   ".js",   ".pl",  ".rb",	".php",
					    ".c",  ".h",    ".conf", ".cfg", ".md",	".mk",
					    "rc",  ".html", ".css",  ".log", "profile", "history" };
	size_t length = pe_text_span(path);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (ends(path, length, endings[i]))
			return true;
	return false;
}

/* --- what stands before a pid --- */

/* Does a word that ends just before @end, and starts at @start or later, mean "pid"? */
static bool names_pid(const char *start, const char *end)
{
	size_t n = (size_t)(end - start);

	if (n >= 1 && (end[-1] | 32) == 's')
		end--, n--;
	if (n < 3 || (end[-3] | 32) != 'p' || (end[-2] | 32) != 'i' || (end[-1] | 32) != 'd')
		return false;
	/* "rapid" does not; serverPid, MAINPID, daemon_pid and pid do */
	return n == 3 || !is_letter(end[-4]) || end[-3] == 'P';
}

static bool names_process(const char *start, const char *end)
{
	static const char names[][11] = { "processid", "process_id", "process-id" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = pe_text_span(names[i]), k = 0;

		while (k < n && (size_t)(end - start) >= n &&
		       (end[k - n] | 32) == (names[i][k] | 32))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

/* Is there a key with its separators before @at? pid=, "pid": , PID:, <pid> */
static bool is_keyed(const char *text, const char *at)
{
	const char *end = at;

	while (end > text &&
	       (is_blank(end[-1]) || end[-1] == '=' || end[-1] == ':' || end[-1] == '"' ||
		end[-1] == '\'' || end[-1] == '>' || end[-1] == '[' || end[-1] == '('))
		end--;
	return end < at && (names_pid(text, end) || names_process(text, end));
}

static bool is_first(const char *text, const char *at)
{
	while (at > text && (is_blank(at[-1]) || at[-1] == '\n'))
		at--;
	return at == text;
}

/* --- pids --- */

struct token {
	const char *at, *end;
	uint32_t pid;
	bool alone; /* not part of a word, a date or a fraction */
};

static bool next_token(const char *text, const char *end, const char *from, struct token *t)
{
	uint64_t n;
	char before, after;

	while (from < end && !is_digit(*from))
		from++;
	if (from == end)
		return false;
	t->at = from;
	from = pe_text_digits(from, end, 10, &n);
	t->end = from;
	t->pid = n >= 2 && n <= PE_PARSE_MAX && *t->at != '0' ? (uint32_t)n : 0;
	before = t->at > text ? t->at[-1] : ' ';
	after = from < end ? *from : ' ';
	t->alone = !is_letter(before) && before != '_' && before != '.' && before != '-' &&
		   before != '/' && !is_letter(after) && after != '_' && after != '.' &&
		   after != '-' && after != '/' && after != ':';
	return true;
}

/* Has the text nothing but numbers, blanks and commas, and more than one number? */
static bool is_list(const char *text, const char *end)
{
	struct token t = { .end = text };
	uint32_t numbers = 0;

	for (const char *at = text; at < end; at++)
		if (!is_digit(*at) && !is_space(*at) && *at != ',')
			return false;
	while (next_token(text, end, t.end, &t))
		numbers++;
	return numbers > 1;
}

/* the end of the first line that is not blank */
static const char *end_of_line(const char *text, const char *end)
{
	while (text < end && is_space(*text))
		text++;
	while (text < end && *text != '\n')
		text++;
	return text;
}

struct numbers {
	uint32_t *pid, count;
};

static void keep(struct numbers *n, uint32_t pid, bool accuses)
{
	uint32_t at = 0;

	while (at < n->count && (n->pid[at] & PE_PARSE_PID) != pid)
		at++;
	if (at == n->count && n->count == PE_PARSE_MOST) {
		/* an accusing pid replaces one that does not accuse */
		for (at = 0; at < n->count && (n->pid[at] & PE_PARSE_ACCUSE); at++)
			;
		if (at == n->count || !accuses)
			return;
		n->pid[at] = 0;
	} else if (at == n->count) {
		n->pid[n->count++] = 0;
	}
	n->pid[at] = pid | (n->pid[at] & PE_PARSE_ACCUSE) | (accuses ? PE_PARSE_ACCUSE : 0);
}

/* Does a blank, a comma or the end follow the first token? Only then is it a pid. */
static bool is_bare(const char *end, const struct token *t)
{
	return t->end == end || is_space(*t->end) || *t->end == ',';
}

/* parse.3: control characters, but for blanks and NUL */
static bool is_binary(const char *text, const char *end)
{
	for (; text < end; text++)
		if (!is_space(*text) && ((unsigned char)*text < ' ' || *text == 127))
			return true;
	return false;
}

uint32_t pe_parse_numbers(const char *path, const char *text, size_t length,
			  uint32_t pid[PE_PARSE_MOST])
{
	const char *end = text + length;
	bool mute = is_source(path) || (length > 1 && text[0] == '#' && text[1] == '!') ||
		    is_binary(text, end);
	bool list = is_list(text, end_of_line(text, end)) || is_list(text, end);
	struct numbers n = { pid, 0 };
	uint32_t plausible = 0;
	struct token t = { .end = text };

	while (next_token(text, end, t.end, &t)) {
		bool accuses = t.alone && !mute &&
			       ((!list && is_first(text, t.at) && is_bare(end, &t)) ||
				is_keyed(text, t.at));

		if (!t.pid)
			continue;
		plausible += t.alone;
		keep(&n, t.pid, accuses);
	}
	/* the only number in a pidfile, in any position */
	if (!list && !mute && plausible == 1 && n.count == 1 && pe_parse_is_pidfile(path))
		pid[0] |= PE_PARSE_ACCUSE;
	return n.count;
}
