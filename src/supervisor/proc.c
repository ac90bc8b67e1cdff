// SPDX-License-Identifier: LGPL-2.1-or-later
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys.h"

int pe_proc_open(int flags, const char *format, ...)
{
	char path[64];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return pe_sys_open(path, flags | O_CLOEXEC | O_NOCTTY);
}

ssize_t pe_proc_slurp(int fd, char *text, size_t size)
{
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, size - 1);
	n = n < 0 ? -errno : n;
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n == 0 ? -ESRCH : n;
}

bool pe_proc_status(int pid, const char *name, char *value, size_t size)
{
	char text[4096], line[32], *at;

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/status", pid), text, sizeof(text)) < 0)
		return false;
	/* its line, and not the process's name, which may be anything but have a line's end in it */
	snprintf(line, sizeof(line), "\n%s:", name);
	at = strstr(text, line);
	if (!at)
		return false;
	at += strlen(line);
	at[strcspn(at, "\n")] = '\0';
	snprintf(value, size, "%s", at + strspn(at, " \t"));
	return true;
}

long pe_proc_status_number(int pid, const char *name)
{
	char value[64];

	return pe_proc_status(pid, name, value, sizeof(value)) ? atol(value) : -1;
}
