// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_walk.h"

#include <libunwind.h>
#include <string.h>

#include "supervisor/unwind/stack_memory.h"
#include "supervisor/unwind/stack_modules.h"

/* exported by libunwind for remote unwinding, but declared in no header */
extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t *,
					      unw_proc_info_t *, int, void *);

#define FRAME_BYTES (1u << 20) /* no frame is larger */

/* the state of the walk; a helper makes one at a time */
static struct {
	struct pe_registers known;
	bool lacked; /* a register was needed that is unknown */
	unw_addr_space_t space;
	unw_cursor_t cursor;
	struct pe_trace_stack *out;
	bool exact; /* the address is that of an instruction, not a return address */
} w;

const char *pe_stack_end_name(enum pe_stack_end end)
{
	static const char *const names[] = {
		[PE_STACK_END_LIMIT] = "limit",	      [PE_STACK_END_WHOLE] = NULL,
		[PE_STACK_END_REGISTER] = "register", [PE_STACK_END_FRAMES] = "frames",
		[PE_STACK_END_TRACER] = "tracer",     [PE_STACK_END_DENIED] = "denied",
		[PE_STACK_END_MACHINE] = "machine",
	};

	return names[end];
}

/* --- accessors for libunwind --- */

static int access_mem(unw_addr_space_t as, unw_word_t at, unw_word_t *value, int write, void *arg)
{
	(void)as;
	(void)arg;
	return !write && pe_stack_memory_read(at, value, sizeof(*value)) ? 0 : -UNW_EINVAL;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t n, unw_word_t *value, int write, void *arg)
{
	(void)as;
	(void)arg;
	if (write)
		return -UNW_EREADONLYREG;
	if (!pe_registers_has(&w.known, n)) {
		w.lacked = true;
		return -UNW_EBADREG;
	}
	*value = w.known.value[n];
	return 0;
}

static int access_fpreg(unw_addr_space_t as, unw_regnum_t n, unw_fpreg_t *value, int write,
			void *arg)
{
	(void)as;
	(void)n;
	(void)value;
	(void)write;
	(void)arg;
	return -UNW_EBADREG;
}

static int find(unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *pi, int need, void *arg)
{
	struct pe_stack_module *m = pe_stack_modules_at(ip);
	const struct pe_stack_index *index = m ? pe_stack_modules_index(m) : NULL;
	unw_dyn_info_t table = { .end_ip = UINT64_MAX, .format = UNW_INFO_FORMAT_REMOTE_TABLE };

	if (!index)
		return -UNW_ENOINFO;
	table.u.rti.segbase = index->base;
	table.u.rti.table_data = index->at;
	table.u.rti.table_len = index->entries * 2 * sizeof(int32_t) / sizeof(unw_word_t);
	return UNW_OBJ(dwarf_search_unwind_table)(as, ip, &table, pi, need, arg);
}

/* libunwind frees what find allocates */
static void put(unw_addr_space_t as, unw_proc_info_t *pi, void *arg)
{
	(void)as;
	(void)pi;
	(void)arg;
}

static int list(unw_addr_space_t as, unw_word_t *at, void *arg)
{
	(void)as;
	(void)at;
	(void)arg;
	return -UNW_ENOINFO;
}

static int resume(unw_addr_space_t as, unw_cursor_t *c, void *arg)
{
	(void)as;
	(void)c;
	(void)arg;
	return -UNW_EINVAL;
}

static int name(unw_addr_space_t as, unw_word_t at, char *to, size_t size, unw_word_t *off,
		void *arg)
{
	(void)as;
	(void)at;
	(void)to;
	(void)size;
	(void)off;
	(void)arg;
	return -UNW_ENOINFO;
}

/* Nothing is cached: the next walk is in another process. */
static bool make_space(void)
{
	static unw_accessors_t accessors = {
		.find_proc_info = find,
		.put_unwind_info = put,
		.get_dyn_info_list_addr = list,
		.access_mem = access_mem,
		.access_reg = access_reg,
		.access_fpreg = access_fpreg,
		.resume = resume,
		.get_proc_name = name,
	};

	if (!w.space)
		w.space = unw_create_addr_space(&accessors, 0);
	if (w.space)
		unw_set_caching_policy(w.space, UNW_CACHE_NONE);
	return w.space && unw_init_remote(&w.cursor, w.space, &w) == 0;
}

/* --- frames without tables --- */

/* Continue with the registers of the calling function. Only its pc and its frame pointer are
 * known. */
static enum pe_stack_end go_to(uint64_t return_address, uint64_t sp, uint64_t fp, bool has_fp)
{
	struct pe_stack_module *m = pe_stack_modules_at(return_address - 1);

	if (!m)
		return PE_STACK_END_FRAMES;
	w.known.known = 0;
	/* the address of the call: the return address may already be in the next function */
	pe_registers_set(&w.known, UNW_REG_IP, return_address - 1);
	pe_registers_set(&w.known, UNW_REG_SP, sp);
	if (has_fp)
		pe_registers_set(&w.known, pe_registers_frame_pointer(), fp);
	w.exact = true;
	return unw_init_remote(&w.cursor, w.space, &w) == 0 ? PE_STACK_END_WHOLE
							    : PE_STACK_END_FRAMES;
}

static enum pe_stack_end step_by_frame_pointer(bool innermost, bool *ended)
{
	int n = pe_registers_frame_pointer();
	unw_word_t sp = 0, fp = 0;
	uint64_t pair[2], leaf = innermost ? pe_registers_leaf_return(&w.known) : 0;
	bool has_fp = unw_get_reg(&w.cursor, n, &fp) == 0;

	if (unw_get_reg(&w.cursor, UNW_REG_SP, &sp) < 0)
		return PE_STACK_END_FRAMES;
	if (leaf)
		return go_to(leaf, sp, fp, has_fp);
	if (!has_fp)
		return w.lacked ? PE_STACK_END_REGISTER : PE_STACK_END_FRAMES;
	*ended = fp == 0;
	if (fp == 0)
		return PE_STACK_END_WHOLE;
	if (fp % sizeof(fp) || fp < sp || fp - sp > FRAME_BYTES ||
	    !pe_stack_memory_read(fp, pair, sizeof(pair)))
		return PE_STACK_END_FRAMES;
	return go_to(pair[1], fp + sizeof(pair), pair[0], true);
}

/* --- frames with tables --- */

static bool has_tables(uint64_t ip)
{
	unw_proc_info_t pi = { 0 };

	return find(w.space, w.exact ? ip : ip - 1, &pi, 0, &w) == 0;
}

static enum pe_stack_end step_by_tables(uint64_t ip, bool *ended)
{
	bool interrupted = pe_registers_is_signal_return(ip);
	int r = unw_step(&w.cursor);

	w.exact = interrupted;
	*ended = r == 0;
	if (r >= 0)
		return PE_STACK_END_WHOLE;
	return w.lacked ? PE_STACK_END_REGISTER : PE_STACK_END_FRAMES;
}

/* --- the walk --- */

static void record(uint64_t ip, bool innermost)
{
	struct pe_stack_module *m = pe_stack_modules_at(ip);

	if (m && m->is_ours)
		return;
	w.out->frame[w.out->depth++] = w.exact && !innermost ? ip + 1 : ip;
}

static enum pe_stack_end walk(void)
{
	enum pe_stack_end end = PE_STACK_END_WHOLE;
	bool ended = false, innermost = true;
	unw_word_t ip;

	while (end == PE_STACK_END_WHOLE && !ended && w.out->depth < PE_TRACE_DEPTH) {
		if (unw_get_reg(&w.cursor, UNW_REG_IP, &ip) < 0 || ip == 0)
			break;
		record(ip, innermost);
		end = has_tables(ip) ? step_by_tables(ip, &ended)
				     : step_by_frame_pointer(innermost, &ended);
		innermost = false;
		if (pe_stack_memory_is_spent())
			end = PE_STACK_END_LIMIT;
	}
	return end;
}

void pe_stack_walk(const struct pe_memory *m, int tid, const struct pe_registers *r,
		   struct pe_stack_words *words, struct pe_trace_stack *out, enum pe_stack_end *end)
{
	*end = PE_STACK_END_LIMIT;
	out->depth = 0;
	w.known = *r;
	w.lacked = false;
	w.exact = true;
	w.out = out;
	pe_stack_memory_begin(m, words);
	if (!pe_stack_modules_read(tid))
		*end = PE_STACK_END_DENIED;
	else if (make_space())
		*end = walk();
}
