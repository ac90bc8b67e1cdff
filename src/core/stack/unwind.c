/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/arch/registers.h"
#include "core/stack/cfi.h"
#include "core/stack/unwind.h"

#define OWN_FRAMES  24u	      /* frames of the library that are skipped at most */
#define SPAN	    0x100000u /* how far a frame pointer may lead (unwind.4) */
#define PAGE_OF(at) ((at) & ~(uintptr_t)(PE_SYS_PAGE - 1))

struct walk {
	const struct pe_unwind *u;
	struct pe_frame f;
	uintptr_t page;	  /* a page known to be readable */
	bool called;	  /* the pc is a return address */
	bool interrupted; /* the frame's caller was interrupted by a signal */
};

/* --- memory and expressions --- */

/* The frame belongs to other code: a sanitizer's marks on it do not forbid reading it. */
__attribute__((no_sanitize("address"))) static bool load(struct walk *w, uintptr_t at,
							 uintptr_t *value)
{
	if (at % sizeof(*value))
		return false;
	if (PAGE_OF(at) != w->page) {
		if (!pe_sys_readable(at))
			return false;
		w->page = PAGE_OF(at);
	}
	*value = *(const uintptr_t *)at;
	return true;
}

static bool register_is(const struct walk *w, uint64_t reg, uintptr_t *value)
{
	if (reg == PE_FRAME_SP)
		*value = w->f.sp;
	else if (reg == PE_FRAME_FP)
		*value = w->f.fp;
	else if (reg == PE_FRAME_RA)
		*value =
			/* x86-64 numbers the pc as a register, and its expressions use it */
			w->f.pc;
	else
		return false;
	return true;
}

#define DEPTH 8u

/* The DW_OP_* that compilers and linkers use for frames. */
static bool operate(struct walk *w, struct pe_cfi_reader *r, uintptr_t *stack, unsigned int *depth)
{
	unsigned int op = (unsigned int)pe_cfi_fixed(r, 1);
	uintptr_t *top = stack + *depth, n = 0;

	if (op >= 0x30 && op <= 0x4f) { /* lit0..31 */
		n = op - 0x30;
	} else if (op >= 0x70 && op <= 0x8f) { /* breg0..31 */
		if (!register_is(w, op - 0x70, &n))
			return false;
		n += (uintptr_t)pe_cfi_sleb(r);
	} else if (op == 0x08) { /* const1u */
		n = pe_cfi_fixed(r, 1);
	} else if (op == 0x09) { /* const1s */
		n = (uintptr_t)(int8_t)pe_cfi_fixed(r, 1);
	} else if (op == 0x0a) { /* const2u */
		n = pe_cfi_fixed(r, 2);
	} else if (op == 0x06) { /* deref */
		return *depth >= 1 && load(w, top[-1], &top[-1]);
	} else if (op == 0x23) { /* plus_uconst */
		if (*depth < 1)
			return false;
		top[-1] += pe_cfi_uleb(r);
		return true;
	} else {
		if (*depth < 2)
			return false;
		--*depth;
		switch (op) {
		case 0x1a:
			top[-2] &= top[-1];
			return true;
		case 0x1c:
			top[-2] -= top[-1];
			return true;
		case 0x22:
			top[-2] += top[-1];
			return true;
		case 0x24:
			top[-2] = top[-1] < 64 ? top[-2] << top[-1] : 0;
			return true;
		case 0x2a:
			top[-2] = (intptr_t)top[-2] >= (intptr_t)top[-1];
			return true;
		default:
			return false;
		}
	}
	if (*depth == DEPTH)
		return false;
	*top = n;
	++*depth;
	return true;
}

/* @cfa: pushed first if the rule requires it (the expression of the CFA itself starts with an empty
 * stack) */
static bool evaluate(struct walk *w, const struct pe_cfi_rule *rule, const uintptr_t *cfa,
		     uintptr_t *value)
{
	struct pe_cfi_reader r = { rule->expression, rule->expression + rule->length, false };
	uintptr_t stack[DEPTH];
	unsigned int depth = 0;

	if (cfa)
		stack[depth++] = *cfa;
	while (r.at < r.end)
		if (!operate(w, &r, stack, &depth) || r.bad)
			return false;
	if (depth == 0)
		return false;
	*value = stack[depth - 1];
	return true;
}

static bool apply(struct walk *w, const struct pe_cfi_rule *rule, uintptr_t cfa, uintptr_t same,
		  uintptr_t *value)
{
	uintptr_t at;

	switch ((enum pe_cfi_how)rule->how) {
	case PE_CFI_SAME:
		*value = same;
		return true;
	case PE_CFI_SAVED:
		return load(w, cfa + (uintptr_t)rule->offset, value);
	case PE_CFI_OFFSET:
		*value = cfa + (uintptr_t)rule->offset;
		return true;
	case PE_CFI_SAVED_BY:
		return evaluate(w, rule, &cfa, &at) && load(w, at, value);
	case PE_CFI_EXPRESSION:
		return evaluate(w, rule, &cfa, value);
	case PE_CFI_UNDEFINED:
		break;
	}
	return false;
}

/* --- the cache --- */

/*
 * A row in one word, if it has the usual form; else 0. By bits:
 *
 *   0 used | 1 CFA by fp | 2 fp saved | 3 ra saved
 *   4..23 offset of the CFA / 8 | 24..43 of fp | 44..63 of ra: signed
 */
#define FIELD		  20
#define FITS(n)		  ((n) % 8 == 0 && (n) / 8 >= -(1 << (FIELD - 1)) && (n) / 8 < 1 << (FIELD - 1))
#define PACKED(n, at)	  (((uint64_t)((n) / 8) & ((UINT64_C(1) << FIELD) - 1)) << (at))
#define UNPACKED(row, at) (((int64_t)((row) << (64 - FIELD - (at))) >> (64 - FIELD)) * 8)

static uint64_t pack(const struct pe_cfi_row *row)
{
	const struct pe_cfi_rule *cfa = &row->cfa, *fp = &row->fp, *ra = &row->ra;
	bool by_fp = cfa->reg == PE_FRAME_FP;

	if (row->signal || cfa->how != PE_CFI_OFFSET || (!by_fp && cfa->reg != PE_FRAME_SP) ||
	    (fp->how != PE_CFI_SAME && fp->how != PE_CFI_SAVED) ||
	    (ra->how != PE_CFI_SAME && ra->how != PE_CFI_SAVED) || !FITS(cfa->offset) ||
	    !FITS(fp->offset) || !FITS(ra->offset))
		return 0;
	return 1 | (uint64_t)by_fp << 1 | (uint64_t)(fp->how == PE_CFI_SAVED) << 2 |
	       (uint64_t)(ra->how == PE_CFI_SAVED) << 3 | PACKED(cfa->offset, 4) |
	       PACKED(fp->offset, 24) | PACKED(ra->offset, 44);
}

static struct pe_cfi_row unpack(uint64_t word)
{
	return (struct pe_cfi_row){
		.cfa = { .how = PE_CFI_OFFSET,
			 .reg = word & 2 ? PE_FRAME_FP : PE_FRAME_SP,
			 .offset = UNPACKED(word, 4) },
		.fp = { .how = word & 4 ? PE_CFI_SAVED : PE_CFI_SAME,
			.offset = UNPACKED(word, 24) },
		.ra = { .how = word & 8 ? PE_CFI_SAVED : PE_CFI_SAME,
			.offset = UNPACKED(word, 44) },
	};
}

/* unwind.6: the key is stored mixed with the row, so that halves of two entries do not match. */
static int find_row(const struct pe_unwind *u, uintptr_t pc, const void *header,
		    struct pe_cfi_row *row)
{
	uint64_t name = pc * UINT64_C(0x9e3779b97f4a7c15) ^ (uintptr_t)header, word;
	size_t at = (name >> 40) % PE_UNWIND_CACHED;
	int n;

	word = atomic_load_explicit(&u->cache->entry[at].row, memory_order_relaxed);
	if (word &&
	    (atomic_load_explicit(&u->cache->entry[at].key, memory_order_relaxed) ^ word) == name) {
		*row = unpack(word);
		return 0;
	}
	n = pe_cfi_find(header, pc, row);
	word = n == 0 ? pack(row) : 0;
	if (word) {
		atomic_store_explicit(&u->cache->entry[at].row, word, memory_order_relaxed);
		atomic_store_explicit(&u->cache->entry[at].key, name ^ word, memory_order_relaxed);
	}
	return n;
}

/* --- steps --- */

static bool step_to(struct walk *w, const struct pe_cfi_row *row)
{
	struct pe_frame caller = w->f;
	uintptr_t cfa = 0;

	if (row->cfa.how == PE_CFI_EXPRESSION ? !evaluate(w, &row->cfa, NULL, &cfa)
					      : !register_is(w, row->cfa.reg, &cfa))
		return false;
	if (row->cfa.how == PE_CFI_OFFSET)
		cfa += (uintptr_t)row->cfa.offset;
	/* unwind.3. A function that has no frame yet has a CFA where its caller's stack ends. */
	if (!row->signal && (cfa < w->f.sp || (cfa == w->f.sp && w->called)))
		return false;
	if (!apply(w, &row->ra, cfa, w->f.ra, &caller.pc) ||
	    !apply(w, &row->fp, cfa, w->f.fp, &caller.fp))
		return false;
	caller.pc = PE_FRAME_PLAIN(caller.pc);
	caller.ra = caller.pc;
	caller.sp = cfa;
	w->f = caller;
	w->interrupted = row->signal;
	return true;
}

/* unwind.4: fp -> the caller's fp, then the return address */
static bool step_by_pointer(struct walk *w)
{
	uintptr_t fp = w->f.fp, up, pc;

	if (fp < w->f.sp || fp - w->f.sp > SPAN || !load(w, fp, &up) ||
	    !load(w, fp + sizeof(up), &pc))
		return false;
	w->f = (struct pe_frame){ .pc = PE_FRAME_PLAIN(pc), .sp = fp + 2 * sizeof(up), .fp = up };
	w->interrupted = false;
	return true;
}

static bool step(struct walk *w)
{
	uintptr_t pc = w->f.pc - w->called;
	const void *header = w->u->find ? w->u->find(pc) : NULL;
	struct pe_cfi_row row;
	int n = header ? find_row(w->u, pc, header, &row) : -ENOENT;

	if (n == 0 ? !step_to(w, &row) : !step_by_pointer(w))
		return false;
	w->called = !w->interrupted;
	return w->f.pc != 0;
}

__attribute__((noinline)) unsigned int pe_unwind_here(const struct pe_unwind *u, uint64_t *frames,
						      unsigned int most)
{
	struct walk w = { .u = u };
	unsigned int n = 0;

	PE_FRAME_HERE(&w.f);
	w.page = PAGE_OF(w.f.sp);
	for (unsigned int i = 0; n < most && i < most + OWN_FRAMES && step(&w); i++) {
		if (w.interrupted && n > 0)
			frames[n - 1]++; /* the kernel's trampoline, which was not called */
		if (w.f.pc < u->own_start || w.f.pc >= u->own_end)
			frames[n++] = w.f.pc + !w.called; /* unwind.5 */
	}
	return n;
}
