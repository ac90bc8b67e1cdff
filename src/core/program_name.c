/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/program_name.h"

static bool is_version(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* @name may have a version behind it: python3.11 */
static bool is_interpreter(const char *name)
{
	static const char names[][8] = { "sh",	  "ash",  "bash", "dash",  "ksh",    "mksh",
					 "zsh",	  "node", "perl", "php",   "python", "ruby",
					 "tclsh", "wish", "lua",  "nodejs" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *end = name + pe_text_span(names[i]);

		if (!pe_text_begins(name, names[i]))
			continue;
		while (is_version(*end))
			end++;
		if (*end == '\0')
			return true;
	}
	return false;
}

static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (path[0] == '/' && path[1])
			last = path + 1;
	return last;
}

/* program_name.1 */
static const char *script_of(char *const *argv)
{
	if (!argv || !*argv)
		return NULL;
	while (*++argv && (*argv)[0] == '-') {
		const char *option = *argv;

		if (pe_text_same(option, "--") || pe_text_same(option, "-m"))
			return argv[1];
		if (option[1] == '\0' || pe_text_same(option, "-c") || pe_text_same(option, "-e"))
			return NULL;
	}
	return *argv;
}

void pe_program_name(struct pe_text *t, const char *name, char *const *argv)
{
	const char *script = is_interpreter(name) ? script_of(argv) : NULL;

	pe_text_add(t, name);
	if (!script || !*script)
		return;
	pe_text_add(t, " ");
	pe_text_add(t, last_part(script));
}
