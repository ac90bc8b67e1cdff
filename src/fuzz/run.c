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
static sigset_t mask_before; /* and of the command */

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
		/* of nohup: stays ignored */
		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
	}
	/* but for the moments of waiting, so that none is overlooked between a look and a wait */
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

/* In a session of its own: what it sends to its group is not for us. */
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

/* --- inside --- */

static pid_t start_keeper(struct pe_fuzz_page *page)
{
	pid_t server = fork();

	if (server == 0)
		pe_canary_serve(page);
	return server;
}

/* Everybody's reaper, and so the one who gives the numbers of orphans to unrelated processes, until
 * the command has ended. A command that stops or kills whom it can does so to the canary server,
 * too. */
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
			*server = start_keeper(page);
		else if (pid == command && !WIFSTOPPED(status))
			return status;
		else if (pid > 0 && !WIFSTOPPED(status))
			pe_fuzz_page_released(page, (uint32_t)pid);
	}
}

/* Once the watcher, who holds the other end, has said who this is: has it gone? Looked at when its
 * later end is heard of by a signal. */
static bool is_alone(int watcher)
{
	struct pollfd end = { .fd = watcher };
	char byte;

	return read(watcher, &byte, 1) != 1 || poll(&end, 1, 0) != 0;
}

static _Noreturn void be_init(struct pe_fuzz_run *run, char **command, int tell, int watcher)
{
	pid_t server, pid;
	int status;

	if (pe_namespace_enter() < 0 || is_alone(watcher))
		_exit(PE_EXIT_UNABLE);
	server = start_keeper(run->page);
	pid = server < 0 ? -1 : fork();
	if (pid == 0)
		become(run, command);
	if (pid < 0) {
		ERROR(0, "fork: %s", strerror(errno));
		_exit(PE_EXIT_UNABLE);
	}
	status = wait_for(pid, &server, run->page);
	pe_canary_stop(run->page, server);
	_exit(write(tell, &status, sizeof(status)) == sizeof(status) ? 0 : PE_EXIT_UNABLE);
}

static _Noreturn void be_watcher(struct pe_fuzz_run *run, char **command, int tell, pid_t above)
{
	int status, here[2];
	pid_t init;

	/* killing this one ends them all: whoever kills the one above need not know it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != above)
		_exit(PE_EXIT_UNABLE);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	status = pe_namespace_make("fuzz");
	if (status != 0)
		_exit(status);
	init = pipe2(here, O_CLOEXEC) != 0 ? -1 : fork();
	if (init == 0) {
		close(here[1]);
		be_init(run, command, tell, here[0]);
	}
	if (init < 0 || write(tell, &init, sizeof(init)) != sizeof(init) ||
	    write(here[1], "", 1) != 1 || waitpid(init, &status, 0) != init)
		_exit(PE_EXIT_UNABLE);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : PE_EXIT_UNABLE);
}

/* --- outside --- */

/* Second by second. > 0 it has ended, else its time is up or we are to end. */
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

/* The watcher's exit status; or -1 when its time is up, and it has been killed. */
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

int pe_fuzz_run(struct pe_fuzz_run *run, const struct pe_fuzz_plan *plan, unsigned int pid)
{
	int tell[2], status;
	pid_t above = getpid(), watcher, init;

	run->page = pe_canary_page(pe_fuzz_run_file(run, "page"), pe_fuzz_plan_policy(plan, pid),
				   plan->heeded, pe_fuzz_page_draw(plan->seed, pid));
	if (!run->page || pipe2(tell, O_CLOEXEC) != 0)
		return ERROR(PE_EXIT_UNABLE, "%s: %s", run->folder, strerror(errno));
	run->status = -1;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	watcher = fork();
	if (watcher == 0) {
		close(tell[0]);
		be_watcher(run, plan->command, tell[1], above);
	}
	close(tell[1]);
	if (watcher < 0) {
		close(tell[0]);
		return ERROR(PE_EXIT_UNABLE, "fork: %s", strerror(errno));
	}
	status = watch(run, watcher, plan->timeout);
	/* of a watcher that was killed, its child: process 1, which ends after everybody else in
	 * there (they write files) */
	if (read(tell[0], &init, sizeof(init)) == sizeof(init) && status < 0)
		waitpid(init, NULL, 0);
	run->timed_out = status < 0;
	if (status == 0 && read(tell[0], &run->status, sizeof(run->status)) < 0)
		run->status = -1;
	close(tell[0]);
	if (caught)
		return 128 + caught;
	return status > 0 ? status : 0;
}
