// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program's own seccomp filter forbids a call that the library makes and the program does not, by
 * an error or by death: the program does what it does natively, and if it can have children it is
 * warned once that they are not protected; also in strict mode.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../support/compare_native.h"

static const struct {
	const char *name;
	unsigned int nr;
} calls[] = {
#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}
	CALL(membarrier), CALL(rseq),	       CALL(pidfd_open),    CALL(pidfd_send_signal),
	CALL(madvise),	  CALL(mmap),	       CALL(munmap),	    CALL(gettid),
	CALL(getpid),	  CALL(getppid),       CALL(tgkill),	    CALL(futex),
	CALL(getcpu),	  CALL(fstat),	       CALL(statx),	    CALL(openat),
	CALL(read),	  CALL(readlinkat),    CALL(close),	    CALL(sched_yield),
	CALL(prctl),	  CALL(fcntl),	       CALL(rt_sigaction),  CALL(rt_sigprocmask),
	CALL(waitid),	  CALL(rt_sigpending), CALL(clock_gettime), CALL(rt_sigtimedwait),
};
#define COUNT (sizeof(calls) / sizeof(calls[0]))

static void install(struct sock_filter *rule, size_t length, bool raw)
{
	const struct sock_fprog program = { .len = (unsigned short)length, .filter = rule };

	errno = 77;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (raw ? syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)
		 : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) != 0)
		_exit(77);
	if (errno != 77)
		_exit(95);
}

#define NR offsetof(struct seccomp_data, nr)

static void forbid(unsigned int nr, unsigned int how)
{
	struct sock_filter rule[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, how),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(rule, 4, false);
}

/* The same with every BPF instruction: (nr * 2 + x) ^ ... is nr again in the end, and is
 * compared with a value from memory. */
static void forbid_in_a_roundabout_way(unsigned int nr, unsigned int how)
{
	struct sock_filter rule[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80000000, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LDX | BPF_IMM, nr),
		BPF_STMT(BPF_STX, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 6),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 4),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 5),
		BPF_STMT(BPF_ALU | BPF_NEG, 0),
		BPF_STMT(BPF_ALU | BPF_NEG, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0x50000),
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0x10000),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
		BPF_STMT(BPF_ST, 15),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 15),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0xfffe, 5, 0),
		BPF_STMT(BPF_LDX | BPF_MEM, 3),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 3),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 2),
		BPF_STMT(BPF_LD | BPF_IMM, how),
		BPF_STMT(BPF_RET | BPF_A, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(rule, sizeof(rule) / sizeof(rule[0]), true);
}

/* Only calls that a program of this kind makes natively; with children, or without. */
static void allow_only(bool children)
{
	static const unsigned int list[] = {
		SYS_write, SYS_exit_group, SYS_exit,   SYS_rt_sigreturn,    SYS_brk,  SYS_kill,
		SYS_wait4, SYS_clone,	   SYS_clone3, SYS_set_robust_list, SYS_rseq,
#ifdef SYS_vfork
		SYS_vfork, SYS_pause,
#endif
		SYS_ppoll,
	};
	size_t count = children ? sizeof(list) / sizeof(list[0]) : 5, n = 0;
	struct sock_filter rule[2 * (sizeof(list) / sizeof(list[0])) + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
	};

	for (size_t i = 0; i < count; i++) {
		rule[++n] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, list[i], 0, 1);
		rule[++n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	rule[++n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	install(rule, n + 1, false);
}

static char said[4096];

/* by one write at the end: only the tried code makes calls */
static void report(const char *call, long result)
{
	size_t used = strlen(said);
	int error = errno;

	snprintf(said + used, sizeof(said) - used, "%s: %ld errno %d\n", call, result, error);
	errno = 0;
}

#define REPORT(call) (errno = 0, report(#call, (long)(call)))

static void have_a_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(4);
	_exit(pid > 0 && kill(pid, 0) == 0 && waitpid(pid, &status, 0) == pid ? status >> 8 : 92);
}

static void one_of_each(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(9);
	}
	if (pid < 0)
		_exit(93);
	REPORT(kill(pid, 0));
	REPORT(kill(pid, SIGTERM));
	REPORT(waitpid(pid, &status, 0) == pid);
	REPORT(status);
	REPORT(kill(pid, 0));
	REPORT(waitpid(pid, &status, 0));
	pid = vfork();
	if (pid == 0)
		_exit(3);
	REPORT(wait(&status) == pid);
	REPORT(status);
	pid = fork();
	if (pid == 0)
		have_a_child();
	REPORT(waitpid(pid, &status, 0) == pid);
	REPORT(status);
	REPORT(waitpid(-1, &status, WNOHANG));
}

static void end(void)
{
	if (write(1, said, strlen(said)) < 0)
		_exit(94);
	syscall(SYS_exit, 0); /* all that strict mode leaves */
}

/* --- the roles --- */

static void leaf(void)
{
	allow_only(false);
	REPORT(1);
}

static void leaf_that_had_a_child(void)
{
	one_of_each();
	leaf();
}

static void listed(void)
{
	allow_only(true);
	one_of_each();
}

/* A read that is as long as one of a signalfd's. */
static void strict(void)
{
	static char data[4096];
	int fd[2];

	if (pipe(fd) != 0 || write(fd[1], data, sizeof(data)) != sizeof(data) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
		_exit(77);
	REPORT(read(fd[0], data, 128));
	REPORT(read(fd[0], data, sizeof(data)));
}

static void strict_raw(void)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) != 0)
		_exit(77);
	REPORT(1);
}

/* A call that the kernel refuses changes nothing. */
static void refused(void)
{
	struct sock_filter rule = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog none = { .len = 0, .filter = &rule };
	const struct sock_fprog bad = { .len = 100, .filter = (struct sock_filter *)16 };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	REPORT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (void *)16));
	REPORT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &bad));
	REPORT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &none));
	REPORT(prctl(PR_SET_SECCOMP, 17, &none));
	REPORT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 16));
	REPORT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 1 << 20, &none));
	REPORT(syscall(SYS_seccomp, 99, 0, NULL));
	one_of_each();
}

static const struct role {
	const char *name;
	void (*work)(void);
	bool reported; /* that it is not protected */
} roles[] = {
	{ "leaf", leaf, false },
	{ "leaf-that-had-a-child", leaf_that_had_a_child, true },
	{ "listed", listed, true },
	{ "strict", strict, false },
	{ "strict-raw", strict_raw, false },
	{ "refused", refused, false },
};

/* Two letters: e an error, d death; and f before the first child, l later, r in a roundabout way */
static void forbid_one(size_t call, const char *way)
{
	unsigned int how = *way == 'd' ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;

	if (way[1] == 'l')
		one_of_each();
	if (way[1] == 'r')
		forbid_in_a_roundabout_way(calls[call].nr, how);
	else
		forbid(calls[call].nr, how);
	one_of_each();
}

/* --- the scenario --- */

static void compare(const char *role, const char *way, bool reported)
{
	static struct twin native, preloaded;
	const char *line = preloaded.said[1];

	twin_scenario(&native, role, way, true);
	twin_scenario(&preloaded, role, way, false);
	if (native.status == 77 << 8) {
		printf("skip: no seccomp filter can be had\n");
		exit(77);
	}
	if (native.status != 0 || preloaded.status != 0 ||
	    strcmp(native.said[0], preloaded.said[0]) != 0) {
		twin_show("natively", &native);
		twin_show("preloaded", &preloaded);
		twin_fail("%s %s: not the same", role, way ? way : "");
	}
	if (reported ? !strstr(line, "not protected") ||
			       strchr(line, '\n') != line + strlen(line) - 1
		     : *line != '\0')
		twin_fail("%s %s: reported: %s", role, way ? way : "", line);
}

/* Calls that the library makes: a program that would be killed for them gets a line that it is not
 * protected. */
static bool is_used(unsigned int nr)
{
	static const unsigned int unused[] = { SYS_membarrier,	 SYS_rseq,	   SYS_madvise,
					       SYS_fcntl,	 SYS_readlinkat,   SYS_prctl,
					       SYS_rt_sigaction, SYS_clock_gettime };

	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		if (unused[i] == nr)
			return false;
	return true;
}

static void compare_all(void)
{
	static const char *const ways[] = { "ef", "el", "er", "df", "dl", "dr" };
	char role[16];

	for (size_t i = 0; i < COUNT; i++)
		for (size_t way = 0; way < 6; way++) {
			snprintf(role, sizeof(role), "%zu", i);
			compare(role, ways[way], ways[way][0] == 'd' && is_used(calls[i].nr));
		}
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		compare(roles[i].name, NULL, roles[i].reported);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		compare_all();
		return 0;
	}
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			roles[i].work();
	if (argc > 2)
		forbid_one((size_t)atoi(argv[1]), argv[2]);
	end();
}
