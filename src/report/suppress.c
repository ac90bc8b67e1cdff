// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/suppress.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct pe_suppress_line {
	char *kind, *pattern;
};

static const char kinds[][16] = { "stale",	"latent", "probe",   "stolen-wait", "double-reap",
				  "own-thread", "init",	  "ignored", "differs",	    "*" };

static bool is_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}

/* Remove blanks at both ends, and the comment. */
static char *trim(char *text)
{
	size_t n;

	if (*text == '#')
		*text = '\0';
	if (strstr(text, " #"))
		*strstr(text, " #") = '\0';
	text += strspn(text, " \t\r\n");
	for (n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

static int add(struct pe_suppress *s, const char *kind, const char *pattern)
{
	struct pe_suppress_line *all = realloc(s->line, (s->lines + 1) * sizeof(*all)), *l;

	if (!all)
		return -ENOMEM;
	s->line = all;
	l = &all[s->lines++];
	l->kind = strdup(kind);
	l->pattern = strdup(pattern);
	return l->kind && l->pattern ? 0 : -ENOMEM;
}

int pe_suppress_read(struct pe_suppress *s, FILE *f)
{
	char *text = NULL, *word, *colon;
	size_t size = 0;
	int number = 0, r = 0;

	while (r == 0 && getline(&text, &size, f) >= 0) {
		number++;
		word = trim(text);
		if (!*word)
			continue;
		colon = strchr(word, ':');
		if (colon)
			*colon++ = '\0';
		r = colon && *colon && is_kind(word) ? add(s, word, colon) : number;
	}
	free(text);
	return r == 0 && ferror(f) ? -EIO : r;
}

bool pe_suppress_matches(const struct pe_suppress *s, const char *kind, const char *name)
{
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; i < s->lines; i++) {
		const struct pe_suppress_line *l = &s->line[i];

		if (strcmp(l->kind, "*") != 0 && strcmp(l->kind, kind) != 0)
			continue;
		if (fnmatch(l->pattern, name, 0) == 0 ||
		    (slash && fnmatch(l->pattern, slash + 1, 0) == 0))
			return true;
	}
	return false;
}

void pe_suppress_free(struct pe_suppress *s)
{
	for (size_t i = 0; i < s->lines; i++) {
		free(s->line[i].kind);
		free(s->line[i].pattern);
	}
	free(s->line);
	memset(s, 0, sizeof(*s));
}
