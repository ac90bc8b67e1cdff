/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message - libc's functions for errno messages, with one for EEPOCH added. All other messages are
 * libc's.
 *
 * Functions that do not call these (%m, err(), syslog()) print "Unknown error 2019".
 * err(), warn() and error() are not interposed: other libraries have functions by these names and
 * would get these instead.
 */
#include "real.h"

#include <errno.h>
#include <pidepoch.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

static char *text(void)
{
	return (char *)pidepoch_strerror(EEPOCH);
}

PE_PUBLIC char *strerror(int error)
{
	return likely(error != EEPOCH) ? PE_REAL(strerror)(error) : text();
}

PE_PUBLIC char *strerror_l(int error, locale_t locale)
{
	return likely(error != EEPOCH) ? PE_REAL(strerror_l)(error, locale) : text();
}

/* the POSIX version; text that does not fit is cut */
PE_PUBLIC int __xpg_strerror_r(int error, char *buffer, size_t size)
{
	size_t length = strlen(text());

	if (likely(error != EEPOCH))
		return PE_REAL(__xpg_strerror_r)(error, buffer, size);
	if (size == 0)
		return ERANGE;
	memcpy(buffer, text(), length < size ? length : size - 1);
	buffer[length < size ? length : size - 1] = '\0';
	return length < size ? 0 : ERANGE;
}

/* In glibc since 2.32. In an older glibc a program that looks them up finds these, which know only
 * EEPOCH. */
PE_PUBLIC const char *strerrorname_np(int error)
{
	if (error == EEPOCH)
		return "EEPOCH";
	return pe_real(PE_REAL_strerrorname_np) ? PE_REAL(strerrorname_np)(error) : NULL;
}

PE_PUBLIC const char *strerrordesc_np(int error)
{
	if (error == EEPOCH)
		return text();
	return pe_real(PE_REAL_strerrordesc_np) ? PE_REAL(strerrordesc_np)(error) : NULL;
}

/* Print by one write, without stdio: stderr is unbuffered, unless the program changed that. */
static void print(const char *what)
{
	struct iovec line[] = {
		{ (char *)what, what ? strlen(what) : 0 },
		{ (char *)": ", what && *what ? 2 : 0 },
		{ text(), strlen(text()) },
		{ (char *)"\n", 1 },
	};

	if (writev(STDERR_FILENO, line, 4) < 0)
		errno = EEPOCH; /* unchanged: there is no other place to report to */
}

PE_PUBLIC void perror(const char *what)
{
	if (likely(errno != EEPOCH))
		PE_REAL(perror)(what);
	else
		print(what);
}
