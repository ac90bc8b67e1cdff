/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shell - functions of libc that execute a shell through libc's hidden names, with the present
 * `environ`.
 */
#include "real.h"

#include "environ.h"

#define WITH_ENVIRONMENT(type, call)                                                               \
	do {                                                                                       \
		struct pe_environ e;                                                               \
		type n;                                                                            \
                                                                                                   \
		pe_environ_lend(&e);                                                               \
		n = call;                                                                          \
		pe_environ_take_back(&e);                                                          \
		return n;                                                                          \
	} while (0)

PE_PUBLIC int system(const char *command)
{
	WITH_ENVIRONMENT(int, PE_REAL(system)(command));
}

static FILE *open_pipe(const char *command, const char *type)
{
	WITH_ENVIRONMENT(FILE *, PE_REAL(popen)(command, type));
}

PE_PUBLIC FILE *popen(const char *command, const char *type)
{
	return open_pipe(command, type);
}

PE_PUBLIC FILE *_IO_popen(const char *command, const char *type);

PE_PUBLIC FILE *_IO_popen(const char *command, const char *type)
{
	return open_pipe(command, type);
}

PE_PUBLIC int wordexp(const char *words, wordexp_t *result, int flags)
{
	WITH_ENVIRONMENT(int, PE_REAL(wordexp)(words, result, flags));
}
