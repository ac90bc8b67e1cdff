/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/identity.h"
#include "core/sys.h"
#include "core/text.h"

#define PIDFS_MAGIC 0x50494446 /* linux/magic.h, since 6.9 */
#define PIDFD_THREADS                                                                              \
	O_EXCL /* linux/pidfd.h PIDFD_THREAD, since 6.9: any thread, not only a leader */

#define FIELD_PPID  4 /* of /proc/N/stat, counted from 1 as in proc(5) */
#define FIELD_GROUP 5
#define FIELD_START 22

/* --- the inode --- */

int pe_identity_of_pidfd(int fd, bool old, struct pe_identity *out)
{
	struct statfs fs = { 0 };
	struct stat st = { .st_ino = 0 };
	int err = old ? -ENODATA : pe_sys_fstatfs(fd, &fs);

	if (err == 0 && fs.f_type != PIDFS_MAGIC)
		err = -ENODATA;
	if (err == 0)
		err = pe_sys_fstat(fd, &st);
	*out = (struct pe_identity){ .id = st.st_ino,
				     .kind = err ? PE_IDENTITY_NONE : PE_IDENTITY_INODE };
	return err;
}

static int inode_of(uint32_t pid, struct pe_identity *out)
{
	int fd = pe_sys_pidfd_open((int)pid, PIDFD_THREADS);
	int err;

	if (fd < 0)
		return fd;
	err = pe_identity_of_pidfd(fd, false, out);
	pe_sys_close(fd);
	return err;
}

/* --- /proc/N/stat --- */

static bool printable(char c)
{
	return c >= ' ' && c < 0x7f;
}

static void copy_comm(char *to, size_t size, const char *from, size_t len)
{
	size_t n = len < size - 1 ? len : size - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = printable(from[i]) ? from[i] : '?';
	to[n] = '\0';
}

static uint64_t decimal(const char *at, const char *end)
{
	uint64_t value;

	pe_text_digits(at, end, 10, &value);
	return value;
}

/* Field @n, where @at is the start of field 3; @end if there are fewer fields. */
static const char *field(const char *at, const char *end, int n)
{
	for (int i = 3; i < n && at < end; at++)
		i += *at == ' ';
	return at;
}

int pe_identity_parse(const char *text, size_t len, struct pe_identity_holder *out)
{
	const char *end = text + len, *from = text, *to = end, *state, *start;

	/* A comm may contain any text, also ") R 1 ("; the fields after the last ')' cannot. */
	while (from < end && *from != '(')
		from++;
	while (to > from && *--to != ')')
		;
	if (to == from || end - to < 2)
		return -EINVAL;
	state = to + 2;
	start = field(state, end, FIELD_START);
	if (start == end || *start < '0' || *start > '9')
		return -EINVAL;

	copy_comm(out->comm, sizeof(out->comm), from + 1, (size_t)(to - from - 1));
	out->state = *state;
	out->ppid = (uint32_t)decimal(field(state, end, FIELD_PPID), end);
	out->group = (uint32_t)decimal(field(state, end, FIELD_GROUP), end);
	out->start = decimal(start, end);
	return 0;
}

int pe_identity_proc_is_ours(void)
{
	char self[16] = "";
	uint64_t pid = 0;
	long n = pe_sys_readlinkat(AT_FDCWD, "/proc/self", self, sizeof(self) - 1);

	if (n < 0)
		return (int)n;
	return pe_text_parse(self, &pid) && pid == (uint64_t)pe_sys_getpid() ? 0 : -ENODATA;
}

/* A pid without a /proc file may be free, or hidden (hidepid, no /proc): ask the kernel. */
static int absent(uint32_t pid, int err)
{
	return pe_sys_kill((int)pid, 0) == -ESRCH ? -ESRCH : err == -ESRCH ? -ENOENT : err;
}

int pe_identity_describe(uint32_t pid, struct pe_identity_holder *out)
{
	char path[32], line[1024];
	struct pe_text t = pe_text_on(path, sizeof(path));
	long n;

	if (pid == 0 || pid > INT32_MAX)
		return -EINVAL;
	pe_text_add(&t, "/proc/");
	pe_text_decimal(&t, pid);
	pe_text_add(&t, "/stat");
	n = pe_identity_proc_is_ours();
	if (n == 0)
		n = pe_sys_slurp(pe_text_end(&t), line, sizeof(line));
	return n < 0 ? absent(pid, (int)n) : pe_identity_parse(line, (size_t)n, out);
}

bool pe_identity_descends(uint32_t pid, uint32_t ancestor)
{
	struct pe_identity_holder who = { .ppid = pid };

	for (int i = 0; i < PE_IDENTITY_DEPTH && who.ppid; i++) {
		if (pe_identity_describe(who.ppid, &who) != 0)
			return false;
		if (who.ppid == ancestor)
			return true;
	}
	return false;
}

int pe_identity_of(uint32_t pid, bool old, struct pe_identity *out)
{
	struct pe_identity_holder who;
	int err;

	*out = (struct pe_identity){ .kind = PE_IDENTITY_NONE };
	if (pid == 0 || pid > INT32_MAX)
		return -EINVAL;
	if (!old && inode_of(pid, out) == 0)
		return 0;
	err = pe_identity_describe(pid, &who);
	if (err == 0)
		*out = (struct pe_identity){ .id = who.start, .kind = PE_IDENTITY_START };
	return err;
}

int pe_identity_is_child(uint32_t pid)
{
	/* the kernel accepts NULL, but valgrind would report it as an error of the program */
	siginfo_t si;
	int err;

	if (pid == 0 || pid > INT32_MAX)
		return 0;
	err = pe_sys_waitid(P_PID, (int)pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL);
	return err == 0 ? 1 : err == -ECHILD ? 0 : err;
}

int pe_identity_pidfd_is_child(int fd)
{
	siginfo_t si;
	int err = pe_sys_waitid(P_PIDFD, fd, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL);

	return err == 0 ? 1 : err == -ECHILD ? 0 : err;
}
