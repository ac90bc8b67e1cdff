/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restored - remove from an environment the variables that the library added when the program was
 * executed (preload/environ.h).
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

	/* the marker's own name starts like the variables of this library */
	for (; *from && is_ours(*from); from++)
		if (erase)
			memset(*from, 0, strlen(*from));
	while (*from)
		*to++ = *from++;
	while (to < from)
		*to++ = NULL;
}
