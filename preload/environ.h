/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environ - an environment for exec and spawn that preloads this library.
 *
 *   the program's:   A=b  LD_PRELOAD=/x.so
 *   given to exec:   A=b  LD_PRELOAD=/x.so  PIDEPOCH_RESTORED=  LD_PRELOAD=/ours:/x.so  PIDEPOCH_
 *   in the program:  A=b  LD_PRELOAD=/x.so                       (pe_preload_hide() at its start)
 *
 * environ.1  A program that starts others with a cleared or rebuilt environment would leave them
 *            unprotected. If the environment does not preload the library, the missing variables
 *            are added after a marker. Otherwise it is used as it is.
 * environ.2  The added variables are for the loader and for the library, which removes them before
 *            main(). If LD_PRELOAD is set twice, the loader uses the last one.
 *            A program of the other C library gets that library's build in place of this one
 *            (libc/loaders.h), or none if it is not installed: its loader would end it. musl's
 *            loader uses the first LD_PRELOAD; so one that the environment has is changed itself.
 * environ.3  Nothing is added for a program that cannot load the library (loadable.h), or by a
 *            process in which the library has stepped aside. What is known of pids among the
 *            arguments of such a program is announced to a supervisor (token.8).
 * environ.4  A small copy lies in the caller's stack frame; the caller may be a handler on a small
 *            stack. A larger copy is in pages, which are unmapped after the call or by the exec.
 *            malloc is not allowed in a vfork child. The child's memory is the parent's, so the
 *            parent unmaps the pages of a child that executed or was killed.
 */
#ifndef PE_PRELOAD_ENVIRON_H
#define PE_PRELOAD_ENVIRON_H

#include <stddef.h>

#include "loadable.h"

#define PE_ENVIRON_ROOM 32u
#define PE_ENVIRON_TEXT 256u

struct pe_environ {
	char *const *envp; /* the environment to use */
	char **before;	   /* the program's `environ` while the copy is in its place */
	size_t mapped;	   /* size of `pages` in bytes, 0: none */
	void *pages;
	char *room[PE_ENVIRON_ROOM];
	char text[PE_ENVIRON_TEXT];  /* an LD_PRELOAD with this library's entry and the program's */
	char other[PE_ENVIRON_TEXT]; /* LD_PRELOAD with the other C library's build alone */
	const char *changed,
		*unchanged; /* the LD_PRELOAD that stands in place of another, or NULL */
	char arguments[PE_ENVIRON_TEXT]; /* what is known of the pids among the arguments */
};

/* @argv: the arguments of the program that is to be executed, for which the moments of known pids
 * are passed on; or NULL. @for_whom: the program itself */
void pe_environ_make(struct pe_environ *e, char *const *argv, char *const *envp,
		     const struct pe_loadable *for_whom);
void pe_environ_done(struct pe_environ *e); /* exec failed, or spawn has returned */
void pe_environ_vforked(void); /* in the parent, after its vfork child has ended or executed */

/* Call these around a function of libc that executes a shell with `environ`: lend adds the
 * variables, take_back removes them. */
void pe_environ_lend(struct pe_environ *e);
void pe_environ_take_back(struct pe_environ *e);

#endif
