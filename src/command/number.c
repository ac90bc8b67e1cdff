// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/number.h"

#include <errno.h>
#include <stdlib.h>

bool pe_number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out >= least && *out <= most;
}

bool pe_number_pid(const char *text, pid_t *out)
{
	uint64_t n;

	if (!pe_number_parse(text, 1, INT32_MAX, &n))
		return false;
	*out = (pid_t)n;
	return true;
}
