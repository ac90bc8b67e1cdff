/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reference from a pid and the file or the moment that it was learned from means the process that
 * had the pid then; a process that was born later is refused.
 */
#include "api.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static char path[512];

static struct timespec now(void)
{
	struct timespec at;

	MUST(clock_gettime(CLOCK_BOOTTIME, &at) == 0);
	return at;
}

/* From now on, births are later by more than the tolerance. */
static void let_time_pass(void)
{
	const struct timespec more = { 0, 60000000 };

	clock_nanosleep(CLOCK_BOOTTIME, 0, &more, NULL);
}

static int written(void)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, "1\n", 2) == 2);
	return fd;
}

/* a process that is no child of this one, and ends with it */
static pid_t start_other(void)
{
	int say[2];
	pid_t middle, pid = 0;

	MUST(pipe(say) == 0);
	middle = fork();
	if (middle == 0) {
		pid = fork();
		if (pid == 0) {
			alarm(60);
			for (;;)
				pause();
		}
		_exit(write(say[1], &pid, sizeof(pid)) != sizeof(pid));
	}
	MUST(read(say[0], &pid, sizeof(pid)) == sizeof(pid));
	MUST(waitpid(middle, NULL, 0) == middle);
	close(say[0]);
	close(say[1]);
	return pid;
}

static int since(pid_t pid, const struct timespec *moment)
{
	struct pidepoch_ref ref;

	if (pidepoch_ref_since(pid, moment, &ref) != 0)
		return errno;
	MUST(ref.pid == pid && pidepoch_kill(ref.pid, ref.epoch, 0) == 0);
	return 0;
}

static int from(pid_t pid, int fd)
{
	struct pidepoch_ref ref;

	if (pidepoch_ref_from(pid, fd, &ref) != 0)
		return errno;
	MUST(ref.pid == pid && pidepoch_kill(ref.pid, ref.epoch, 0) == 0);
	return 0;
}

static void judged(pid_t (*start)(void))
{
	struct timespec early = now(), late;
	int old = written(), kept = old, anew, proc = open("/proc/self/stat", O_RDONLY);
	struct stat st;
	pid_t pid;

	MUST(proc >= 0 && fstat(proc, &st) == 0);
	let_time_pass();
	pid = start();
	let_time_pass();
	late = now();
	MUST(since(pid, &early) == EEPOCH);
	MUST(since(pid, &late) == 0);
	MUST(from(pid, old) == EEPOCH);
	MUST(from(pid, proc) == EOPNOTSUPP); /* its stamp is no clock's that is known */
	anew = written();
	MUST(from(pid, anew) == 0);
	/* as cp -p and tar set it: the ctime counts */
	MUST(futimens(anew, (const struct timespec[]){ { 1, 0 }, { 1, 0 } }) == 0);
	MUST(from(pid, kept) == 0 && from(pid, anew) == 0);
	kill(pid, SIGKILL);
	close(anew);
	close(proc);
	close(old);
}

static void gone(void)
{
	struct timespec late;
	int fd = written();
	pid_t pid = api_child();

	api_end(pid);
	late = now();
	MUST(since(pid, &late) != 0 && (errno == ESRCH || errno == EEPOCH));
	MUST(from(pid, fd) != 0 && (errno == ESRCH || errno == EEPOCH));
	close(fd);
}

static void no_evidence(void)
{
	static const pid_t wrong[] = { 0, -1, -2147483647 - 1, 4194304, 2147483647 };
	const struct timespec late = now();
	const struct timespec times[] = {
		{ -1, 0 }, { 0, -1 }, { 0, 1000000000 }, { INT64_MAX, 0 }, { INT64_MIN, 0 }
	};
	int fd = written(), pipes[2], folder = open("/", O_RDONLY | O_DIRECTORY);
	struct pidepoch_ref ref = { -7, 7 };

	MUST(pipe(pipes) == 0 && folder >= 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		MUST(since(wrong[i], &late) == EINVAL && from(wrong[i], fd) == EINVAL);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		MUST(since(getpid(), &times[i]) == EINVAL);
	MUST(since(getpid(), NULL) == EFAULT && since(getpid(), api_bad_pointer()) == EFAULT);
	MUST(from(getpid(), -1) == EBADF && from(getpid(), 1000000) == EBADF);
	MUST(from(getpid(), pipes[0]) == EINVAL && from(getpid(), folder) == EINVAL);
	MUST(pidepoch_ref_from(0, fd, &ref) == -1 && ref.pid == -7 && ref.epoch == 7);
	close(pipes[0]);
	close(pipes[1]);
	close(folder);
	close(fd);
}

/* What is in the file does not matter, only when it was changed: it may be garbage, large, removed,
 * replaced, or not readable by this process. */
static void bad_files(void)
{
	int fd = written(), other, unread;

	MUST(write(fd, "\377garbage 307 309 99999999999999", 31) == 31);
	MUST(from(getpid(), fd) == 0);
	MUST(ftruncate(fd, 10 << 20) == 0 && from(getpid(), fd) == 0);
	MUST(chmod(path, 0) == 0);
	unread = open(path, O_PATH | O_CLOEXEC);
	MUST(unread >= 0 && from(getpid(), unread) == 0);
	MUST(unlink(path) == 0 && from(getpid(), fd) == 0);
	other = written();
	MUST(from(getpid(), fd) == 0 && from(getpid(), other) == 0);
	MUST(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	close(other);
	other = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	MUST(other >= 0 && from(getpid(), other) == EINVAL);
	MUST(unlink(path) == 0 && symlink(path, path) == 0);
	close(other);
	other = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	MUST(other >= 0 && from(getpid(), other) == EINVAL);
	MUST(unlink(path) == 0);
	close(other);
	close(unread);
	close(fd);
}

static void run_scenario(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/since.%d", base ? base : "/tmp", (int)getpid());
	judged(api_child);
	judged(start_other);
	gone();
	no_evidence();
	unlink(path);
	bad_files();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
