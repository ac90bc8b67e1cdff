// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/title.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "supervisor/peer/proc.h"

#define ARG_START 48 /* its field in /proc/PID/stat; arg_end, env_start and env_end follow */
#define STATE	  3  /* the field behind the name */

/* where title and zeros go; arguments: the part that was theirs */
static struct {
	char *start;
	size_t size, arguments;
} area;

/* Behind the name, which may contain anything. */
static const char *skip_fields(const char *text, int count)
{
	text = strrchr(text, ')');
	for (int i = 0; text && i < count; i++) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text;
}

static void find_area(void)
{
	uintptr_t arg_start, arg_end, env_start, env_end;
	const char *fields;
	char text[1024];

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "self/stat"), text, sizeof(text)) < 0)
		return;
	fields = skip_fields(text, ARG_START - STATE + 1);
	if (!fields ||
	    sscanf(fields, "%lu %lu %lu %lu", &arg_start, &arg_end, &env_start, &env_end) != 4)
		return;
	if (!arg_start || arg_end <= arg_start)
		return;
	area.start = (char *)arg_start;
	area.arguments = arg_end - arg_start;
	area.size = env_start == arg_end && env_end > env_start ? env_end - arg_start
								: area.arguments;
}

int pe_title_keep(const char **text)
{
	if (*text && !(*text = strdup(*text)))
		return -ENOMEM;
	return 0;
}

static int copy_environment(void)
{
	int r = 0;

	for (char **variable = environ; r == 0 && variable && *variable; variable++)
		r = pe_title_keep((const char **)variable);
	return r;
}

int pe_title_prepare(void)
{
	int r = copy_environment();

	if (r == 0)
		find_area();
	return r;
}

/* The kernel shows the arguments' part whole if it ends in a zero, and else the text that begins in
 * it up to its first zero. */
void pe_title_set(const char *role, pid_t run)
{
	char text[64];
	size_t n;

	snprintf(text, sizeof(text), "pidepoch-%s", role);
	prctl(PR_SET_NAME, text);
	if (!area.start)
		return;
	n = (size_t)snprintf(text, sizeof(text), "pidepoch: %s of %d", role, run);
	if (n >= area.size)
		n = area.size - 1;
	memset(area.start, 0, n < area.arguments ? area.arguments : n + 1);
	memcpy(area.start, text, n);
}
