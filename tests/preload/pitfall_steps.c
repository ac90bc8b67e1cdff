// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A handler that reaps and signals the same children may interrupt kill(), waitpid() and fork() at
 * any instruction: each child is reaped once and with its status, no call on a live child is
 * refused, and no signal reaches an unrelated process that got a pid meanwhile.
 *
 *   subject   SIGSTOP ── the call, step by step ── SIGUSR1 ── handler ── the rest ── SIGSTOP
 *   tracer   └ begin                              └ after n steps                   └ end
 *
 * Each call is repeated, and the signal comes some instructions later each time: at each
 * instruction if the call is short; else at each k-th, with another first one for each setting, so
 * that a call takes a hundred thousand steps, and the whole test 20 seconds. (A restartable
 * sequence is aborted by a step: inside it, test_gate.c sends the signal.)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/attack.h"
#include "../support/namespace.h"

#define TIMEOUT 120	/* seconds without an end */
#define HIT	SIGUSR2 /* the signals that an unrelated process must not get */
#define NOTHING SIGURG

/* --- the subject's children --- */

enum { X, Y, LIVE, NEWBORN, CHILDREN };

static struct child {
	pid_t pid;
	int code;
	int reaped; /* how often */
} child[CHILDREN];

static const struct act {
	const char *name;
	void (*go)(void);
	bool x, y, live;
	bool takes_over; /* the handler gives X's pid to an unrelated process */
} * act;

static volatile sig_atomic_t handled;
static long result;
static int error, status;

static _Noreturn void raw_exit(int code)
{
	for (;;)
		attack_raw(SYS_exit_group, code, 0, 0, 0, 0);
}

static void until_ended(int idtype, pid_t pid)
{
	siginfo_t info;

	attack_raw(SYS_waitid, idtype, pid, (long)&info, WEXITED | WNOWAIT, 0);
}

static void spawn(int at)
{
	struct child *c = &child[at];

	*c = (struct child){ .code = 10 + at, .pid = fork() };
	if (c->pid == 0) {
		while (at == LIVE)
			attack_raw(SYS_rt_sigsuspend, 0, 0, 0, 0, 0);
		raw_exit(c->code);
	}
	if (c->pid < 0)
		attack_fail("fork: %m");
	if (at != LIVE)
		until_ended(P_PID, c->pid);
}

static void note(pid_t pid, int ended_as)
{
	struct child *c = child;

	while (c < child + NEWBORN && c->pid != pid)
		c++;
	if (c == &child[NEWBORN] && c->reaped == 0) /* its fork may not have returned yet */
		*c = (struct child){ .pid = pid, .code = 10 + NEWBORN };
	if (c->pid != pid)
		attack_fail("%s: %d was reaped, which is no child", act->name, pid);
	if (++c->reaped != 1)
		attack_fail("%s: child %d was reaped twice", act->name, (int)(c - child));
	if (ended_as != c->code << 8)
		attack_fail("%s: child %d ended as %#x", act->name, (int)(c - child),
			    (unsigned int)ended_as);
}

static void reap_all(void)
{
	int ended_as;
	pid_t pid;

	while ((pid = waitpid(-1, &ended_as, WNOHANG)) > 0)
		note(pid, ended_as);
	if (pid < 0 && errno != ECHILD)
		attack_fail("%s: waitpid: %m", act->name);
}

/* Asked of the kernel: the interrupted call may have reaped it, and not returned yet. */
static bool is_there(pid_t pid)
{
	siginfo_t info;

	return attack_raw(SYS_waitid, P_PID, pid, (long)&info, WEXITED | WNOHANG | WNOWAIT, 0) == 0;
}

/* A living child is found; a reaped one is not, because its pid is free. */
static void signal_all(void)
{
	for (struct child *c = child; c < child + CHILDREN; c++) {
		bool there;

		if (c->pid <= 0 || (act->takes_over && c == &child[X]))
			continue;
		there = is_there(c->pid);
		if (there && c->reaped)
			attack_fail("%s: child %d was reaped, and is there", act->name,
				    (int)(c - child));
		if (kill(c->pid, NOTHING) != (there ? 0 : -1) || (!there && errno != ESRCH))
			attack_fail("%s: a signal to child %d, which is %s: %m", act->name,
				    (int)(c - child), there ? "there" : "not");
	}
}

/* --- the handler --- */

/* A sibling of the subject holds X's pid: signals sent to it stay pending. */
static void let_an_unrelated_come(void)
{
	pid_t number = child[X].pid;
	struct clone_args how = {
		.flags = CLONE_PARENT,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	uint64_t all = UINT64_MAX, before;

	attack_raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, sizeof(all), 0);
	number = (pid_t)attack_raw(SYS_clone3, (long)&how, sizeof(how), 0, 0, 0);
	while (number == 0)
		attack_raw(SYS_rt_sigsuspend, (long)&all, sizeof(all), 0, 0, 0);
	attack_raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(all), 0);
	if (number != child[X].pid)
		attack_fail("%s: the pid cannot be taken: %d", act->name, number);
}

static void on_signal(int sig)
{
	int saved = errno;

	(void)sig;
	signal_all();
	reap_all();
	if (!act->live) { /* a child of a fork that has not returned ends soon */
		until_ended(P_ALL, 0);
		reap_all();
	}
	if (act->takes_over && child[X].reaped)
		let_an_unrelated_come();
	signal_all();
	handled = 1;
	errno = saved;
}

/* --- the calls, and their possible results --- */

static void expect(bool met, const char *what)
{
	if (!met)
		attack_fail("%s: %s: result %ld, errno %d, status %#x, handled %d", act->name, what,
			    result, error, (unsigned int)status, (int)handled);
}

static void kill_live(void)
{
	result = kill(child[LIVE].pid, 0);
}

static void kill_ended(void)
{
	result = kill(child[X].pid, HIT);
}

static void wait_one(void)
{
	result = waitpid(child[X].pid, &status, 0);
}

static void wait_any(void)
{
	result = waitpid(-1, &status, 0);
}

static void wait_any_now(void)
{
	result = waitpid(-1, &status, WNOHANG);
}

static void spawn_another(void)
{
	result = fork();
	if (result == 0)
		raw_exit(10 + NEWBORN);
}

static const struct act acts[] = {
	{ "kill", kill_live, .y = true, .live = true },
	{ "kill, whose pid is reused", kill_ended, .x = true, .y = true, .takes_over = true },
	{ "waitpid for one", wait_one, .x = true, .y = true },
	{ "waitpid for any", wait_any, .x = true, .y = true },
	{ "waitpid for any, WNOHANG", wait_any_now, .x = true, .live = true },
	{ "fork", spawn_another, .y = true },
};

static void judge(void)
{
	if (result >= 0)
		expect(error == 77, "errno was touched");
	if (act->go == kill_live)
		expect(result == 0, "a live child was not found");
	else if (act->go == kill_ended)
		expect(result == 0 || (handled && error == ESRCH), "wrongly refused");
	else if (act->go == spawn_another)
		expect(result > 0, "no fork");
	else
		expect(result > 0 || (handled && (result == 0 || error == ECHILD)), "no child");
	if (result > 0 && act->go != spawn_another)
		note((pid_t)result, status);
	if (act->go == spawn_another && child[NEWBORN].reaped == 0) {
		child[NEWBORN] = (struct child){ .pid = (pid_t)result, .code = 10 + NEWBORN };
		signal_all();
		until_ended(P_PID, (pid_t)result);
	}
	if (act->go == spawn_another)
		expect(child[NEWBORN].pid == result, "another was born");
	reap_all();
	for (int i = 0; i < CHILDREN; i++)
		expect(child[i].pid == 0 || i == LIVE || child[i].reaped == 1,
		       "one was not reaped");
	signal_all();
}

static void mark(void)
{
	attack_raw(SYS_kill, getpid(), SIGSTOP, 0, 0, 0);
}

static void run_scenario(void)
{
	handled = 0;
	status = 0;
	child[X] = child[Y] = child[NEWBORN] = (struct child){ .pid = 0 };
	if (act->x)
		spawn(X);
	if (act->y)
		spawn(Y);
	errno = 77;
	mark();
	act->go();
	error = errno;
	mark();
	judge();
}

static _Noreturn void be_subject(void)
{
	const struct sigaction how = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigset_t set;

	sigaction(SIGUSR1, &how, NULL);
	/* while it is blocked it waits, and the tracer is not stopped for it */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (act->live)
		spawn(LIVE);
	for (;;)
		run_scenario();
}

/* --- the tracer --- */

static const char *setting;
static long at_step;

static void hang(int sig)
{
	(void)sig;
	attack_fail("%s, without '%s': no end, with the signal after %ld steps", act->name, setting,
		    at_step);
}

/* Go on to the next stop, and return its signal. */
static int go(enum __ptrace_request how, pid_t subject, int sig)
{
	int seen;

	if (ptrace(how, subject, NULL, (void *)(intptr_t)sig) != 0 ||
	    waitpid(subject, &seen, __WALL) != subject)
		attack_fail("ptrace: %m");
	if (!WIFSTOPPED(seen))
		attack_fail(
			"%s, without '%s': the subject ended (%#x), with the signal after %ld steps",
			act->name, setting, (unsigned int)seen, at_step);
	return WSTOPSIG(seen);
}

/* To the next mark; a signal that was blocked is delivered on the way. */
static void go_to_mark(pid_t subject, int sig)
{
	while ((sig = go(PTRACE_CONT, subject, sig)) != SIGSTOP)
		if (sig != SIGUSR1)
			attack_fail("%s: signal %d", act->name, sig);
}

static bool step(pid_t subject)
{
	int sig = go(PTRACE_SINGLESTEP, subject, 0);

	if (sig != SIGTRAP && sig != SIGSTOP)
		attack_fail("%s: signal %d at a step", act->name, sig);
	return sig == SIGTRAP;
}

/* The unrelated processes are the tracer's own children. */
static int dismiss_unrelated(pid_t subject)
{
	char path[32], text[4096];
	unsigned long long pending = 0;
	siginfo_t info = { .si_pid = 0 };
	int n = 0;

	for (FILE *f = fopen("/proc/self/task/1/children", "r"); f; f = NULL) {
		for (int pid; fscanf(f, "%d", &pid) == 1;) {
			FILE *of;

			if (pid == subject)
				continue;
			snprintf(path, sizeof(path), "/proc/%d/status", pid);
			of = fopen(path, "r");
			while (of && fgets(text, sizeof(text), of))
				if (sscanf(text, "ShdPnd: %llx", &pending) == 1)
					break;
			if (of)
				fclose(of);
			if (!of || pending & 1ull << (HIT - 1))
				attack_fail("%s, without '%s': an unrelated process was hit "
					    "(signal after %ld steps)",
					    act->name, setting, at_step);
			kill(pid, SIGKILL);
			waitid(P_PID, (id_t)pid, &info, WEXITED | __WALL);
			n++;
		}
		fclose(f);
	}
	return n;
}

static pid_t start(int which)
{
	char number[16];
	pid_t pid;

	snprintf(number, sizeof(number), "%d", which);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setenv("LD_PRELOAD", getenv("PIDEPOCH_PRELOAD"), 1);
		setenv("PIDEPOCH_FORCE_OLD", setting, 1);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		execl("/proc/self/exe", "pitfall_steps", number, NULL);
		_exit(127);
	}
	if (waitpid(pid, NULL, 0) != pid)
		attack_fail("no subject: %m");
	go_to_mark(pid, 0);
	return pid;
}

/* From mark to mark without a signal. */
static long length(pid_t subject)
{
	long n = 0;

	at_step = -1;
	while (step(subject))
		n++;
	go_to_mark(subject, 0);
	return n;
}

/* The call again, with the signal after @at_step steps. */
static int once(pid_t subject)
{
	int unrelated;

	for (long i = 0; i < at_step; i++)
		if (!step(subject)) {
			go_to_mark(subject, 0);
			return 0;
		}
	go_to_mark(subject, SIGUSR1);
	unrelated = dismiss_unrelated(subject);
	go_to_mark(subject, 0);
	return unrelated;
}

static void step_through(int which, int offset, long budget)
{
	pid_t subject;
	long steps, every, unrelated = 0, n = 0;

	act = &acts[which];
	alarm(TIMEOUT);
	subject = start(which);
	length(subject); /* the first time more is done */
	steps = length(subject);
	every = 1 + steps * steps / 2 / budget;
	for (at_step = offset % every; at_step < steps; at_step += every, n++)
		unrelated += once(subject);
	printf("%s, without '%s': %ld instructions, a signal at %ld of them, %ld unrelated processes\n",
	       act->name, setting, steps, n, unrelated);
	if (act->takes_over && unrelated < n / 4)
		attack_fail("too few unrelated processes");
	kill(subject, SIGKILL);
	waitpid(subject, NULL, 0);
	dismiss_unrelated(0); /* its children are ours now as well */
}

/* Both on one processor: this makes a step quick. */
static void share_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	static const char *const old[] = { "", "rseq", "rseq,inode,wipe,pidfd" };
	const int settings = getenv("PIDEPOCH_QUICK") ? 1 : 3;

	if (argc > 1) {
		act = &acts[atoi(argv[1])];
		be_subject();
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	signal(SIGALRM, hang); /* pid 1 is not ended by one */
	share_processor();
	for (int i = 0; i < settings; i++) {
		setting = old[i];
		for (int j = 0; j < (int)(sizeof(acts) / sizeof(acts[0])); j++)
			step_through(j, 7 * i + j, i == 0 ? 70000 : 25000);
	}
	return 0;
}
