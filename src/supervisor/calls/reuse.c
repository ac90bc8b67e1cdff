// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/reuse.h"

#include <errno.h>

#include "core/engine/fuzz_page.h"
#include "core/sys.h"

static int expected[PE_REUSE_EXPECTED]; /* 0: free */

void pe_reuse_expect(const struct pe_worker_call *c, int ns_pid)
{
	int *free = NULL;

	if (!c->s->set.fuzz || c->peer->ns >= 0 || ns_pid <= 0)
		return;
	for (int i = 0; i < PE_REUSE_EXPECTED; i++) {
		if (expected[i] == ns_pid)
			return;
		if (!expected[i])
			free = &expected[i];
	}
	if (free)
		*free = ns_pid;
}

void pe_reuse_give(const struct pe_worker *s)
{
	for (int i = 0; s->set.fuzz && i < PE_REUSE_EXPECTED; i++)
		if (expected[i] && pe_sys_kill(expected[i], 0) == -ESRCH) {
			pe_fuzz_page_released(s->set.fuzz, (uint32_t)expected[i]);
			expected[i] = 0;
		}
}

void pe_reuse_before_use(const struct pe_worker_call *c, int ns_pid)
{
	if (c->s->set.fuzz && c->peer->ns < 0 && ns_pid > 0)
		pe_fuzz_page_offer(c->s->set.fuzz, (uint32_t)ns_pid);
}
