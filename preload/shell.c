/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shell - functions of libc that execute a shell through libc's hidden names, with the present
 * `environ`.
 */
#include "real.h"

#include <errno.h>

#include "environ.h"
#include "libc/names.h"
#include "system.h"

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
	if (pe_preload_shares_waits())
		return command ? pe_system(command) : pe_system("exit 0") == 0;
	WITH_ENVIRONMENT(int, PE_REAL(system)(command), n == -1 || n == NOT_FOUND);
}

static FILE *open_pipe(const char *command, const char *type)
{
	WITH_ENVIRONMENT(FILE *, PE_REAL(popen)(command, type), !n);
}

PE_PUBLIC FILE *popen(const char *command, const char *type)
{
	struct pe_birth b = { .engaged = false };
	bool shares = pe_preload_shares_waits();
	FILE *stream;

	if (shares)
		b = pe_preload_birth_begin(PE_CALL_POPEN);
	stream = open_pipe(command, type);
	if (shares && stream)
		pe_preload_hidden_born(&b, pe_libc_pipe_pid(stream));
	return stream;
}

PE_PUBLIC int pclose(FILE *stream)
{
	pid_t pid = pe_preload_shares_waits() ? pe_libc_pipe_pid(stream) : 0;
	int before = errno, status, n = PE_REAL(pclose)(stream);
	bool lost = n == -1 && errno == ECHILD;

	if (pid <= 0 || pe_preload_hidden_waited(pid, lost, &status) != pid)
		return n;
	errno = before;
	return status;
}

PE_PUBLIC int wordexp(const char *words, wordexp_t *result, int flags)
{
	WITH_ENVIRONMENT(int, PE_REAL(wordexp)(words, result, flags), n == WRDE_NOSPACE);
}
