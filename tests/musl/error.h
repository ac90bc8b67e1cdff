/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error - for tests that are built with musl, which has no such header. */
#ifndef TESTS_MUSL_ERROR_H
#define TESTS_MUSL_ERROR_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void error(int status, int number, const char *format, ...)
{
	va_list more;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(more, format);
	vfprintf(stderr, format, more);
	va_end(more);
	if (number)
		fprintf(stderr, ": %s", strerror(number));
	fputc('\n', stderr);
	if (status)
		exit(status);
}

#endif
