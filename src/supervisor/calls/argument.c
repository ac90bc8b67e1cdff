// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/argument.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/time/identity.h"
#include "core/time/moment.h"
#include "supervisor/peer/proc.h"
#include "supervisor/worker/helper.h"

#define ARGUMENTS 4096 /* bytes of the arguments that are examined */

/* --- the caller's arguments (argument.1) --- */

/* Call @visit for the pid in each argument until it returns true. false: it never did. */
static bool any_argument(const struct pe_worker_call *c, bool (*visit)(uint32_t pid, uint32_t is),
			 uint32_t is)
{
	char text[ARGUMENTS];
	ssize_t n = pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/cmdline", c->peer->tgid), text,
				  sizeof(text));

	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(text + at) + 1) {
		uint32_t pid = pe_evidence_pid_of(text + at);

		if (pid && visit(pid, is))
			return true;
	}
	return false;
}

static bool is_any(uint32_t pid, uint32_t is)
{
	(void)pid;
	(void)is;
	return true;
}

static bool is_this(uint32_t pid, uint32_t is)
{
	return pid == is;
}

static bool has_argument(const struct pe_worker_call *c, int pid)
{
	if (c->peer->arguments == PE_PEER_NOT_READ)
		c->peer->arguments = any_argument(c, is_any, 0) ? PE_PEER_SOME : PE_PEER_NONE;
	return c->peer->arguments == PE_PEER_SOME && any_argument(c, is_this, (uint32_t)pid);
}

/* --- a static parent (argument.3) --- */

struct file {
	int pid;
	bool is_static;
};

/* In a helper: the program's file may be on a file system of its own. */
static long read_file(struct pe_helper_call *h, void *data)
{
	struct file *f = data;
	Elf64_Ehdr head;
	Elf64_Phdr part;
	int fd = pe_proc_open(O_RDONLY, "%d/exe", f->pid);
	bool whole = fd >= 0 && pread(fd, &head, sizeof(head), 0) == sizeof(head) &&
		     memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 &&
		     head.e_ident[EI_CLASS] == ELFCLASS64 && head.e_phentsize == sizeof(part);

	(void)h;
	f->is_static = whole;
	for (int i = 0; f->is_static && i < head.e_phnum; i++) {
		off_t at = (off_t)head.e_phoff + i * (off_t)sizeof(part);

		f->is_static = pread(fd, &part, sizeof(part), at) == sizeof(part) &&
			       part.p_type != PT_INTERP;
	}
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Had the caller's parent a child of this pid, which is not the process @pid? */
static bool parent_knew(const struct pe_worker_call *c, int parent, int pid)
{
	const struct pe_child_table_process *p;
	uint64_t identity;

	if (parent <= 0 || pe_peer_identity(parent, &identity) < 0)
		return false;
	p = pe_child_table_find(c->s->table, identity);
	return p && pe_child_table_has(c->s->table, p, pid) &&
	       !pe_identity_descends((uint32_t)pid, (uint32_t)parent);
}

static long by_parent(struct pe_worker_call *c, int pid, struct pe_evidence_finding *f)
{
	struct file file = { .pid = pe_peer_parent(c->peer->tgid) };
	long r;

	if (!parent_knew(c, file.pid, pid))
		return 0;
	r = pe_helper_do(c, read_file, &file, sizeof(file));
	if (r < 0)
		return r == -EINPROGRESS ? r : 0;
	if (!file.is_static)
		return 0;
	f->verdict = PE_EVIDENCE_STALE;
	f->source = (uint32_t)file.pid;
	return 0;
}

/* --- both --- */

/* argument.2 */
static void by_moment(struct pe_evidence_finding *f, int64_t moment)
{
	f->moment = moment;
	f->verdict = (int64_t)f->holder.start * PE_MOMENT_TICK > moment + PE_MOMENT_TOLERANCE
			     ? PE_EVIDENCE_STALE
			     : PE_EVIDENCE_FRESH;
}

long pe_argument_examine(struct pe_worker_call *c, int pid, struct pe_evidence_finding *f)
{
	int64_t moment;

	memset(f, 0, sizeof(*f));
	if (c->peer->ns >= 0 || pid <= 1 || c->s->set.evidence == PE_EVIDENCE_OFF ||
	    !has_argument(c, pid) || pe_identity_describe((uint32_t)pid, &f->holder) != 0)
		return 0;
	f->kind = PE_EVIDENCE_ARGUMENT;
	f->now = pe_moment_now();
	moment = pe_child_table_given(c->s->table, c->peer->identity, (uint32_t)pid);
	if (!moment)
		return by_parent(c, pid, f);
	by_moment(f, moment);
	return 0;
}
