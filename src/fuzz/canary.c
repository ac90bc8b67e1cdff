/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command/namespace.h"
#include "core/sys.h"
#include "core/text.h"
#include "fuzz/arch/canary.h"

#define SIGNAL_END SIGRTMAX

#define STACK 4096
/* how long serve_use() tries: 2 ms */
#define FREED_ROUNDS 20
#define FREED_NS     100000

#define LEAVING 8 /* this many canaries may be exiting at a time */

struct canary {
	_Alignas(16) char stack[STACK];
	struct pe_fuzz_page *page;
	pid_t server;
	pid_t pid; /* 0: an empty place */
	uint32_t release;
	struct pe_fuzz_page_releaser releaser;
	bool traced;  /* and this has been recorded */
	bool leaving; /* SIGNAL_END has been sent */
};

struct server {
	struct pe_fuzz_page *page;
	pid_t pid;
	struct canary canary[PE_FUZZ_PAGE_CANARIES];
	unsigned int next; /* the oldest place of those at released pids */
	unsigned int kept; /* canaries at pids of before the restart */
};

struct pe_fuzz_page *pe_canary_page(const char *path, enum pe_fuzz_page_policy policy,
				    unsigned int counted, uint64_t seed)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct pe_fuzz_page *page = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, sizeof(*page)) == 0)
		page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return NULL;
	page->policy = policy;
	page->counted = counted;
	page->seed = seed;
	page->version = PE_FUZZ_PAGE_VERSION;
	return page;
}

/* --- a canary's life --- */

static void note(struct pe_fuzz_page *page, const struct canary *c, enum pe_fuzz_page_what what,
		 int signal, pid_t sender)
{
	const struct pe_fuzz_page_find found = {
		.what = what,
		.pid = (uint32_t)c->pid,
		.signal = signal,
		.sender = sender,
		.release = c->release,
		.releaser = c->releaser,
	};

	pe_fuzz_page_note(page, &found);
}

static void found(struct pe_fuzz_page *page, const struct canary *c, int signal, pid_t sender)
{
	if (!pe_fuzz_page_is_to_all(page, (uint32_t)sender, signal))
		note(page, c, PE_FUZZ_PAGE_SIGNAL, signal, sender);
}

/* canary.5 */
static _Noreturn void be_canary(void *argument)
{
	const struct canary *self = argument;
	const uint64_t all = UINT64_MAX;
	siginfo_t info;

	for (;;) {
		long signal = pe_sys4(SYS_rt_sigtimedwait, PE_SYS_LONG(&all), PE_SYS_LONG(&info), 0,
				      sizeof(all));

		if (signal == SIGNAL_END && info.si_pid == self->server)
			break;
		if (signal > 0 && info.si_pid != self->server)
			found(self->page, self, (int)signal, info.si_pid);
	}
	for (;;)
		pe_sys1(SYS_exit_group, 0);
}

static pid_t clone_canary(struct canary *c)
{
	struct clone_args args = {
		.flags = CLONE_VM,
		.exit_signal = SIGCHLD,
		.stack = (uintptr_t)c->stack,
		.stack_size = sizeof(c->stack),
		.set_tid = (uintptr_t)&c->pid,
		.set_tid_size = 1,
	};

	return (pid_t)pe_canary_clone(&args, sizeof(args), be_canary, c);
}

/* the tracer of process @pid; 0: none */
static pid_t tracer_of(pid_t pid)
{
	char path[32], text[512];
	const char *value;
	long n;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	n = pe_sys_slurp(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	value = pe_text_field(text, "TracerPid");
	return value ? atoi(value) : 0;
}

/* A tracer and a changed priority cause no signal, so the server looks for them. */
static void look_for_tracer(struct server *k, struct canary *c, pid_t *tracer)
{
	*tracer = tracer_of(c->pid);
	if (*tracer && !c->traced)
		note(k->page, c, PE_FUZZ_PAGE_TRACE, 0, *tracer);
	c->traced |= *tracer != 0;
}

/* A canary has inherited the server's priority. */
static void look_at_priority(struct server *k, const struct canary *c)
{
	int nice_now = getpriority(PRIO_PROCESS, (id_t)c->pid);

	if (nice_now != getpriority(PRIO_PROCESS, 0))
		note(k->page, c, PE_FUZZ_PAGE_PRIORITY, nice_now, 0);
}

/* A canary cannot block SIGKILL and SIGSTOP; the server sees their effect. */
static void look_at(struct server *k, struct canary *c)
{
	int status;

	if (c->pid == 0 || waitpid(c->pid, &status, WNOHANG | WUNTRACED) != c->pid)
		return;
	if (WIFSTOPPED(status)) {
		found(k->page, c, WSTOPSIG(status), 0);
		return;
	}
	if (WIFSIGNALED(status))
		found(k->page, c, WTERMSIG(status), 0);
	atomic_store(&k->page->canary[c - k->canary], 0);
	c->pid = 0;
}

/* SIGNAL_END is dequeued after all signals that were sent before it (canary.4). */
static void end_canary(struct server *k, struct canary *c)
{
	pid_t tracer;

	look_at(k, c);
	if (c->pid == 0 || c->leaving)
		return;
	look_at_priority(k, c);
	look_for_tracer(k, c, &tracer);
	atomic_store(&k->page->canary[c - k->canary], 0);
	kill(c->pid, tracer ? SIGKILL : SIGNAL_END);
	kill(c->pid, SIGCONT);
	c->leaving = true;
	if (tracer)
		c->pid = 0; /* its tracer may delay the reap: do not wait for it */
}

/* If a signal killed the canary before it exited, its status names the signal. */
static void wait_for_end(struct server *k, struct canary *c)
{
	int status = 0;

	end_canary(k, c);
	if (c->pid && waitpid(c->pid, &status, 0) == c->pid && WIFSIGNALED(status))
		found(k->page, c, WTERMSIG(status), 0);
	c->pid = 0;
}

/* false: the pid is in use: a group or a session still has it, or another process was created
 * first */
static bool place_at(struct server *k, unsigned int at, pid_t pid, uint32_t release)
{
	struct canary *place = &k->canary[at];

	place->page = k->page;
	place->server = k->pid;
	place->release = release;
	place->releaser = k->page->by;
	place->traced = place->leaving = false;
	place->pid = pid;
	if (clone_canary(place) != pid) {
		place->pid = 0;
		return false;
	}
	setpgid(pid, pid); /* so signals to the process group @pid reach it as well */
	atomic_store(&k->page->release[at], release);
	k->page->releaser[at] = place->releaser;
	atomic_store(&k->page->canary[at], (uint32_t)pid);
	atomic_fetch_add(&k->page->reuses, 1);
	return true;
}

static bool place_canary(struct server *k, pid_t pid, uint32_t release)
{
	if (!place_at(k, k->next, pid, release))
		return false;
	k->next = (k->next + 1) % PE_FUZZ_PAGE_TURNING;
	return true;
}

static void place_earlier(struct server *k, pid_t pid)
{
	if (k->kept < PE_FUZZ_PAGE_STAYING &&
	    place_at(k, PE_FUZZ_PAGE_TURNING + k->kept, pid, PE_FUZZ_PAGE_RELEASE_EARLIER))
		k->kept++;
}

/* The program's own next child gets the pid. */
static void give_to_next_child(struct pe_fuzz_page *page, pid_t pid)
{
	if (pe_namespace_set_next(pid) == 0)
		atomic_fetch_add(&page->reuses, 1);
}

/* --- the canary server --- */

static void look_at_all(struct server *k)
{
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		look_at(k, &k->canary[i]);
}

static void end_all(struct server *k)
{
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		end_canary(k, &k->canary[i]);
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		wait_for_end(k, &k->canary[i]);
}

/* canary.3: the next place is free when it is needed, and the canary in it was asked to end some
 * requests before. */
static void make_room(struct server *k)
{
	wait_for_end(k, &k->canary[k->next]);
	end_canary(k, &k->canary[(k->next + LEAVING) % PE_FUZZ_PAGE_TURNING]);
}

static void look_for_tracers(struct server *k)
{
	pid_t tracer;

	for (unsigned int i = 0; i < PE_FUZZ_PAGE_CANARIES; i++)
		if (k->canary[i].pid)
			look_for_tracer(k, &k->canary[i], &tracer);
}

static void serve_release(struct server *k, pid_t pid)
{
	uint32_t release = k->page->offered++;
	uint64_t draw = pe_fuzz_page_draw(k->page->seed, release);

	if (k->page->policy == PE_FUZZ_PAGE_OWN)
		give_to_next_child(k->page, pid);
	else if (k->page->policy != PE_FUZZ_PAGE_LOTTERY || draw % 4 < 2)
		place_canary(k, pid, release);
	else if (draw % 4 == 2)
		give_to_next_child(k->page, pid);
}

/* fuzz_page.8: a pid that no process of the run has held yet is not reused. If the kernel reaps the
 * process, its pid is free a moment after no process has it. */
static void serve_use(struct server *k, pid_t pid)
{
	const struct timespec moment = { .tv_nsec = FREED_NS };
	bool placed = false;

	if (pid > pe_namespace_last())
		return;
	for (int i = 0; i < FREED_ROUNDS && !placed; i++) {
		if (i > 0)
			nanosleep(&moment, NULL);
		placed = place_canary(k, pid, PE_FUZZ_PAGE_RELEASE_UNSEEN);
	}
	if (placed)
		atomic_fetch_add(&k->page->releases, 1);
}

/* false: it was the request to stop */
static bool serve(struct server *k, uint32_t request)
{
	if (request == PE_FUZZ_PAGE_STOP)
		return false;
	if (request == PE_FUZZ_PAGE_LEAVE)
		end_all(k);
	else if (request == PE_FUZZ_PAGE_LOOK)
		look_for_tracers(k);
	else if (request & PE_FUZZ_PAGE_USE)
		serve_use(k, (pid_t)(request & PE_FUZZ_PAGE_PID));
	else if (request & PE_FUZZ_PAGE_EARLIER)
		place_earlier(k, (pid_t)(request & PE_FUZZ_PAGE_PID));
	else
		serve_release(k, (pid_t)request);
	return true;
}

_Noreturn void pe_canary_serve(struct pe_fuzz_page *page)
{
	static struct server k;
	uint32_t served = atomic_load(&page->served); /* by an earlier server */
	sigset_t all;

	k = (struct server){ .page = page, .pid = getpid() };
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, PE_CANARY_NAME); /* a canary inherits it, and so has it from the start */
	for (;;) {
		if (atomic_load(&page->asked) == served) {
			if (pe_fuzz_page_wait(&page->asked, served) == -ETIMEDOUT)
				look_at_all(&k);
			continue;
		}
		if (!serve(&k, atomic_load(&page->pid)))
			break;
		atomic_store(&page->served, ++served);
		pe_fuzz_page_wake(&page->served);
		make_room(&k);
	}
	end_all(&k);
	_exit(0);
}

int pe_canary_stop(struct pe_fuzz_page *page, pid_t server)
{
	int status;

	/* a process that holds the lock for a request has been killed, or is about to be */
	atomic_store(&page->lock, (uint32_t)getpid());
	atomic_store(&page->pid, PE_FUZZ_PAGE_STOP);
	atomic_fetch_add(&page->asked, 1);
	pe_fuzz_page_wake(&page->asked);
	return waitpid(server, &status, 0) == server && status == 0 ? 0 : -1;
}
