/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* must - a condition without which a test program cannot go on, or has failed: says which, ends. */
#ifndef TESTS_SUPPORT_MUST_H
#define TESTS_SUPPORT_MUST_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			printf("FAIL: line %d: %s (%s)\n", __LINE__, #what, strerror(errno));      \
			fflush(stdout);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

#endif
