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
#include <unistd.h>

#include "command/namespace.h"
#include "command/message.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

static const char *const files[] = { "page", "log", "events" };

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

/* In a session of its own, so that signals to its process group do not reach us. */
static _Noreturn void become(const struct pe_fuzz_run *run, char **command)
{
	setsid();
	if (!set_environment(run)) {
		ERROR(0, "out of memory");
		_exit(PE_EXIT_UNABLE);
	}
	execvp(command[0], command);
	ERROR(0, "%s: %s", command[0], strerror(errno));
	_exit(errno == ENOENT ? PE_EXIT_NOT_FOUND : PE_EXIT_NOT_RUN);
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
		else if (pid > 0 && !WIFSTOPPED(status))
			pe_fuzz_page_released(page, (uint32_t)pid);
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

static _Noreturn void be_init(struct pe_fuzz_run *run, char **command, int report, int watcher)
{
	pid_t server, pid;
	int status;

	if (pe_namespace_enter() < 0 || is_watcher_gone(watcher))
		_exit(PE_EXIT_UNABLE);
	server = start_server(run->page);
	pid = server < 0 ? -1 : fork();
	if (pid == 0)
		become(run, command);
	if (pid < 0) {
		ERROR(0, "fork: %s", strerror(errno));
		_exit(PE_EXIT_UNABLE);
	}
	status = wait_for(pid, &server, run->page);
	pe_canary_stop(run->page, server);
	_exit(write(report, &status, sizeof(status)) == sizeof(status) ? 0 : PE_EXIT_UNABLE);
}

static _Noreturn void be_watcher(struct pe_fuzz_run *run, char **command, int report, pid_t parent)
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
		be_init(run, command, report, here[0]);
	}
	if (init < 0 || write(report, &init, sizeof(init)) != sizeof(init) ||
	    write(here[1], "", 1) != 1 || waitpid(init, &status, 0) != init)
		_exit(PE_EXIT_UNABLE);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : PE_EXIT_UNABLE);
}

/* --- outside the namespace --- */

/* Wait, and tick each second. > 0: the process has ended; else its time is up, or a signal asked us
 * to end. */
static int wait_seconds(const struct pe_fuzz_run *run, int pidfd, unsigned int seconds)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	const struct timespec second = { .tv_sec = 1 };
	int n = 0;

	for (unsigned int i = 0; i < seconds && n == 0; i++) {
		do
			n = ppoll(&end, 1, &second, &mask_before);
		while (n < 0 && errno == EINTR && !caught);
		if (n == 0)
			run->tick(run->context);
	}
	return n;
}

/* The watcher's exit status; or -1: its time was up, and it has been killed. */
static int watch(const struct pe_fuzz_run *run, pid_t watcher, unsigned int seconds)
{
	int fd = (int)syscall(SYS_pidfd_open, watcher, 0);
	int status, n = fd < 0 ? 1 : wait_seconds(run, fd, seconds);

	if (n <= 0)
		kill(watcher, SIGKILL);
	if (fd >= 0)
		close(fd);
	waitpid(watcher, &status, 0);
	return n <= 0 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan, unsigned int number)
{
	int report[2], status;
	pid_t parent = getpid(), watcher, init;

	run->page = pe_canary_page(pe_fuzz_run_file(run, "page"), pe_fuzz_plan_policy(plan, number),
				   plan->heeded, pe_fuzz_page_draw(plan->seed, number));
	if (!run->page || pipe2(report, O_CLOEXEC) != 0)
		return ERROR(PE_EXIT_UNABLE, "%s: %s", run->folder, strerror(errno));
	run->status = -1;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	watcher = fork();
	if (watcher == 0) {
		close(report[0]);
		be_watcher(run, plan->command, report[1], parent);
	}
	close(report[1]);
	if (watcher < 0) {
		close(report[0]);
		return ERROR(PE_EXIT_UNABLE, "fork: %s", strerror(errno));
	}
	status = watch(run, watcher, plan->timeout);
	/* if the watcher was killed, its child is ours: pid 1 of the namespace, which ends after
	 * all other processes there have stopped writing files */
	if (read(report[0], &init, sizeof(init)) == sizeof(init) && status < 0)
		waitpid(init, NULL, 0);
	run->timed_out = status < 0;
	if (status == 0 && read(report[0], &run->status, sizeof(run->status)) < 0)
		run->status = -1;
	close(report[0]);
	if (caught)
		return 128 + caught;
	return status > 0 ? status : 0;
}
