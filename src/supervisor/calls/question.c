// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/question.h"

#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "supervisor/calls/reuse.h"
#include "supervisor/calls/stale_use.h"
#include "supervisor/worker/helper.h"

#define PROC "/proc/"
#define PAGE 4096

/* the beginning of a path in the caller's memory: enough for /proc and a pid */
struct path {
	uint64_t at;
	char text[24];
};

/* The text may end where the memory ends, so a page is read only if the one before it has no
 * end. */
static long read_path(struct pe_helper_call *h, void *data)
{
	struct path *p = data;
	size_t most = sizeof(p->text) - 1, first = PAGE - p->at % PAGE;
	long r;

	if (first > most)
		first = most;
	r = pe_helper_read(h, p->at, p->text, first);
	if (r == 0 && first < most && !memchr(p->text, '\0', first))
		r = pe_helper_read(h, p->at + first, p->text + first, most - first);
	return r;
}

/* question.2; 0: it is no path of a process */
static int pid_in(const char *path)
{
	const char *digits = path + strlen(PROC), *end;
	uint64_t pid;

	if (strncmp(path, PROC, strlen(PROC)) != 0)
		return 0;
	end = pe_text_digits(digits, NULL, 10, &pid);
	return end > digits && (*end == '\0' || *end == '/') && pid <= INT_MAX ? (int)pid : 0;
}

/* The pid that is asked about; 0: none; or -EINPROGRESS */
static long find_pid(struct pe_worker_call *c)
{
	struct path p = { .at = c->n->data.args[c->what == PE_NOTIFY_FILTER_PATH_AT] };
	long r;

	if (c->what == PE_NOTIFY_FILTER_GETPGID || c->what == PE_NOTIFY_FILTER_GETSID)
		return (int)c->n->data.args[0];
	r = pe_helper_do(c, read_path, &p, sizeof(p));
	return r == -EINPROGRESS ? r : r < 0 ? 0 : pid_in(p.text);
}

static enum pe_call call_of(const struct pe_worker_call *c)
{
	return c->what == PE_NOTIFY_FILTER_GETPGID  ? PE_CALL_GETPGID
	       : c->what == PE_NOTIFY_FILTER_GETSID ? PE_CALL_GETSID
						    : PE_CALL_PROC;
}

long pe_question_serve(struct pe_worker_call *c)
{
	long pid = find_pid(c);
	struct pe_use use = { .by = call_of(c), .signal = PE_USE_NO_SIGNAL };

	if (pid == -EINPROGRESS)
		return pid;
	if (pid <= 0)
		return PE_WORKER_CONTINUE;
	pe_reuse_before_use(c, (int)pid);
	if (!pe_reuse_is_canary(c, (int)pid))
		return PE_WORKER_CONTINUE;
	use.pid = use.holder = (int)pid;
	return pe_stale_use_of_canary(c, &use);
}
