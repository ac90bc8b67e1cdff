// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/record/sink.h"
#include "core/record/tally.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "emulate/epochs.h"
#include "supervisor/calls/stack_waits.h"
#include "supervisor/end.h"
#include "supervisor/kernel/connector.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/kernel/notify_filter.h"
#include "supervisor/kernel/probe.h"
#include "supervisor/peer/memory.h"
#include "supervisor/peer/rights.h"
#include "supervisor/serve.h"
#include "supervisor/title.h"
#include "supervisor/worker/fork_events.h"
#include "supervisor/worker/pass.h"

#define DESCRIPTORS 1024
#define STACK	    (256u << 10)
#define STACK_LIMIT (2 * STACK) /* with what a caller has used before */
#define SOCKET	    3		/* the monitor's end, behind three times /dev/null */

/* --- the monitor --- */

static void pause_briefly(void)
{
	const struct timespec t = { .tv_nsec = 10000000 };

	nanosleep(&t, NULL);
}

/* monitor.4 */
static void let_held_go(const struct pe_worker *s)
{
	struct seccomp_notif *n =
		&s->table->held[atomic_load(&s->table->serving) % PE_CHILD_TABLE_HELD];

	if (n->id)
		pe_notify_let(s->listener, n->id);
	memset(n, 0, sizeof(*n));
}

static bool has_ended(const struct pe_worker *s)
{
	struct pollfd end = { .fd = s->listener };

	return poll(&end, 1, 0) == 1;
}

/* Wait until @worker or the last watched process has ended; then end the worker. */
static void watch_both(const struct pe_worker *s, pid_t worker)
{
	struct pollfd both[] = { { .fd = s->listener },
				 { .fd = pe_sys_pidfd_open(worker, 0), .events = POLLIN } };

	if (both[1].fd < 0)
		return; /* on newer kernels the worker sees the end itself */
	while (!both[0].revents && !both[1].revents)
		poll(both, 2, -1);
	if (both[0].revents) {
		pe_end_hold(s->run, s->program);
		kill(worker, SIGKILL);
	}
	close(both[1].fd);
}

/* Wait for the end of @worker. true: the last watched process has ended as well. */
static bool outlive(const struct pe_worker *s, pid_t worker)
{
	uint64_t served = atomic_load(&s->table->served);
	int status;

	watch_both(s, worker);
	while (waitpid(worker, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (has_ended(s) || (WIFEXITED(status) && WEXITSTATUS(status) == PE_SERVE_ENDED))
		return true;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		let_held_go(s);
	if (atomic_load(&s->table->served) == served)
		pause_briefly(); /* it served no call: no busy loop of new workers */
	return false;
}

static void be_worker(struct pe_worker *s)
{
	enum pe_serve_end end;

	s->ours[1] = getpid();
	pe_title_set("worker", s->run);
	pe_end_be_prompt(false);
	end = pe_serve_run(s);
	if (s->no_monitor && end == PE_SERVE_ENDED) {
		pe_end_hold(s->run, s->program);
		pe_fork_events_end(s);
	}
	if (end != PE_SERVE_ORPHANED)
		_exit((int)end);
}

/* The monitor's loop until the run ends. A worker whose monitor has died repeats it as the monitor
 * (monitor.3). */
static _Noreturn void run_monitor(struct pe_worker *s)
{
	pid_t worker;

	for (;;) {
		pe_title_set("monitor", s->run);
		s->ours[0] = getpid();
		pe_end_be_prompt(true);
		worker = fork();
		s->no_monitor = worker < 0;
		if (s->no_monitor)
			s->ours[0] = getppid();
		if (worker <= 0)
			be_worker(s); /* the monitor itself, if fork fails */
		else if (outlive(s, worker))
			break;
	}
	pe_fork_events_end(s);
	if (s->ended)
		s->ended();
	_exit(0);
}

/* Raise the descriptor limit inherited from the program to what the worker's cache needs, if this
 * is permitted. */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = DESCRIPTORS;
	if (limit.rlim_max < DESCRIPTORS) {
		const struct rlimit more = { DESCRIPTORS, DESCRIPTORS };

		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			return;
		limit.rlim_cur = limit.rlim_max;
	}
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Exempt the supervisor from the OOM killer: without it, the program's notified calls fail with
 * ENOSYS. (Needs CAP_SYS_RESOURCE.) */
static void avoid_oom_killer(void)
{
	int fd = pe_sys_open("self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	pe_sys_write(fd, "-1000", 5);
	pe_sys_close(fd);
}

/* monitor.2 */
static void leave_program(int socket)
{
	int null;
	sigset_t all;

	socket = fcntl(socket, F_DUPFD,
		       SOCKET); /* it may be one of 0 to 2, if the program lacks that */
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		if (null >= 0)
			dup2(null, fd);
		else
			close(fd);
	dup2(socket, SOCKET);
	syscall(SYS_close_range, SOCKET + 1, ~0u, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setpgid(0, 0);
}

/* /proc must be mounted, and be that of our own pid namespace. */
static int enter_proc(void)
{
	if (pe_identity_proc_is_ours() != 0 || chdir("/proc") < 0)
		return -ENOENT;
	return access("thread-self/children", R_OK) == 0 ? 0 : -ENOSYS;
}

/* 1: we may read the program's memory, where @plan is as well, and will always be allowed to: the
 * program cannot become another user's (core/token.h). */
static int can_read(pid_t program, const struct pe_monitor_plan *plan)
{
	struct pe_monitor_plan copy;
	struct pe_memory m;
	int r;

	if (pe_rights_may_hide(&(struct pe_peer){ .tid = program }) ||
	    pe_memory_open(&m, "", program) < 0)
		return false;
	r = pe_memory_read(&m, (uintptr_t)plan, &copy, sizeof(copy));
	pe_memory_close(&m);
	return r == 0;
}

struct birth {
	const struct pe_monitor_plan *plan;
	const struct pe_settings *set;
	pid_t program;
	bool adopts; /* the program adopts our orphans */
	int socket;
	int error; /* -errno of the clone, if there is no monitor */
};

/* monitor.6 */
static int prepare_title(struct pe_worker *s)
{
	const char **kept[] = { &s->set.log, &s->set.events, &s->set.summary, &s->trust };
	int r = 0;

	for (int i = 0; r == 0 && i < 4; i++)
		r = pe_title_keep(kept[i]);
	return r == 0 ? pe_title_prepare() : r;
}

/* Where notices, stale uses and judged calls are counted. */
static void keep_counts(struct pe_worker *s)
{
	if (s->table) {
		s->table->sink.of_many = true;
		s->table->policy = s->set.policy;
		s->set.sink = &s->table->sink;
	}
	if (s->set.summary)
		pe_tally_open(&s->set);
}

static _Noreturn void be_monitor(const struct birth *b)
{
	static struct pe_worker s;
	int r;

	s.set = *b->set;
	s.trust = b->plan->trust;
	s.fvrange = b->plan->fvrange;
	s.ended = b->plan->ended;
	s.set.fuzz = b->plan->fuzz;
	s.run = b->program;
	s.adopter = b->adopts ? b->program : 0;
	s.listener = -1;
	leave_program(b->socket);
	s.program = pe_sys_pidfd_open(b->program, 0);
	raise_limits();
	s.table = pe_child_table_map();
	keep_counts(&s);
	s.epochs = pe_epochs_map();
	if (pe_stack_is_wanted(&s))
		s.waits = pe_stack_waits_map();
	s.births = pe_probe_is_off(PE_PROBE_BIRTHS) ? -ENOSYS : pe_connector_open();
	r = enter_proc();
	if (r == 0)
		r = prepare_title(&s);
	if (r == 0)
		r = can_read(b->program, b->plan);
	avoid_oom_killer();
	if (pe_pass_send(SOCKET, s.table && s.epochs ? r : -ENOMEM, -1) < 0 ||
	    pe_pass_receive(SOCKET, &s.listener) < 0 || s.listener < 0)
		_exit(1);
	pe_notify_sync(s.listener); /* optional: only faster */
	pe_pass_send(SOCKET, 0, -1);
	close(SOCKET);
	run_monitor(&s);
}

/* --- the caller --- */

/* A child that sends no signal at its end, so that none stays pending for the program. */
static pid_t quiet_clone(void)
{
	return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/* Runs in the caller's memory, as after vfork: clone the monitor, with a copy of the memory, and
 * exit, so that the monitor is not a child of the program. */
static int clone_monitor(void *birth)
{
	struct birth *b = birth;
	pid_t monitor = quiet_clone();

	if (monitor == 0)
		be_monitor(b);
	if (monitor < 0)
		b->error = -errno;
	_exit(0);
}

static bool takes_orphans(void)
{
	int reaper = 0;

	prctl(PR_GET_CHILD_SUBREAPER, &reaper, 0, 0, 0);
	return reaper || getpid() == 1;
}

static int make_monitor(const struct pe_monitor_plan *plan, int socket)
{
	/* The monitor and its workers run on their copy of it. It is part of the caller's stack,
	 * where AddressSanitizer expects a stack. */
	_Alignas(16) char stack[STACK];
	bool direct = takes_orphans();
	struct pe_settings set = { .policy = plan->policy,
				   .stale_errno = plan->stale_errno,
				   .evidence = plan->evidence,
				   .run = plan->run,
				   .handles = plan->handles,
				   .log = plan->log,
				   .events = plan->events,
				   .summary = plan->summary,
				   .stacks = plan->stacks,
				   .share_waits = plan->share_waits,
				   .once = plan->once };
	struct birth birth = { plan, &set, getpid(), direct, socket, 0 };
	pid_t first;

	pe_sink_know_stderr(&set);
	first = direct ? quiet_clone()
		       : clone(clone_monitor, stack + sizeof(stack), CLONE_VM | CLONE_VFORK,
			       &birth);
	if (first < 0)
		return -errno;
	if (first == 0)
		be_monitor(&birth);
	if (!direct)
		while (waitpid(first, NULL, __WALL) < 0 && errno == EINTR)
			;
	return birth.error;
}

static bool wants_probes(const struct pe_monitor_plan *plan)
{
	return plan->fuzz && plan->fuzz->counted & UINT32_C(1) << PE_FUZZ_PAGE_PROBE;
}

/* Raise the limit of the stack, which make_monitor() needs. @before: the limit of the program. */
static int widen_stack(struct rlimit *before)
{
	struct rlimit wide;

	if (getrlimit(RLIMIT_STACK, before) < 0)
		return -errno;
	wide = *before;
	if (wide.rlim_cur < STACK_LIMIT)
		wide.rlim_cur = STACK_LIMIT;
	if (wide.rlim_max < STACK_LIMIT)
		wide.rlim_max = STACK_LIMIT;
	return setrlimit(RLIMIT_STACK, &wide) < 0 ? -ENOMEM : 0;
}

static int start_monitor(const struct pe_monitor_plan *plan, int socket)
{
	struct rlimit stack;
	int r = widen_stack(&stack);

	if (r < 0)
		return r;
	r = make_monitor(plan, socket);
	setrlimit(RLIMIT_STACK, &stack);
	return r;
}

/* Install the filter: from then on a supervisor must serve the listener. */
static int install_filter(const struct pe_monitor_plan *plan, int socket)
{
	struct sock_filter room[PE_NOTIFY_FILTER_LENGTH];
	struct sock_fprog filter;
	int listener, r;

	if (plan->plain && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = pe_notify_filter_make(room, &filter, wants_probes(plan), plan->share_waits);
	if (r < 0)
		return r;
	listener = pe_notify_install(&filter, true);
	if (listener < 0)
		return listener == -EINVAL ? -ENOSYS : listener;
	r = pe_pass_send(socket, 0, listener);
	close(listener);
	return r == 0 && pe_pass_receive(socket, NULL) == 0 ? 0 : -EPIPE;
}

int pe_monitor_start(const struct pe_monitor_plan *plan)
{
	int ends[2], r, reads = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	r = start_monitor(plan, ends[1]);
	close(ends[1]);
	if (r == 0)
		reads = r = pe_pass_receive(ends[0], NULL);
	if (r >= 0)
		r = install_filter(plan, ends[0]);
	close(ends[0]);
	return r < 0 ? r : reads;
}

bool pe_monitor_is_missing(void)
{
	return pe_sys6(SYS_pidfd_open, -1, 0, 0, 0, 0, 0) == -ENOSYS &&
	       pe_sys_pidfd_open(-1, 0) != -ENOSYS;
}
