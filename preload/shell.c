/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shell - functions of libc that execute a shell through libc's hidden names, with the present
 * `environ`.
 */
#include "real.h"

#include "environ.h"

/* what system() returns if it cannot execute the shell */
#define NOT_FOUND (127 << 8)

/* @failed: of n, if the shell was not executed */
#define WITH_ENVIRONMENT(type, call, failed)                                                       \
	do {                                                                                       \
		struct pe_environ e;                                                               \
		type n;                                                                            \
                                                                                                   \
		pe_environ_lend(&e);                                                               \
		n = call;                                                                          \
		pe_environ_take_back(&e);                                                          \
		if (failed)                                                                        \
			pe_preload_not_executed();                                                 \
		return n;                                                                          \
	} while (0)

PE_PUBLIC int system(const char *command)
{
	WITH_ENVIRONMENT(int, PE_REAL(system)(command), n == -1 || n == NOT_FOUND);
}

static FILE *open_pipe(const char *command, const char *type)
{
	WITH_ENVIRONMENT(FILE *, PE_REAL(popen)(command, type), !n);
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
	WITH_ENVIRONMENT(int, PE_REAL(wordexp)(words, result, flags), n == WRDE_NOSPACE);
}
