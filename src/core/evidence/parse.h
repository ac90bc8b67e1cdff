/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse - find the numbers in a small text that may be pids, and those that the text marks as a
 * pid.
 *
 * parse.1  A pid accuses if it is the first token of the file, or the value of a key with a name
 *          like pid (JSON, ini, shell, "PID: 307"). In a file whose name or directory contains
 *          `pid` or `lock`, it also accuses if it is the only pid in the file. A list never
 *          accuses: a file, or a first line, that has nothing but several numbers.
 * parse.2  Every other number may only acquit: ordinary files are full of numbers that are not
 *          pids.
 * parse.3  Scripts, rc files, source files, history files and files with control characters never
 *          accuse.
 * parse.4  A pid is a run of digits from 2 to the greatest pid. If it is part of a word, a date, a
 *          version or a fraction, it never accuses.
 */
#ifndef PE_CORE_EVIDENCE_PARSE_H
#define PE_CORE_EVIDENCE_PARSE_H

#include "core/contract.h"

#define PE_PARSE_MOST	24u	   /* pids kept of one file */
#define PE_PARSE_ACCUSE (1u << 31) /* beside a pid */
#define PE_PARSE_PID	(PE_PARSE_ACCUSE - 1)
#define PE_PARSE_MAX	4194304u /* the greatest pid */

/* @path: for parse.1 and parse.3. Returns how many numbers were stored. If there are too many,
 * those that accuse are kept. */
uint32_t pe_parse_numbers(const char *path, const char *text, size_t length,
			  uint32_t pid[PE_PARSE_MOST]);

/* Is `pid` or `lock` in the name of the file or of its directory, in upper or lower case? */
bool pe_parse_is_pidfile(const char *path);

#endif
