/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/describe.h"
#include "core/record/fields.h"
#include "core/sys.h"
#include "core/time/identity.h"

static void exe_field(struct pe_text *t, uint32_t pid, char *exe)
{
	char path[32];
	struct pe_text name = pe_text_on(path, sizeof(path));
	long n;

	pe_text_add(&name, "/proc/");
	pe_text_decimal(&name, pid);
	pe_text_add(&name, "/exe");
	n = pe_sys_readlinkat(AT_FDCWD, pe_text_end(&name), exe, PE_DESCRIBE_EXE - 1);
	if (n <= 0)
		return;
	exe[n] = '\0';
	pe_fields_text(t, "exe", exe);
}

/* Start times are in hundredths of a second since boot on every Linux: an age may be 10 ms too
 * large (event.5). */
void pe_describe_holder(struct pe_text *t, uint32_t holder, uint64_t most, char *exe)
{
	struct pe_identity_holder who;
	struct timespec now = { 0 };
	uint64_t ms, start;

	if (pe_identity_describe(holder, &who) != 0)
		return;
	pe_sys_clock_gettime(CLOCK_BOOTTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	start = who.start * 10;
	pe_fields_object(t, "holder");
	pe_fields_text(t, "comm", who.comm);
	pe_fields_number(t, "parent", who.ppid);
	ms = ms > start ? ms - start : 0;
	pe_fields_number(t, "age_ms", ms < most ? ms : most);
	exe_field(t, holder, exe);
	pe_text_add(t, "}");
}

void pe_describe_command(const char *path, char *to)
{
	long n = pe_sys_slurp(path, to, PE_EVENT_COMMAND);

	n = n < 0 ? 0 : n < (long)PE_EVENT_COMMAND ? n : (long)PE_EVENT_COMMAND - 1;
	for (long i = 0; i < n; i++)
		if (to[i] == '\0')
			to[i] = i + 1 < n ? ' ' : '\0';
	to[n] = '\0';
}

void pe_describe_caller(struct pe_event_outside *o, uint32_t pid)
{
	char path[32];
	struct pe_text name = pe_text_on(path, sizeof(path));

	pe_text_add(&name, "/proc/");
	pe_text_decimal(&name, pid);
	pe_text_add(&name, "/cmdline");
	pe_describe_command(pe_text_end(&name), o->command);
}

void pe_describe_holder_outside(struct pe_event_outside *o, uint32_t pid)
{
	const uint64_t most = o->released.by == PE_CALL_NONE ? UINT64_MAX : o->released.ago_ms;
	char exe[PE_DESCRIBE_EXE];
	struct pe_text t = pe_text_on(o->holder, sizeof(o->holder));

	pe_text_add(&t, "{"); /* written as a first field: without a comma */
	pe_describe_holder(&t, pid, most, exe);
	pe_text_end(&t);
}
