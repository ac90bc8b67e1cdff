// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/unwind/stack_apart.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/record/modules.h"
#include "core/sys.h"
#include "supervisor/unwind/stack_cache.h"
#include "supervisor/unwind/stack_modules.h"
#include "supervisor/unwind/stack_table.h"

#define SETS	   16  /* of modules that are remembered as written */
#define AFTER_KILL 100 /* ms */

static uint64_t written[SETS];

static bool is_written(uint64_t set)
{
	for (unsigned int i = 0; i < SETS; i++)
		if (written[i] == set)
			return true;
	return false;
}

static void remember(uint64_t set)
{
	static unsigned int next;

	if (set && !is_written(set))
		written[next++ % SETS] = set;
}

/* Write the records of the set of modules to which the stack belongs, unless they were written
 * before. */
static uint64_t write_modules(int tid, const char *events)
{
	static char room[PE_MODULES_ROOM];
	uint64_t set = pe_modules_name(tid, room);
	int fd;

	if (!set || is_written(set))
		return set;
	fd = open(events, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
	if (fd < 0)
		return 0;
	pe_modules_write(fd, tid, set, room);
	close(fd);
	return set;
}

/* A crash is expected: no core dump and no message. */
static void crash_quietly(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	prctl(PR_SET_DUMPABLE, 0);
}

struct shared {
	struct pe_stack_result result;
	struct pe_stack_words words;
	bool is_complete;
};

static _Noreturn void be_apart(const struct pe_memory *m, int tid, const struct pe_registers *r,
			       const char *events, struct shared *out, pid_t helper)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "pidepoch-stacks");
	crash_quietly();
	if (getppid() == helper) {
		out->result.modules = write_modules(tid, events);
		pe_stack_walk(m, tid, r, &out->words, &out->result.stack, &out->result.end);
		out->result.with_library = pe_stack_modules_has_library();
		out->is_complete = true;
	}
	_exit(0);
}

/* If SIGKILL does not end the process at once, the next call reaps it. */
static void await(pid_t pid)
{
	struct pollfd p = { .fd = pe_sys_pidfd_open(pid, 0), .events = POLLIN };

	if (p.fd < 0 || poll(&p, 1, PE_STACK_APART_TIMEOUT) != 1) {
		kill(pid, SIGKILL);
		poll(&p, p.fd >= 0, AFTER_KILL);
	}
	if (p.fd >= 0)
		close(p.fd);
	waitpid(pid, NULL, WNOHANG);
}

static void walk_apart(const struct pe_memory *m, int tid, const struct pe_registers *r,
		       const char *events, struct shared *out)
{
	pid_t helper = getpid(), pid;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	pe_stack_table_of(tid, 0); /* built in the helper, once */
	pid = fork();
	if (pid == 0)
		be_apart(m, tid, r, events, out, helper);
	if (pid > 0)
		await(pid);
	if (out->result.stack.depth > PE_TRACE_DEPTH || out->result.end > PE_STACK_END_MACHINE)
		memset(out, 0, sizeof(*out)); /* the result is not valid */
	remember(out->result.modules);
}

void pe_stack_apart(const struct pe_memory *m, int tid, const struct pe_registers *r,
		    const char *events, struct pe_stack_result *out)
{
	static char room[PE_MODULES_ROOM];
	const struct pe_stack_result *known = pe_stack_cache_find(m, r, pe_modules_name(tid, room));
	struct shared *shared;

	memset(out, 0, sizeof(*out));
	if (known)
		*out = *known;
	if (known)
		return;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return;
	walk_apart(m, tid, r, events, shared);
	*out = shared->result;
	if (shared->is_complete)
		pe_stack_cache_keep(r, &shared->words, out);
	munmap(shared, sizeof(*shared));
}
