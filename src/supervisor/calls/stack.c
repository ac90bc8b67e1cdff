// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/stack.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libunwind.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/kernel/notify.h"
#include "supervisor/peer/proc.h"
#include "supervisor/worker/helper.h"

#define STOP_MS	 1000 /* a thread stops sooner, unless it cannot run */
#define SLEEP_MS 1000 /* a thread that is held sleeps sooner, unless it cannot run */

/* --- while it is held --- */

/* "nr arguments... sp pc": the stack pointer of a thread that is inside a call, "running" (0) while
 * it has not gone to sleep yet; -errno */
static int parse_sp(int tid, uint64_t *sp)
{
	char text[256], *last, *before;
	int n = pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/syscall", tid), text, sizeof(text));

	if (n < 0)
		return n;
	*sp = 0;
	last = strrchr(text, ' ');
	if (!last)
		return 0;
	*last = '\0';
	before = strrchr(text, ' ');
	*sp = before ? strtoull(before, NULL, 16) : 0;
	return 0;
}

/* The worker may receive the call before the caller sleeps in it, on a busy machine long before.
 * 0: unknown. */
static uint64_t read_sp(int tid)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t sp = 0;

	for (int i = 0; i < SLEEP_MS && parse_sp(tid, &sp) == 0 && !sp; i++)
		nanosleep(&pause, NULL);
	return sp;
}

static long take(struct pe_helper_call *h, void *data)
{
	struct pe_stack_result *out = data;
	struct pe_registers r = { .known = 0 };
	uint64_t pc = h->n->data.instruction_pointer, sp;
	char byte;
	int tid = (int)h->n->pid;

	/* opens the memory, and verifies that it is the caller's */
	if (pe_helper_read(h, pc - 1, &byte, 1) == -ECANCELED)
		return 0;
	sp = h->memory.mem < 0 ? 0 : read_sp(tid);
	out->end = PE_STACK_END_DENIED;
	if (!sp)
		return 0;
	pe_registers_set(&r, UNW_REG_IP, pc);
	pe_registers_set(&r, UNW_REG_SP, sp);
	pe_stack_apart(&h->memory, tid, &r, h->s->set.events, out);
	return 0;
}

long pe_stack_take(struct pe_worker_call *c, struct pe_stack_result *out)
{
	long r;

	memset(out, 0, sizeof(*out));
	out->end = PE_STACK_END_MACHINE;
	if (!pe_registers_are_native(&c->n->data))
		return 0;
	r = pe_helper_do(c, take, out, sizeof(*out));
	if (r == -ENOSYS)
		out->end = PE_STACK_END_LIMIT;
	return r == -EINPROGRESS ? r : 0;
}

/* --- after the call has returned --- */

static int seize(int tid)
{
	if (ptrace(PTRACE_SEIZE, tid, 0, 0) < 0)
		return -errno;
	return ptrace(PTRACE_INTERRUPT, tid, 0, 0) < 0 ? -errno : 0;
}

static bool answer(struct pe_helper_call *h, long result)
{
	int r = !pe_notify_holds(h->listener, h->n->id) ? -ENOENT
		: result == PE_WORKER_CONTINUE		? pe_notify_let(h->listener, h->n->id)
					       : pe_notify_answer(h->listener, h->n->id, result);

	close(h->listener);
	h->listener = -1;
	return r == 0;
}

/* The wait status at the stop of the thread; 0: it has ended; -ETIME. SIGCHLD is blocked, and is
 * waited for. */
static int await_stop(int tid)
{
	const struct timespec timeout = { .tv_sec = STOP_MS / 1000 };
	sigset_t child;
	int status = 0, r;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while ((r = waitpid(tid, &status, __WALL | WNOHANG)) == 0)
		if (sigtimedwait(&child, NULL, &timeout) < 0 && errno == EAGAIN)
			return waitpid(tid, &status, __WALL | WNOHANG) == tid ? status : -ETIME;
	return r == tid && WIFSTOPPED(status) ? status : 0;
}

static void walk_stopped(struct pe_helper_call *h, int tid, struct pe_stack_stop *stop)
{
	uint64_t user[PE_REGISTERS + 2];
	struct iovec io = { user, sizeof(user) };
	struct pe_registers r = { .known = 0 };
	struct pe_stack_result more;

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io) < 0 ||
	    pe_memory_open(&h->memory, "", tid) < 0)
		return;
	pe_registers_from_user(&r, user, io.iov_len);
	stop->restarts = pe_registers_restart(user, io.iov_len, h->n->data.instruction_pointer);
	pe_stack_apart(&h->memory, tid, &r, h->s->set.events, &more);
	if (more.stack.depth >= stop->here.stack.depth)
		stop->here = more;
	else
		stop->here.end = more.end;
}

/* A signal that stopped the thread is delivered when it continues. */
static void release(int tid, int status)
{
	ptrace(PTRACE_DETACH, tid, 0, status >> 16 ? 0 : WSTOPSIG(status));
}

static long stop_there(struct pe_helper_call *h, void *data)
{
	struct pe_stack_stop *stop = data;
	int tid = (int)h->n->pid, status, r = seize(tid);
	bool answered;

	if (r < 0)
		return r;
	answered = answer(h, stop->result); /* false: the caller has ended */
	status = await_stop(tid);
	if (answered && status > 0)
		walk_stopped(h, tid, stop);
	else
		stop->here.end = PE_STACK_END_LIMIT;
	if (answered)
		stop->use(h->s, stop);
	if (status < 0)
		_exit(0); /* only the end of its tracer releases a thread that does not stop */
	if (status > 0)
		release(tid, status);
	return answered ? 0 : -ECANCELED;
}

bool pe_stack_has_tried_stop(const struct pe_worker_call *c)
{
	return pe_helper_has_done(c, stop_there);
}

long pe_stack_stop(struct pe_worker_call *c, struct pe_stack_stop *stop, size_t size)
{
	long r = pe_helper_do(c, stop_there, stop, size);

	if (r < 0 && r != -EINPROGRESS)
		stop->here.end = pe_proc_status_number(c->peer->tid, "TracerPid") > 0
					 ? PE_STACK_END_TRACER
					 : PE_STACK_END_DENIED;
	return r;
}
