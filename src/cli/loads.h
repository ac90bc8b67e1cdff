/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loads - can the library be preloaded here? It is tried: into this command, and by the loader of
 * musl.
 */
#ifndef PE_CLI_LOADS_H
#define PE_CLI_LOADS_H

/* 0, or -ENOENT: not installed; -EINVAL: its path cannot be in LD_PRELOAD; -ELIBACC: the loader
 * failed; or another error of the try */
int pe_loads_try(void);

/* The same for the build for musl; -ENOEXEC: there is no loader of musl. */
int pe_loads_try_musl(void);

/* What the error means, as text. */
const char *pe_loads_why(int tried);
const char *pe_loads_why_musl(int tried);

#endif
