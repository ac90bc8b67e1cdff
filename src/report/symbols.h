/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * symbols - the function, file and line of an address, and of the functions that were inlined
 * there.
 *
 *   set, address ──> module ──> offset in the file
 *                ──> the file, if it has the recorded build id; else its debug file, by build id
 *                ──> libdw ──> frames, innermost first
 *
 * symbols.1  Only files are read: the program need not run, and need not have run on this machine.
 * symbols.2  A file with another build id than the recorded one is not used: no name is better than
 *            a wrong one.
 * symbols.3  An address without a name is printed as module and offset; one outside of all modules,
 *            as the address. There is always one frame.
 * symbols.4  Each offset of a file is looked up once.
 * symbols.5  Without libdw at build or at run time there are no functions and lines; without
 *            libstdc++, C++ names stay mangled. Neither is an error.
 */
#ifndef PE_REPORT_SYMBOLS_H
#define PE_REPORT_SYMBOLS_H

#include "report/events.h"

struct pe_symbols_frame {
	const char *function; /* or NULL */
	const char *file;     /* or NULL */
	const char *module;   /* path, or NULL */
	unsigned int line;    /* 0: unknown */
	uint64_t offset;      /* in the module's file; the address if there is no module */
	bool inlined;	      /* into the next one */
	struct pe_symbols_frame *next;
};

struct pe_symbols;

/* @e must stay valid and must not get more modules. NULL: no memory. */
struct pe_symbols *pe_symbols_open(const struct pe_events *e);
void pe_symbols_close(struct pe_symbols *s);

/* The frames for one address of a stack. It is a return address, so the instruction before it is
 * looked up. NULL: no memory. */
const struct pe_symbols_frame *pe_symbols_at(struct pe_symbols *s, uint64_t set, uint64_t address);

#endif
