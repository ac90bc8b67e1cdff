// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *chosen = "auto";

void pe_colour_choose(const char *when)
{
	chosen = when;
}

static bool is_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(chosen, "auto") != 0)
		return strcmp(chosen, "always") == 0;
	return (!no || !*no) && term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

const char *pe_colour(enum pe_colour colour)
{
	static const char *const codes[] = { "\033[0m", "\033[32m", "\033[33m", "\033[31m",
					     "\033[1m" };
	static int wanted = -1;

	if (wanted < 0)
		wanted = is_wanted();
	return wanted ? codes[colour] : "";
}
