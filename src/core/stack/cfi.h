/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cfi - where a function's caller is, from the tables that compilers write for exceptions (DWARF
 * call frame information).
 *
 *   .eh_frame_hdr                     .eh_frame
 *   +--------------------+           +-----+------------------------------+
 *   | function -> FDE    |  search   | CIE | rules at a function's start  |     the row for
 *   | sorted by function | --------> | FDE | what changes, address by     | --> one address
 *   +--------------------+           +-----+ address                      |
 *
 * cfi.1  Only what is needed is kept: the canonical frame address (CFA), and where the caller's
 *        frame pointer and return address are. A CFA by a register other than sp or fp is not
 *        followed.
 * cfi.2  Every step ends: a program is as long as its FDE says, and at most PE_CFI_STATES states
 *        are remembered.
 * cfi.3  The tables belong to a mapped file and are trusted. What they say about the stack is not
 *        (unwind.h).
 * cfi.4  Nothing is kept or allocated, and no lock is taken.
 */
#ifndef PE_CORE_STACK_CFI_H
#define PE_CORE_STACK_CFI_H

#include "core/contract.h"

#define PE_CFI_STATES	   4u
#define PE_CFI_NO_REGISTER 255

enum pe_cfi_how {
	PE_CFI_SAME,	   /* as it is in the frame itself */
	PE_CFI_UNDEFINED,  /* there is no caller, or it is unknown */
	PE_CFI_SAVED,	   /* in memory at CFA + offset */
	PE_CFI_OFFSET,	   /* is CFA + offset; for the CFA: register + offset */
	PE_CFI_SAVED_BY,   /* in memory where an expression says */
	PE_CFI_EXPRESSION, /* is what an expression says */
};

/* 16 bytes, because a handler's stack may be small */
struct pe_cfi_rule {
	uint8_t how; /* enum pe_cfi_how */
	uint8_t reg; /* of the CFA; PE_CFI_NO_REGISTER: one of high pid */
	uint32_t length;
	union {
		int64_t offset;
		const uint8_t *expression; /* @length bytes */
	};
};

struct pe_cfi_row {
	struct pe_cfi_rule cfa, fp, ra;
	bool signal; /* the frame is a signal's: its caller was interrupted, and did not call */
};

/* @header: the module's .eh_frame_hdr. 0; -ENOENT: the table has nothing about @pc; -EINVAL: not in
 * a way that is known here */
int pe_cfi_find(const uint8_t *header, uintptr_t pc, struct pe_cfi_row *row);

/* numbers within tables and expressions */
struct pe_cfi_reader {
	const uint8_t *at, *end;
	bool bad; /* went past the end */
};

uint64_t pe_cfi_fixed(struct pe_cfi_reader *r, size_t bytes); /* little endian */
uint64_t pe_cfi_uleb(struct pe_cfi_reader *r);
int64_t pe_cfi_sleb(struct pe_cfi_reader *r);

#endif
