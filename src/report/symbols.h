/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * symbols - what an address was: function, file and line, with the functions that were inlined
 * there.
 *
 *   set, address ──> module ──> offset in the file ──> the file, if its build id is the recorded one, else its debug
 *                                                      file by its build id ──> libdw ──> frames, innermost first
 *
 * symbols.1  Works on files alone: the program need not run, nor ever have run here.
 * symbols.2  A file that is not the one that was mapped is not asked: better no name than a wrong
 *            one.
 * symbols.3  What cannot be named is module and offset; what is in no module, an address. There is
 *            always one frame.
 * symbols.4  Each place in a file is looked up once.
 * symbols.5  Built without libdw, or where it is not there to be loaded, or libstdc++ to take C++
 *            names apart, there is less to print, and no failure.
 */
#ifndef PE_REPORT_SYMBOLS_H
#define PE_REPORT_SYMBOLS_H

#include "report/events.h"

struct pe_symbols_frame {
	const char *function; /* or NULL */
	const char *file;     /* or NULL */
	const char *module;   /* path, or NULL */
	unsigned int line;    /* 0: not known */
	uint64_t offset;      /* in the module's file; the address where there is no module */
	bool inlined;	      /* into the next one */
	struct pe_symbols_frame *next;
};

struct pe_symbols;

/* @e must live on, and get no more modules. NULL: no memory */
struct pe_symbols *pe_symbols_open(const struct pe_events *e);
void pe_symbols_close(struct pe_symbols *s);

/* The frames for one address of a stack (a return address: it is the instruction before that is
 * meant). NULL: no memory */
const struct pe_symbols_frame *pe_symbols_at(struct pe_symbols *s, uint64_t set, uint64_t address);

#endif
