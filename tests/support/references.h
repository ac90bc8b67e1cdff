/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* references - references taken by a test, and calls by them. */
#ifndef PE_TESTS_REFERENCES_H
#define PE_TESTS_REFERENCES_H

#include "core/reference/reference.h"

#include "host.h"

static inline uint32_t take(pid_t pid)
{
	uint64_t epoch = 0;

	ck_assert_int_eq(pe_reference_take(&frame, &thread, pid, &epoch), 0);
	return (uint32_t)epoch;
}

static inline long kill_by(pid_t pid, uint32_t epoch, int signal)
{
	const struct pe_use u = {
		.pid = pid,
		.signal = signal,
		.call = { .nr = SYS_kill, .arg = { pid, signal } },
	};

	return pe_reference_call(&frame, &thread, &u, epoch);
}

static inline long group_by(pid_t pid, uint32_t epoch)
{
	const struct pe_use u = {
		.pid = pid,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_getpgid, .arg = { pid } },
	};

	return pe_reference_call(&frame, &thread, &u, epoch);
}

static inline bool is_refused(long n)
{
	return n == -ESRCH || n == -PE_EEPOCH;
}

#endif
