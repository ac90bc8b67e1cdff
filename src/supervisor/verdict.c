// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/emit.h"
#include "core/identity.h"
#include "core/stale.h"
#include "core/text.h"
#include "notify.h"

/* --- whom it is not for (Y.1) --- */

static bool is_trusted(const struct pe_serve_call *c)
{
	char link[32], program[PATH_MAX] = "";
	const char *list = c->s->trust, *base;
	size_t n;

	snprintf(link, sizeof(link), "%d/exe", c->peer->tid);
	if (!list || readlink(link, program, sizeof(program) - 1) < 0)
		return false;
	base = strrchr(program, '/');
	base = base ? base + 1 : program;
	for (; *list; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		if (pe_text_glob(list, n, program) || pe_text_glob(list, n, base))
			return true;
	}
	return false;
}

/* --- telling (Y.2) --- */

/* Its descriptor 2 becomes ours, if it takes a line at once. */
static bool borrow_stderr(const struct pe_serve_call *c)
{
	int pidfd = (int)syscall(SYS_pidfd_open, c->peer->tgid, 0), fd = -1;
	struct pollfd p = { .events = POLLOUT };

	if (pidfd >= 0) {
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, 2, 0);
		close(pidfd);
	}
	if (fd < 0)
		return false;
	p.fd = fd;
	if (poll(&p, 1, 100) == 1 && (p.revents & POLLOUT))
		dup2(fd, STDERR_FILENO);
	close(fd);
	return true;
}

static void tell(const struct pe_serve_call *c, const struct pe_use *use,
		 enum pe_emit_outcome outcome)
{
	static struct pe_process frame; /* what emit asks of one: its settings */
	const struct pe_known known = { .what = PE_STALE_RELEASED };
	struct pe_settings set = c->s->set;
	struct pe_identity_who who = { .comm = "?" };

	pe_identity_describe((uint32_t)c->peer->tgid, &who);
	set.name = who.comm;
	set.pid = pe_peer_number(c->peer, c->peer->tgid);
	frame.set = &set;
	if (set.log || borrow_stderr(c))
		pe_emit_stale(&frame, use, &known, outcome);
	if (!set.log)
		dup2(STDIN_FILENO, STDERR_FILENO); /* /dev/null */
}

/* --- the verdict --- */

/* as abort(): a handler first; one who would not hear of it is ended all the same */
static void end(const struct pe_serve_call *c)
{
	int signal = pe_peer_blunts(c->peer, SIGABRT) ? SIGKILL : SIGABRT;

	syscall(SYS_tgkill, c->peer->tgid, c->peer->tid, signal);
}

long pe_verdict_serve(const struct pe_serve_call *c, const struct pe_use *use, int pid)
{
	const struct pe_stale_use judged = { .knowledge = PE_STALE_RELEASED,
					     .held = pid != 0,
					     .policy = c->s->set.policy };
	struct pe_stale_verdict v = pe_stale_classic(&judged);

	if (is_trusted(c) || pe_peer_has_library_at(c->peer, c->n->data.instruction_pointer) ||
	    !pe_notify_holds(c->s->listener, c->n->id))
		return PE_SERVE_LET;
	if (v.tell)
		tell(c, use,
		     v.dies		      ? PE_EMIT_ABORTING
		     : v.act == PE_STALE_STOP ? PE_EMIT_REFUSED
					      : PE_EMIT_PASSED);
	if (v.dies)
		end(c);
	return v.act == PE_STALE_STOP ? -c->s->set.stale_errno : PE_SERVE_LET;
}
