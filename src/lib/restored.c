/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restored - take out of an environment what the program that executed this one did not put there
 * (preload/environ.h).
 */
#include <string.h>

#include "core/text.h"
#include "lib/preload_api.h"

static bool is_ours(const char *setting)
{
	return pe_text_begins(setting, "LD_PRELOAD=") || pe_text_begins(setting, "PIDEPOCH_");
}

static char **find_marker(char **envp)
{
	while (*envp && !pe_text_same(*envp, PE_PRELOAD_RESTORED))
		envp++;
	return envp;
}

void pe_preload_hide(char **envp, bool erase)
{
	char **to = find_marker(envp), **from = to;

	/* the marker's own name begins as ours do */
	for (; *from && is_ours(*from); from++)
		if (erase)
			memset(*from, 0, strlen(*from));
	while (*from)
		*to++ = *from++;
	while (to < from)
		*to++ = NULL;
}
