/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environ - an environment for exec and spawn that has this library in it.
 *
 *   the program's:   A=b  LD_PRELOAD=/x.so
 *   given to exec:   A=b  LD_PRELOAD=/x.so  PIDEPOCH_RESTORED=  LD_PRELOAD=/ours:/x.so  PIDEPOCH_
 *   in the program:  A=b  LD_PRELOAD=/x.so                       (pe_preload_hide() at its start)
 *
 * environ.1  A program that starts others with a cleared or rebuilt environment would leave them
 *            unprotected. If the environment does not preload the library, what is missing is added
 *            behind a marker. Else it is used as it is.
 * environ.2  What was added is for the loader and for the library: the library takes it out before
 *            main(). The loader uses the last of two settings of LD_PRELOAD.
 * environ.3  Nothing is added for a program that cannot load the library (loadable.h), or by a
 *            process in which the library has stepped aside.
 * environ.4  A small copy lies in the caller's frame, which may be a handler's on a small stack. A
 *            larger one is in pages, which are unmapped when the call has returned, or by the exec.
 *            malloc is not allowed in a vfork child. The child's memory is the parent's: pages that
 *            the child mapped before it executed or was killed are unmapped there.
 */
#ifndef PE_PRELOAD_ENVIRON_H
#define PE_PRELOAD_ENVIRON_H

#include <stddef.h>

#include "loadable.h"

#define PE_ENVIRON_ROOM 32u
#define PE_ENVIRON_TEXT 256u

struct pe_environ {
	char *const *envp; /* to use */
	char **before;	   /* the program's `environ` while ours is lent */
	size_t mapped;	   /* bytes of pages behind `pages`, 0: none */
	void *pages;
	char *room[PE_ENVIRON_ROOM];
	char text[PE_ENVIRON_TEXT];	 /* an LD_PRELOAD put together from ours and theirs */
	char arguments[PE_ENVIRON_TEXT]; /* what is known of the pids among the arguments */
};

/* @argv: the arguments of the program that is to be executed, or NULL: what is known of pids among
 * them is handed on. @for_whom: the program itself */
void pe_environ_make(struct pe_environ *e, char *const *argv, char *const *envp,
		     const struct pe_loadable *for_whom);
void pe_environ_done(struct pe_environ *e); /* exec failed, or spawn has returned */
void pe_environ_vforked(void); /* in the parent, after its vfork child has ended or executed */

/* Around a function of libc that executes a shell with `environ`: lend puts the additions there,
 * take_back removes them. */
void pe_environ_lend(struct pe_environ *e);
void pe_environ_take_back(struct pe_environ *e);

#endif
