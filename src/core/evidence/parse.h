/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse - which numbers of a small text may be pids, and which of them it states to be one.
 *
 * parse.1  A pid accuses if it is the first token of the file, or the value of a key named like pid
 *          (JSON, ini, shell, "PID: 307"), or, in a file whose name or folder contains `pid` or
 *          `lock`, part of a first line of pids only or the only pid there.
 * parse.2  Every other pid may only acquit: ordinary files are full of pids that are no pids.
 * parse.3  Scripts, rc files, sources and histories never accuse.
 * parse.4  A pid is a run of digits from 2 to the greatest pid. One that is part of a word, a date,
 *          a version or a fraction never accuses.
 */
#ifndef PE_CORE_EVIDENCE_PARSE_H
#define PE_CORE_EVIDENCE_PARSE_H

#include "core/contract.h"

#define PE_PARSE_MOST	24u	   /* pids kept of one file */
#define PE_PARSE_ACCUSE (1u << 31) /* beside a pid */
#define PE_PARSE_PID	(PE_PARSE_ACCUSE - 1)
#define PE_PARSE_MAX	4194304u /* the greatest pid */

/* @path: for rules 1 and 3. Returns how many numbers were stored; those that accuse come first when
 * there are too many. */
uint32_t pe_parse_numbers(const char *path, const char *text, size_t length,
			  uint32_t pid[PE_PARSE_MOST]);

/* `pid` or `lock` in the name of the file or of its folder, in whatever case */
bool pe_parse_is_pidfile(const char *path);

#endif
