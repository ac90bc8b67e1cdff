// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "command/namespace.h"
#include "fuzz/folder.h"
#include "fuzz/start.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

#define OURS 200 /* pids of the supervisor's processes */

static const char *const files[] = { "page", "log", "events", "stdout" };

const char *pe_fuzz_run_file(const struct pe_fuzz_run *run, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", run->folder, name);
	return path;
}

void pe_fuzz_run_done(struct pe_fuzz_run *run)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(pe_fuzz_run_file(run, files[i]));
	if (run->page)
		munmap(run->page, sizeof(*run->page));
	run->page = NULL;
}

/* --- interrupted --- */

static const int ends[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE };

static volatile sig_atomic_t caught;
static sigset_t mask_before; /* the command gets it, too */

static void catch_end(int signal)
{
	caught = signal;
}

void pe_fuzz_run_catch(void)
{
	struct sigaction act = { .sa_handler = catch_end, .sa_flags = SA_RESTART }, old;
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaddset(&mask, ends[i]);
		/* an ignored signal stays ignored, as under nohup */
		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
	}
	/* if it is ignored, there are no children to wait for, here and in the command */
	signal(SIGCHLD, SIG_DFL);
	/* unblocked only while waiting, so that none is missed between a check and a wait */
	sigprocmask(SIG_BLOCK, &mask, &mask_before);
}

void pe_fuzz_run_pass_on(void)
{
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	if (!caught)
		return;
	signal(caught, SIG_DFL);
	raise(caught);
}

/* --- the command --- */

static bool set_environment(const struct pe_fuzz_run *run)
{
	const char *old = getenv("LD_PRELOAD");
	char *list;

	if (asprintf(&list, "%s%s%s", run->library, old && *old ? ":" : "", old ? old : "") < 0)
		return false;
	return setenv("LD_PRELOAD", list, 1) == 0 &&
	       setenv("PIDEPOCH_FUZZ", pe_fuzz_run_file(run, "page"), 1) == 0 &&
	       setenv("PIDEPOCH_LOG", pe_fuzz_run_file(run, "log"), 1) == 0 &&
	       setenv("PIDEPOCH_EVENTS", pe_fuzz_run_file(run, "events"), 1) == 0 &&
	       setenv("PIDEPOCH_ON_STALE", "report", 1) == 0 &&
	       setenv("PIDEPOCH_STACKS", "on", 1) == 0 && unsetenv("PIDEPOCH_TRUST") == 0;
}

static bool redirect_output(const struct pe_fuzz_run *run)
{
	int fd = open(pe_fuzz_run_file(run, "stdout"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		      0600);

	return fd >= 0 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO;
}

/* Each run reads the same input, if it is a file. */
static void rewind_input(void)
{
	static off_t start = -1;
	off_t now = lseek(STDIN_FILENO, 0, SEEK_CUR);

	if (start < 0)
		start = now;
	else if (now >= 0)
		lseek(STDIN_FILENO, start, SEEK_SET);
}

/* The pids of our processes are below those of the command. */
static void supervise(const struct pe_fuzz_run *run)
{
	if (!run->supervise)
		return;
	pe_namespace_set_next(OURS);
	run->supervise(run->page);
}

/* In a session of its own, so that signals to its process group do not reach us. */
static _Noreturn void become(const struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how)
{
	setsid();
	if (!set_environment(run) || (how->keeps_output && !redirect_output(run))) {
		ERROR(0, "cannot prepare the start of the command: %s", strerror(errno));
		_exit(PE_EXIT_UNABLE);
	}
	supervise(run);
	pe_namespace_set_next(how->last > how->pid ? how->last + 1 : how->pid + 1);
	if (!how->control)
		pe_fuzz_start_apply(how->policy->start);
	execvp(how->command[0], how->command);
	atomic_store(&run->page->unstarted, (uint32_t)errno);
	_exit(PE_EXIT_NOT_RUN);
}

/* --- inside the namespace --- */

static pid_t start_server(struct pe_fuzz_page *page)
{
	pid_t server = fork();

	if (server == 0)
		pe_canary_serve(page);
	return server;
}

/* Until the command has ended, reap the orphans of the namespace and have canaries placed at their
 * pids. The command may stop or kill every process of the namespace; so continue the canary server
 * if it is stopped, and start a new one if it ends. */
static int wait_for(pid_t command, pid_t *server, struct pe_fuzz_page *page)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, WUNTRACED);

		if (pid < 0 && errno != EINTR)
			return -1;
		if (pid > 0 && pid == *server && WIFSTOPPED(status))
			kill(*server, SIGCONT);
		else if (pid > 0 && pid == *server)
			*server = start_server(page);
		else if (pid == command && !WIFSTOPPED(status))
			return status;
		else if (pid > 0 && !WIFSTOPPED(status) && (uint32_t)pid >= page->first)
			pe_fuzz_page_released(page, (uint32_t)pid, NULL);
	}
}

/* The watcher holds the other end of the pipe and writes a byte once it has reported the pid of
 * this process. Has the watcher ended since? A later end sends PR_SET_PDEATHSIG's signal. */
static bool is_watcher_gone(int watcher)
{
	struct pollfd end = { .fd = watcher };
	char byte;

	return read(watcher, &byte, 1) != 1 || poll(&end, 1, 0) != 0;
}

/* Other processes get the first pids of the earlier life. */
static void occupy(struct pe_fuzz_page *page, const struct pe_fuzz_run_how *how)
{
	if (how->control)
		return;
	for (pid_t pid = how->first;
	     pid <= how->last && pid < how->first + (pid_t)PE_FUZZ_PAGE_STAYING; pid++)
		if (pid != how->pid)
			pe_fuzz_page_occupy(page, (uint32_t)pid);
}

static pid_t start_command(struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how)
{
	pid_t pid;

	if (pe_namespace_set_next(how->pid) == 0)
		run->page->first = (uint32_t)how->pid;
	pid = fork();
	if (pid == 0)
		become(run, how);
	return pid;
}

static _Noreturn void be_init(struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how,
			      int report, int watcher)
{
	pid_t server, pid = -1;
	int status;

	if (pe_namespace_enter() < 0 || is_watcher_gone(watcher))
		_exit(PE_EXIT_UNABLE);
	if (*run->files && pe_fuzz_folder_enter(run->files, run->folder) < 0)
		_exit(PE_EXIT_UNABLE);
	server = start_server(run->page);
	if (server > 0) {
		occupy(run->page, how);
		pid = start_command(run, how);
	}
	if (pid < 0) {
		ERROR(0, "fork: %s", strerror(errno));
		_exit(PE_EXIT_UNABLE);
	}
	status = wait_for(pid, &server, run->page);
	run->page->last = (uint32_t)pe_namespace_last();
	pe_canary_stop(run->page, server);
	_exit(write(report, &status, sizeof(status)) == sizeof(status) ? 0 : PE_EXIT_UNABLE);
}

static _Noreturn void be_watcher(struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how,
				 int report, pid_t parent)
{
	int status, here[2];
	pid_t init;

	/* if the parent is killed, this process and the namespace end as well */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(PE_EXIT_UNABLE);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	status = pe_namespace_make("fuzz");
	if (status != 0)
		_exit(status);
	init = pipe2(here, O_CLOEXEC) != 0 ? -1 : fork();
	if (init == 0) {
		close(here[1]);
		be_init(run, how, report, here[0]);
	}
	if (init < 0 || write(report, &init, sizeof(init)) != sizeof(init) ||
	    write(here[1], "", 1) != 1 || waitpid(init, &status, 0) != init)
		_exit(PE_EXIT_UNABLE);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : PE_EXIT_UNABLE);
}

/* --- outside the namespace --- */

uint64_t pe_fuzz_run_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Wait, and tick each second. > 0: the process has ended; else its time is up, or a signal asked us
 * to end. */
static int wait_ms(const struct pe_fuzz_run *run, int pidfd, uint64_t limit)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	int n = 0;

	for (uint64_t passed = 0; passed < limit && n == 0; passed += 1000) {
		uint64_t left = limit - passed < 1000 ? limit - passed : 1000;
		const struct timespec t = { .tv_sec = (time_t)(left / 1000),
					    .tv_nsec = (long)(left % 1000) * 1000000 };

		do
			n = ppoll(&end, 1, &t, &mask_before);
		while (n < 0 && errno == EINTR && !caught);
		if (n == 0)
			run->tick(run->context);
	}
	return n;
}

/* The watcher's exit status; or -1: its time was up, and it has been killed. */
static int watch(const struct pe_fuzz_run *run, pid_t watcher, uint64_t limit)
{
	int fd = (int)syscall(SYS_pidfd_open, watcher, 0);
	int status, n = fd < 0 ? 1 : wait_ms(run, fd, limit);

	if (n <= 0)
		kill(watcher, SIGKILL);
	if (fd >= 0)
		close(fd);
	waitpid(watcher, &status, 0);
	return n <= 0 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_run_how *how)
{
	int report[2], status;
	pid_t parent = getpid(), watcher, init;
	uint64_t start = pe_fuzz_run_now_ms();

	run->page = pe_canary_page(pe_fuzz_run_file(run, "page"), how->policy->page, how->counted,
				   how->seed);
	if (!run->page || pipe2(report, O_CLOEXEC) != 0)
		return ERROR(PE_EXIT_UNABLE, "%s: %s", run->folder, strerror(errno));
	run->page->control = how->control;
	run->status = -1;
	rewind_input();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	watcher = fork();
	if (watcher == 0) {
		close(report[0]);
		be_watcher(run, how, report[1], parent);
	}
	close(report[1]);
	if (watcher < 0) {
		close(report[0]);
		return ERROR(PE_EXIT_UNABLE, "fork: %s", strerror(errno));
	}
	status = watch(run, watcher, how->limit_ms);
	/* if the watcher was killed, its child is ours: pid 1 of the namespace, which ends after
	 * all other processes there have stopped writing files */
	if (read(report[0], &init, sizeof(init)) == sizeof(init) && status < 0)
		waitpid(init, NULL, 0);
	run->timed_out = status < 0;
	run->ms = pe_fuzz_run_now_ms() - start;
	if (status == 0 && read(report[0], &run->status, sizeof(run->status)) < 0)
		run->status = -1;
	close(report[0]);
	if (caught)
		return 128 + caught;
	return status > 0 ? status : 0;
}
