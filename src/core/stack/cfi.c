/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/arch/registers.h"
#include "core/stack/cfi.h"

/* how an address is written (DW_EH_PE_*): the form in the lower four bits, what it is relative to
 * in the next three */
#define OMITTED	 0xff
#define INDIRECT 0x80
#define RELATIVE 0x70
#define PCREL	 0x10
#define DATAREL	 0x30
#define TABLE	 0x3b /* sdata4, relative to the header: the only kind that linkers sort */

/* --- numbers --- */

uint64_t pe_cfi_fixed(struct pe_cfi_reader *r, size_t bytes)
{
	uint64_t n = 0;

	if (r->bad || (size_t)(r->end - r->at) < bytes) {
		r->bad = true;
		return 0;
	}
	memcpy(&n, r->at, bytes);
	r->at += bytes;
	return n;
}

uint64_t pe_cfi_uleb(struct pe_cfi_reader *r)
{
	uint64_t n = 0, byte;

	for (unsigned int shift = 0;; shift += 7) {
		byte = pe_cfi_fixed(r, 1);
		if (shift < 64)
			n |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return n;
	}
}

int64_t pe_cfi_sleb(struct pe_cfi_reader *r)
{
	uint64_t n = 0, byte;
	unsigned int shift = 0;

	do {
		byte = pe_cfi_fixed(r, 1);
		if (shift < 64)
			n |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (shift < 64 && (byte & 0x40))
		n |= ~UINT64_C(0) << shift;
	return (int64_t)n;
}

static uint64_t by_form(struct pe_cfi_reader *r, unsigned int form)
{
	switch (form & 0x0f) {
	case 0x00: /* as wide as a pointer */
	case 0x04:
	case 0x0c:
		return pe_cfi_fixed(r, 8);
	case 0x01:
		return pe_cfi_uleb(r);
	case 0x02:
		return pe_cfi_fixed(r, 2);
	case 0x03:
		return pe_cfi_fixed(r, 4);
	case 0x09:
		return (uint64_t)pe_cfi_sleb(r);
	case 0x0a:
		return (uint64_t)(int16_t)pe_cfi_fixed(r, 2);
	case 0x0b:
		return (uint64_t)(int32_t)pe_cfi_fixed(r, 4);
	default:
		r->bad = true;
		return 0;
	}
}

static uint64_t address(struct pe_cfi_reader *r, unsigned int encoding, const uint8_t *header)
{
	uint64_t base = 0;

	if ((encoding & RELATIVE) == PCREL)
		base = (uintptr_t)r->at;
	else if ((encoding & RELATIVE) == DATAREL)
		base = (uintptr_t)header;
	else if (encoding & RELATIVE)
		r->bad = true;
	if (encoding & INDIRECT)
		r->bad = true;
	return base + by_form(r, encoding);
}

/* --- the sorted table --- */

/* The last entry that begins at or before @pc: two words, relative to the header. NULL: none. */
static const uint8_t *search(const uint8_t *header, const uint8_t *table, size_t count,
			     uintptr_t pc)
{
	int64_t want = (int64_t)(pc - (uintptr_t)header);
	size_t low = 0, high = count;
	int32_t entry[2];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		memcpy(entry, table + 8 * middle, sizeof(entry));
		if (entry[0] <= want)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	memcpy(entry, table + 8 * (low - 1), sizeof(entry));
	return header + entry[1];
}

static const uint8_t *find_entry(const uint8_t *header, uintptr_t pc)
{
	struct pe_cfi_reader r = { header, header + 32, false };
	uint64_t version = pe_cfi_fixed(&r, 1), frames = pe_cfi_fixed(&r, 1);
	uint64_t counted = pe_cfi_fixed(&r, 1), encoding = pe_cfi_fixed(&r, 1), count;

	if (version != 1 || frames == OMITTED || counted == OMITTED || encoding != TABLE)
		return NULL;
	address(&r, (unsigned int)frames, header);
	count = address(&r, (unsigned int)counted, header);
	return r.bad ? NULL : search(header, r.at, count, pc);
}

/* --- an entry and its CIE --- */

struct entry {
	uint64_t code, start, length; /* alignment of code; the function */
	int64_t data;		      /* alignment of offsets */
	unsigned int encoding;	      /* of addresses */
	bool augmented, signal;
	struct pe_cfi_reader common, own; /* the two programs */
};

/* What follows the length of an entry. No linker writes a 64-bit length. */
static struct pe_cfi_reader open_entry(const uint8_t *at)
{
	struct pe_cfi_reader r = { at, at + 4, false };
	uint64_t length = pe_cfi_fixed(&r, 4);

	r.bad = length == 0xffffffff || length == 0;
	r.end = r.at + (r.bad ? 0 : length);
	return r;
}

static void read_augmentation(struct entry *e, struct pe_cfi_reader *r, const char *letters)
{
	if (*letters != 'z') {
		r->bad = r->bad || *letters;
		return;
	}
	e->augmented = true;
	pe_cfi_uleb(r);
	while (*++letters && !r->bad) {
		if (*letters == 'R')
			e->encoding = (unsigned int)pe_cfi_fixed(r, 1);
		else if (*letters == 'L')
			pe_cfi_fixed(r, 1);
		else if (*letters == 'P') /* the personality routine: its address is not needed */
			by_form(r, (unsigned int)pe_cfi_fixed(r, 1));
		else if (*letters == 'S')
			e->signal = true;
		else if (*letters != 'B')
			r->bad = true;
	}
}

static bool read_common(struct entry *e, const uint8_t *at)
{
	struct pe_cfi_reader r = open_entry(at), data;
	const char *letters;
	uint64_t id = pe_cfi_fixed(&r, 4), version = pe_cfi_fixed(&r, 1), length = 0;

	letters = (const char *)r.at;
	while (pe_cfi_fixed(&r, 1) != 0)
		;
	if (r.bad || id != 0 || (version != 1 && version != 3))
		return false;
	e->code = pe_cfi_uleb(&r);
	e->data = pe_cfi_sleb(&r);
	if ((version == 1 ? pe_cfi_fixed(&r, 1) : pe_cfi_uleb(&r)) != PE_FRAME_RA)
		return false;
	data = r;
	read_augmentation(e, &data, letters);
	if (e->augmented) {
		length = pe_cfi_uleb(&r);
		if (length > (size_t)(r.end - r.at))
			return false;
	}
	r.at += length;
	e->common = r;
	return !r.bad && !data.bad;
}

static bool read_entry(struct entry *e, const uint8_t *at, const uint8_t *header)
{
	struct pe_cfi_reader r = open_entry(at);
	const uint8_t *here = r.at;
	uint64_t back = pe_cfi_fixed(&r, 4), length = 0;

	if (r.bad || back == 0 || !read_common(e, here - back))
		return false;
	e->start = address(&r, e->encoding, header);
	e->length = by_form(&r, e->encoding & 0x0f);
	if (e->augmented)
		length = pe_cfi_uleb(&r);
	if (r.bad || length > (size_t)(r.end - r.at))
		return false;
	r.at += length;
	e->own = r;
	return true;
}

/* --- the programs --- */

struct machine {
	const struct entry *e;
	const uint8_t *header;
	uintptr_t pc;  /* the address whose row is wanted */
	uint64_t here; /* the address that the program has reached */
	struct pe_cfi_row row, initial, state[PE_CFI_STATES];
	unsigned int states;
};

static struct pe_cfi_rule *rule_of(struct pe_cfi_row *row, uint64_t reg)
{
	return reg == PE_FRAME_FP ? &row->fp : reg == PE_FRAME_RA ? &row->ra : NULL;
}

static void set_rule(struct machine *m, uint64_t reg, enum pe_cfi_how how, int64_t offset)
{
	struct pe_cfi_rule *rule = rule_of(&m->row, reg);

	if (rule)
		*rule = (struct pe_cfi_rule){ .how = (uint8_t)how, .offset = offset };
}

static void set_block(struct pe_cfi_reader *r, struct pe_cfi_rule *rule, enum pe_cfi_how how)
{
	uint64_t length = pe_cfi_uleb(r);

	if (r->bad || length > (size_t)(r->end - r->at)) {
		r->bad = true;
		return;
	}
	if (rule)
		*rule = (struct pe_cfi_rule){ .how = (uint8_t)how,
					      .length = (uint32_t)length,
					      .expression = r->at };
	r->at += length;
}

static void restore(struct machine *m, uint64_t reg)
{
	if (rule_of(&m->row, reg))
		*rule_of(&m->row, reg) = *rule_of(&m->initial, reg);
}

static void remember(struct machine *m, struct pe_cfi_reader *r)
{
	if (m->states == PE_CFI_STATES)
		r->bad = true;
	else
		m->state[m->states++] = m->row;
}

static void recall(struct machine *m, struct pe_cfi_reader *r)
{
	if (m->states == 0)
		r->bad = true;
	else
		m->row = m->state[--m->states];
}

static void set_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
	m->row.cfa = (struct pe_cfi_rule){
		.how = PE_CFI_OFFSET,
		.reg = (uint8_t)(reg < PE_CFI_NO_REGISTER ? reg : PE_CFI_NO_REGISTER),
		.offset = offset,
	};
}

/* DWARF 5, 7.24; the last two are extensions of GNU and of aarch64. */
enum {
	DW_CFA_nop = 0x00,
	DW_CFA_set_loc = 0x01,
	DW_CFA_advance_loc1 = 0x02,
	DW_CFA_advance_loc2 = 0x03,
	DW_CFA_advance_loc4 = 0x04,
	DW_CFA_offset_extended = 0x05,
	DW_CFA_restore_extended = 0x06,
	DW_CFA_undefined = 0x07,
	DW_CFA_same_value = 0x08,
	DW_CFA_register = 0x09,
	DW_CFA_remember_state = 0x0a,
	DW_CFA_restore_state = 0x0b,
	DW_CFA_def_cfa = 0x0c,
	DW_CFA_def_cfa_register = 0x0d,
	DW_CFA_def_cfa_offset = 0x0e,
	DW_CFA_def_cfa_expression = 0x0f,
	DW_CFA_expression = 0x10,
	DW_CFA_offset_extended_sf = 0x11,
	DW_CFA_def_cfa_sf = 0x12,
	DW_CFA_def_cfa_offset_sf = 0x13,
	DW_CFA_val_offset = 0x14,
	DW_CFA_val_offset_sf = 0x15,
	DW_CFA_val_expression = 0x16,
	DW_CFA_GNU_args_size = 0x2e,
	DW_CFA_AARCH64_negate_ra_state = 0x2d,
};

/* The operand: a multiple of the entry's data alignment. */
static int64_t factored(const struct machine *m, struct pe_cfi_reader *r, bool has_sign)
{
	return (has_sign ? pe_cfi_sleb(r) : (int64_t)pe_cfi_uleb(r)) * m->e->data;
}

/* Is it an instruction that changes the rule of the frame's address? Then it is run. */
static bool change_address(struct machine *m, struct pe_cfi_reader *r, unsigned int op)
{
	const struct pe_cfi_rule *cfa = &m->row.cfa;
	uint64_t reg;

	switch (op) {
	case DW_CFA_def_cfa:
		reg = pe_cfi_uleb(r);
		set_cfa(m, reg, (int64_t)pe_cfi_uleb(r));
		return true;
	case DW_CFA_def_cfa_sf:
		reg = pe_cfi_uleb(r);
		set_cfa(m, reg, factored(m, r, true));
		return true;
	case DW_CFA_def_cfa_register:
		set_cfa(m, pe_cfi_uleb(r), cfa->offset);
		return true;
	case DW_CFA_def_cfa_offset:
		set_cfa(m, cfa->reg, (int64_t)pe_cfi_uleb(r));
		return true;
	case DW_CFA_def_cfa_offset_sf:
		set_cfa(m, cfa->reg, factored(m, r, true));
		return true;
	case DW_CFA_def_cfa_expression:
		set_block(r, &m->row.cfa, PE_CFI_EXPRESSION);
		return true;
	default:
		return false;
	}
}

/* Is it an instruction that changes the rule of a register? Then it is run. */
static bool change_register(struct machine *m, struct pe_cfi_reader *r, unsigned int op)
{
	uint64_t reg;

	if (op < DW_CFA_offset_extended || op > DW_CFA_val_expression ||
	    op == DW_CFA_remember_state || op == DW_CFA_restore_state)
		return false;
	reg = pe_cfi_uleb(r);
	switch (op) {
	case DW_CFA_offset_extended:
	case DW_CFA_offset_extended_sf:
		set_rule(m, reg, PE_CFI_SAVED, factored(m, r, op == DW_CFA_offset_extended_sf));
		break;
	case DW_CFA_val_offset:
	case DW_CFA_val_offset_sf:
		set_rule(m, reg, PE_CFI_OFFSET, factored(m, r, op == DW_CFA_val_offset_sf));
		break;
	case DW_CFA_restore_extended:
		restore(m, reg);
		break;
	case DW_CFA_same_value:
		set_rule(m, reg, PE_CFI_SAME, 0);
		break;
	case DW_CFA_register: /* no register is followed but our three */
		pe_cfi_uleb(r);
		set_rule(m, reg, PE_CFI_UNDEFINED, 0);
		break;
	case DW_CFA_undefined:
		set_rule(m, reg, PE_CFI_UNDEFINED, 0);
		break;
	case DW_CFA_expression:
		set_block(r, rule_of(&m->row, reg), PE_CFI_SAVED_BY);
		break;
	default: /* DW_CFA_val_expression */
		set_block(r, rule_of(&m->row, reg), PE_CFI_EXPRESSION);
	}
	return true;
}

static void change_other(struct machine *m, struct pe_cfi_reader *r, unsigned int op)
{
	switch (op) {
	case DW_CFA_nop:
	case DW_CFA_AARCH64_negate_ra_state: /* the signature is always stripped */
		break;
	case DW_CFA_set_loc:
		m->here = address(r, m->e->encoding, m->header);
		break;
	case DW_CFA_advance_loc1:
	case DW_CFA_advance_loc2:
	case DW_CFA_advance_loc4:
		m->here += m->e->code * pe_cfi_fixed(r, (size_t)1 << (op - DW_CFA_advance_loc1));
		break;
	case DW_CFA_remember_state:
		remember(m, r);
		break;
	case DW_CFA_restore_state:
		recall(m, r);
		break;
	case DW_CFA_GNU_args_size:
		pe_cfi_uleb(r);
		break;
	default:
		r->bad = true;
	}
}

static void one(struct machine *m, struct pe_cfi_reader *r)
{
	unsigned int op = (unsigned int)pe_cfi_fixed(r, 1), low = op & 0x3f;

	switch (op >> 6) {
	case 1: /* advance_loc */
		m->here += low * m->e->code;
		return;
	case 2: /* offset */
		set_rule(m, low, PE_CFI_SAVED, (int64_t)pe_cfi_uleb(r) * m->e->data);
		return;
	case 3:
		restore(m, low);
		return;
	default:
		if (!change_address(m, r, low) && !change_register(m, r, low))
			change_other(m, r, low);
	}
}

/* After an advance past the pc, the rest of the program does not concern this address. */
static bool run(struct machine *m, struct pe_cfi_reader r)
{
	while (r.at < r.end && !r.bad) {
		one(m, &r);
		if (m->here > m->pc)
			return true;
	}
	return !r.bad;
}

int pe_cfi_find(const uint8_t *header, uintptr_t pc, struct pe_cfi_row *row)
{
	const uint8_t *at = find_entry(header, pc);
	struct entry e = { .code = 0 };
	struct machine m = { .e = &e, .header = header, .pc = pc };

	if (!at)
		return -ENOENT;
	if (!read_entry(&e, at, header))
		return -EINVAL;
	if (pc < e.start || pc - e.start >= e.length)
		return -ENOENT;
	m.here = e.start;
	if (!run(&m, e.common))
		return -EINVAL;
	m.initial = m.row;
	if (!run(&m, e.own))
		return -EINVAL;
	*row = m.row;
	row->signal = e.signal;
	return 0;
}
