/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "system.h"

#include <errno.h>
#include <pthread.h>

#include "real.h"

#define NOT_FOUND (127 << 8) /* the status of a shell that cannot be executed (POSIX) */

/* the dispositions before the first of the shells that run now */
static struct {
	pthread_mutex_t lock;
	unsigned int shells;
	struct sigaction interrupt, quit;
} held = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* one call */
struct shell {
	pid_t pid;
	sigset_t mask;	   /* the caller's */
	sigset_t defaults; /* the signals that the shell must not ignore */
};

static void begin(struct shell *s)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t child;

	sigemptyset(&s->defaults);
	pthread_mutex_lock(&held.lock);
	if (held.shells++ == 0) {
		sigaction(SIGINT, &ignore, &held.interrupt);
		sigaction(SIGQUIT, &ignore, &held.quit);
	}
	if (held.interrupt.sa_handler != SIG_IGN)
		sigaddset(&s->defaults, SIGINT);
	if (held.quit.sa_handler != SIG_IGN)
		sigaddset(&s->defaults, SIGQUIT);
	pthread_mutex_unlock(&held.lock);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &child, &s->mask);
}

static void end(const struct shell *s)
{
	pthread_mutex_lock(&held.lock);
	if (--held.shells == 0) {
		sigaction(SIGINT, &held.interrupt, NULL);
		sigaction(SIGQUIT, &held.quit, NULL);
	}
	pthread_mutex_unlock(&held.lock);
	pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
}

/* 0, or an errno */
static int start(struct shell *s, const char *command)
{
	char sh[] = "sh", c[] = "-c";
	char *const argv[] = { sh, c, (char *)(uintptr_t)command, NULL };
	posix_spawnattr_t how;
	int error;

	posix_spawnattr_init(&how);
	posix_spawnattr_setsigdefault(&how, &s->defaults);
	posix_spawnattr_setsigmask(&how, &s->mask);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(&s->pid, "/bin/sh", NULL, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	return error;
}

static int wait_for(pid_t pid)
{
	int status;
	pid_t n;

	do
		n = waitpid(pid, &status, 0);
	while (n == -1 && errno == EINTR);
	return n == pid ? status : -1;
}

/* A wait for any child may have reaped the shell. */
static bool is_child(pid_t pid)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void cancelled(void *shell)
{
	const struct shell *s = shell;
	int status;

	if (is_child(s->pid))
		kill(s->pid, SIGKILL);
	wait_for(s->pid);
	pe_preload_hidden_waited(s->pid, false, &status);
	end(s);
}

/* In a function of its own: a cancellation jumps back into it. */
static int wait_cancellably(struct shell *s)
{
	int status;

	pthread_cleanup_push(cancelled, s);
	status = wait_for(s->pid);
	pthread_cleanup_pop(0);
	return status;
}

int pe_system(const char *command)
{
	int before = errno, status = NOT_FOUND, error;
	struct shell s;

	begin(&s);
	error = start(&s, command);
	if (error == 0) {
		status = wait_cancellably(&s);
		error = status == -1 ? errno : 0;
		pe_preload_hidden_waited(s.pid, false, &status);
	}
	end(&s);
	errno = error ? error : before;
	return status;
}
