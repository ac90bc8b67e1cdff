// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A notice or an event that cannot be written does not end or stop the program, and goes nowhere
 * else. Standard error is a pipe without a reader, a terminal that stops its background processes,
 * or a deleted file whose inode the program's next file has got. The files are beyond the limit of
 * file sizes, a FIFO without a reader, a full one, or a symbolic link.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the subject: its state before it is preloaded --- */

static const char *folder;

static void path_of(char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
}

static void become(const char *library)
{
	setenv("LD_PRELOAD", library, 1);
	execl("/proc/self/exe", "subject", "serve", folder, (char *)NULL);
	_exit(98);
}

static void without_reader(const char *library)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0 || dup2(fd[1], 2) != 2)
		_exit(97);
	become(library);
}

/* Both files: the log of notices and the file of events. */
static void write_to(const char *name)
{
	char path[PATH_MAX];

	path_of(path, name);
	setenv("PIDEPOCH_LOG", path, 1);
	setenv("PIDEPOCH_EVENTS", path, 1);
	setenv("PIDEPOCH_STACKS", "on", 1); /* the modules are written, too */
}

static void beyond_the_limit(const char *library)
{
	const struct rlimit none = { 0, 0 };

	write_to("log");
	setrlimit(RLIMIT_FSIZE, &none);
	become(library);
}

static void fifo_without_reader(const char *library)
{
	char path[PATH_MAX];

	path_of(path, "fifo");
	mkfifo(path, 0600);
	write_to("fifo");
	become(library);
}

/* The reader exists, and does not read. */
static void full_fifo(const char *library)
{
	static const char much[4096];
	char path[PATH_MAX];
	int fd;

	path_of(path, "full");
	mkfifo(path, 0600);
	fd = open(path, O_RDWR | O_NONBLOCK);
	while (write(fd, much, sizeof(much)) > 0)
		;
	write_to("full");
	become(library);
}

static void link_to_a_file(const char *library)
{
	char target[PATH_MAX], path[PATH_MAX];

	path_of(target, "other");
	path_of(path, "link");
	if (symlink(target, path) != 0)
		_exit(97);
	write_to("link");
	become(library);
}

/* No other process has the file open: its inode is freed with the descriptor. */
static void deleted_file(const char *library)
{
	char path[PATH_MAX];

	path_of(path, "deleted");
	if (dup2(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), 2) != 2 || unlink(path) != 0)
		_exit(97);
	become(library);
}

/* A shell's part: its job runs in the background of a terminal with TOSTOP. */
static void background(const char *library)
{
	int master, slave, status;
	struct termios mode;
	pid_t job;

	if (openpty(&master, &slave, NULL, NULL, NULL) != 0 || setsid() < 0 ||
	    ioctl(slave, TIOCSCTTY, 0) != 0 || tcgetattr(slave, &mode) != 0)
		_exit(97);
	mode.c_lflag |= TOSTOP;
	tcsetattr(slave, TCSANOW, &mode);
	job = fork();
	if (job == 0) {
		setpgid(0, 0);
		dup2(slave, 2);
		close(slave);
		close(master);
		become(library);
	}
	close(0);
	close(1);
	if (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status))
		kill(job, SIGKILL);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 96);
}

static const struct scene {
	const char *name;
	void (*set)(const char *library);
} scenes[] = {
	{ "a pipe without a reader", without_reader },
	{ "files beyond the limit", beyond_the_limit },
	{ "a FIFO without a reader", fifo_without_reader },
	{ "a FIFO without room", full_fifo },
	{ "a symbolic link", link_to_a_file },
	{ "a deleted file", deleted_file },
	{ "a terminal's background", background },
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* --- the subject's actions --- */

static pid_t number;
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static pid_t reap_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

/* A file of its own, as descriptor 2: bytes of another writer in it. */
static long bytes_in_own_2(void)
{
	char path[PATH_MAX];
	struct stat st;

	close(2);
	path_of(path, "own");
	if (open(path, O_RDWR | O_CREAT | O_APPEND, 0600) != 2)
		return -1;
	kill(number, SIGUSR1);
	return fstat(2, &st) == 0 ? st.st_size : -2;
}

static bool pending(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGPIPE) || sigismember(&set, SIGXFSZ);
}

static bool blocked(void)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, SIGPIPE) || sigismember(&set, SIGXFSZ) ||
	       sigismember(&set, SIGTTOU);
}

static void hold_back(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static long answer(char what)
{
	switch (what) {
	case 'r':
		return number = reap_one();
	case 'b':
		return bytes_in_own_2();
	case 'c': /* from here on, these signals would be noticed */
		signal(SIGPIPE, on_signal);
		signal(SIGXFSZ, on_signal);
		signal(SIGTTOU, on_signal);
		return 0;
	case 's':
		return caught;
	case 'p': /* its own blocked signal stays pending */
		hold_back(SIGPIPE);
		raise(SIGPIPE);
		kill(number, SIGUSR1);
		return pending();
	case 'm':
		return blocked();
	default:
		return kill(number, SIGUSR1) == 0 ? 0 : errno;
	}
}

/* --- the scenario --- */

static void expect(const struct actor *a, char what, long wanted, const char *name)
{
	long got = actor_ask(a, what);

	if (got != wanted)
		actor_fail("%s, asked '%c': %ld in place of %ld", name, what, got, wanted);
}

static void run_scenario(const struct scene *scene)
{
	struct actor subject, unrelated;
	char own[PATH_MAX];
	const char *argv[] = { "/proc/self/exe", "set", folder, scene->name, NULL };

	path_of(own, "own");
	unlink(own); /* or the next would get no new inode */
	actor_start(&subject, argv, true, NULL);
	actor_start_unrelated(&unrelated, (pid_t)actor_ask(&subject, 'r'), NULL);
	expect(&subject, 'k', ESRCH, scene->name);
	expect(&subject, 'm', 0, scene->name);
	expect(&subject, 'c', 0, scene->name);
	expect(&subject, 'k', ESRCH, scene->name);
	expect(&subject, 's', 0, scene->name);
	expect(&subject, 'p', 1, scene->name);
	expect(&subject, 's', 0, scene->name);
	expect(&subject, 'b', 0, scene->name);
	if (actor_ask(&unrelated, ACTOR_SIGNALS) != 0)
		actor_fail("the unrelated process was hit");
	actor_end(&unrelated);
	if (actor_end(&subject) != 0)
		actor_fail("%s: the subject failed", scene->name);
	printf("ok   %s\n", scene->name);
}

int main(int argc, char **argv)
{
	char other[PATH_MAX];

	folder = argc > 2 ? argv[2] : getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	if (argc == 3) {
		actor_serve(answer);
		return 0;
	}
	for (size_t i = 0; argc > 3 && i < SCENES; i++)
		if (strcmp(scenes[i].name, argv[3]) == 0)
			scenes[i].set(getenv("PIDEPOCH_PRELOAD"));
	if (argc > 1)
		return 95;
	namespace_enter();
	for (size_t i = 0; i < SCENES; i++)
		run_scenario(&scenes[i]);
	path_of(other, "other");
	if (access(other, F_OK) == 0)
		actor_fail("the link was followed");
	return 0;
}
