// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/callers.h"

#include <stddef.h>
#include <sys/resource.h>

#define EACH  4	 /* descriptors of a cached thread */
#define OTHER 16 /* descriptors for everything else */

static struct pe_peer known[PE_CALLERS];

/* callers.2: as many as there are descriptors for, but at least one */
static unsigned int count_places(void)
{
	struct rlimit limit;
	rlim_t places;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < OTHER + EACH)
		return 1;
	places = (limit.rlim_cur - OTHER) / EACH;
	return places < PE_CALLERS ? (unsigned int)places : PE_CALLERS;
}

static struct pe_peer *place_of(int tid)
{
	static unsigned int places;

	places = places ? places : count_places();
	return &known[(unsigned int)tid % places];
}

int pe_callers_get(int tid, struct pe_peer **out)
{
	struct pe_peer *p;
	int r;

	p = *out = place_of(tid);
	if (p->tid == tid && pe_peer_lasts(p))
		return 0;
	if (p->tid)
		pe_peer_close(p);
	r = pe_peer_open(p, tid);
	if (r < 0)
		p->tid = 0;
	return r < 0 ? r : 1;
}

void pe_callers_renew(int tgid)
{
	struct pe_peer *p = place_of(tgid);

	if (p->tid != tgid)
		return;
	p->frame = p->user_read = 0;
	p->arguments = PE_PEER_NOT_READ;
}

void pe_callers_done(struct pe_peer *p)
{
	if (p->ns < 0)
		return;
	pe_peer_close(p);
	p->tid = 0;
}
