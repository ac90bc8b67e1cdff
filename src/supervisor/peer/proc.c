// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/sys.h"
#include "core/text.h"
#include "supervisor/kernel/probe.h"

/* linux/pidfd.h: the first version, and the fields that are always valid */
struct info {
	uint64_t mask, cgroup;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid, exit_code;
};

_Static_assert(sizeof(struct info) == 64, "as the kernel has it");

#define PIDFD_GET_INFO	 _IOWR(0xff, 11, struct info)
#define PIDFD_INFO_PID	 1u
#define PIDFD_INFO_CREDS 2u
#define PIDFD_INFO_EXIT	 8u

int pe_proc_open(int flags, const char *format, ...)
{
	char path[64];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return pe_sys_open(path, flags | O_CLOEXEC | O_NOCTTY);
}

ssize_t pe_proc_slurp(int fd, char *text, size_t size)
{
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, size - 1);
	n = n < 0 ? -errno : n;
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n == 0 ? -ESRCH : n;
}

int pe_proc_status_read(int pid, const char *name, char *value, size_t size)
{
	const char *at;
	char text[4096];
	ssize_t n = pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/status", pid), text, sizeof(text));

	if (n < 0)
		return (int)n;
	/* The first line has the process's name, which may be any text without a newline. */
	at = pe_text_field(text, name);
	if (!at)
		return -EINVAL;
	snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
	return 0;
}

bool pe_proc_status(int pid, const char *name, char *value, size_t size)
{
	return pe_proc_status_read(pid, name, value, size) == 0;
}

long pe_proc_status_number(int pid, const char *name)
{
	char value[64];

	return pe_proc_status(pid, name, value, sizeof(value)) ? atol(value) : -1;
}

/* "4711	1": the pid in each namespace; that of the process's own namespace comes last */
bool pe_proc_is_init(int pid)
{
	char value[256], *last;

	if (!pe_proc_status(pid, "NSpid", value, sizeof(value)))
		return true;
	last = strrchr(value, '\t');
	return atoi(last ? last : value) <= 1;
}

bool pe_proc_shares_user_namespace(int pid)
{
	struct stat own, its;
	char path[32];

	snprintf(path, sizeof(path), "%d/ns/user", pid);
	return stat("self/ns/user", &own) == 0 && stat(path, &its) == 0 && own.st_ino == its.st_ino;
}

uint64_t pe_proc_ticks(void)
{
	uint64_t hertz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * hertz + (uint64_t)t.tv_nsec * hertz / 1000000000;
}

bool pe_proc_info(int pid, struct pe_proc_info *out)
{
	const uint64_t asked = PIDFD_INFO_PID | PIDFD_INFO_CREDS;
	static int off = -1;
	struct info info = { .mask = asked };
	int fd, r;

	if (off < 0)
		off = pe_probe_is_off(PE_PROBE_INFO);
	fd = off ? -1 : pe_sys_pidfd_open(pid, 0);
	if (fd < 0)
		return false;
	r = ioctl(fd, PIDFD_GET_INFO, &info);
	close(fd);
	*out = (struct pe_proc_info){ info.ppid, { info.ruid, info.euid, info.suid, info.fsuid } };
	return r == 0 && (info.mask & asked) == asked;
}

char pe_proc_state(int tgid, int tid)
{
	char text[512];
	const char *at;

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/task/%d/stat", tgid, tid), text,
			  sizeof(text)) < 0)
		return 'X';
	at = strrchr(text, ')');
	return at ? at[2] : 'X';
}

bool pe_proc_is_stopped(int tid)
{
	const struct dirent *e;
	char path[32], state = 'D';
	DIR *threads;

	snprintf(path, sizeof(path), "%d/task", tid);
	threads = opendir(path);
	/* cppcheck-suppress readdirCalled; a worker has one thread */
	while (threads && state == 'D' && (e = readdir(threads)))
		if (e->d_name[0] != '.')
			state = pe_proc_state(tid, atoi(e->d_name));
	if (threads)
		closedir(threads);
	return state == 'T';
}

bool pe_proc_exit(int pidfd, int *status)
{
	struct info info = { .mask = PIDFD_INFO_EXIT };

	if (ioctl(pidfd, PIDFD_GET_INFO, &info) < 0 || !(info.mask & PIDFD_INFO_EXIT))
		return false;
	*status = (int)info.exit_code;
	return true;
}

bool pe_proc_users(int pid, uint32_t uid[4])
{
	struct pe_proc_info info;
	char value[64];

	if (pe_proc_info(pid, &info)) {
		memcpy(uid, info.uid, sizeof(info.uid));
		return true;
	}
	return pe_proc_status(pid, "Uid", value, sizeof(value)) &&
	       sscanf(value, "%u %u %u %u", &uid[0], &uid[1], &uid[2], &uid[3]) == 4;
}
