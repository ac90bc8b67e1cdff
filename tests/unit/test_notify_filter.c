// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A small interpreter of this test runs the program that libseccomp generates, with all system call
 * numbers of each machine and with the arguments that matter. The results are compared with the
 * rules of notify_filter.h, which are written once more here with numbers from the kernel's tables.
 */
#include <check.h>
#include <linux/audit.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <vrange.h>
#include <sys/wait.h>

#include "core/token.h"
#include "supervisor/kernel/notify_filter.h"

#define NOTIFY	   SECCOMP_RET_USER_NOTIF
#define ALLOW	   SECCOMP_RET_ALLOW
#define X32	   0x40000000
#define LENGTH(a)  (sizeof(a) / sizeof((a)[0]))
#define SIGCANCEL  32 /* glibc's own two */
#define SIGSETXID  33
#define LANDLOCK   446 /* landlock_restrict_self, on every machine */
#define NO_MACHINE 0x12345678u

#ifdef __x86_64__
#define HERE   AUDIT_ARCH_X86_64
#define OTHER  AUDIT_ARCH_AARCH64
#define COMPAT AUDIT_ARCH_I386
#else
#define HERE   AUDIT_ARCH_AARCH64
#define OTHER  AUDIT_ARCH_X86_64
#define COMPAT AUDIT_ARCH_ARM
#endif

/* --- the machine --- */

static struct sock_filter room[PE_NOTIFY_FILTER_LENGTH];
static struct sock_fprog program;
static bool shares;	    /* the program was made with --waits=share */
static bool read_arguments; /* by the last run: then the kernel caches no answer for the number */

static bool jumps(const struct sock_filter *f, uint32_t a)
{
	switch (f->code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		return a == f->k;
	case BPF_JMP | BPF_JSET | BPF_K:
		return a & f->k;
	case BPF_JMP | BPF_JGE | BPF_K:
		return a >= f->k;
	case BPF_JMP | BPF_JGT | BPF_K:
		return a > f->k;
	default:
		ck_abort_msg("instruction %u", f->code);
	}
}

static uint32_t run(const struct seccomp_data *d)
{
	uint32_t a = 0;

	read_arguments = false;
	for (unsigned int i = 0; i < program.len; i++) {
		const struct sock_filter *f = &room[i];

		if (f->code == (BPF_LD | BPF_W | BPF_ABS)) {
			memcpy(&a, (const char *)d + f->k, 4);
			read_arguments |= f->k > offsetof(struct seccomp_data, arch);
		} else if (f->code == (BPF_ALU | BPF_AND | BPF_K)) {
			a &= f->k;
		} else if (f->code == (BPF_RET | BPF_K)) {
			return f->k;
		} else if (f->code == (BPF_JMP | BPF_JA | BPF_K)) {
			i += f->k;
		} else {
			i += jumps(f, a) ? f->jt : f->jf;
		}
	}
	ck_abort_msg("ran off the end");
}

static void make_for(bool share)
{
	shares = share;
	ck_assert_int_eq(pe_notify_filter_make(room, &program, false, share), 0);
	ck_assert_uint_lt(program.len, PE_NOTIFY_FILTER_LENGTH);
}

static void make(void)
{
	make_for(false);
}

/* --- the rules --- */

struct pid {
	uint32_t nr;
	enum pe_notify_filter_call call;
};

static const struct pid native[] = {
	{ SYS_kill, PE_NOTIFY_FILTER_KILL },
	{ SYS_tkill, PE_NOTIFY_FILTER_TKILL },
	{ SYS_tgkill, PE_NOTIFY_FILTER_TGKILL },
	{ SYS_rt_sigqueueinfo, PE_NOTIFY_FILTER_QUEUE },
	{ SYS_rt_tgsigqueueinfo, PE_NOTIFY_FILTER_TGQUEUE },
	{ SYS_pidfd_open, PE_NOTIFY_FILTER_PIDFD },
	{ SYS_wait4, PE_NOTIFY_FILTER_WAIT },
	{ SYS_waitid, PE_NOTIFY_FILTER_WAITID },
	{ SYS_execve, PE_NOTIFY_FILTER_EXEC },
	{ SYS_execveat, PE_NOTIFY_FILTER_EXEC },
	{ SYS_prctl, PE_NOTIFY_FILTER_PRCTL },
	{ LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
	{ PIDEPOCH_NR_waitpidv, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_get, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_set, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_ref, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_kill, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_now, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_pidfd_open, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_sigqueue, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_waitfd, PE_NOTIFY_FILTER_EMULATED },
	{ PIDEPOCH_NR_killpg, PE_NOTIFY_FILTER_EMULATED },
	{ VRANGE_NR_mvrange, PE_NOTIFY_FILTER_EMULATED },
	{ VRANGE_NR_fvrange, PE_NOTIFY_FILTER_EMULATED },
	{ VRANGE_NR_vrange, PE_NOTIFY_FILTER_EMULATED },
#ifdef __x86_64__
	{ X32 | 62, PE_NOTIFY_FILTER_KILL },
	{ X32 | 200, PE_NOTIFY_FILTER_TKILL },
	{ X32 | 234, PE_NOTIFY_FILTER_TGKILL },
	{ X32 | 524, PE_NOTIFY_FILTER_QUEUE },
	{ X32 | 536, PE_NOTIFY_FILTER_TGQUEUE },
	{ X32 | 434, PE_NOTIFY_FILTER_PIDFD },
	{ X32 | 61, PE_NOTIFY_FILTER_WAIT },
	{ X32 | 529, PE_NOTIFY_FILTER_WAITID },
	{ X32 | 520, PE_NOTIFY_FILTER_EXEC },
	{ X32 | 545, PE_NOTIFY_FILTER_EXEC },
	{ X32 | 157, PE_NOTIFY_FILTER_PRCTL },
	{ X32 | LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
#endif
	{ 0, PE_NOTIFY_FILTER_NONE },
};

static const struct pid compat[] = {
#ifdef __x86_64__
	{ 7, PE_NOTIFY_FILTER_WAIT },
	{ 11, PE_NOTIFY_FILTER_EXEC },
	{ 37, PE_NOTIFY_FILTER_KILL },
	{ 114, PE_NOTIFY_FILTER_WAIT },
	{ 172, PE_NOTIFY_FILTER_PRCTL },
	{ 178, PE_NOTIFY_FILTER_QUEUE },
	{ 238, PE_NOTIFY_FILTER_TKILL },
	{ 270, PE_NOTIFY_FILTER_TGKILL },
	{ 284, PE_NOTIFY_FILTER_WAITID },
	{ 335, PE_NOTIFY_FILTER_TGQUEUE },
	{ 358, PE_NOTIFY_FILTER_EXEC },
	{ 434, PE_NOTIFY_FILTER_PIDFD },
#else
	{ 11, PE_NOTIFY_FILTER_EXEC },		 { 37, PE_NOTIFY_FILTER_KILL },
	{ 114, PE_NOTIFY_FILTER_WAIT },		 { 172, PE_NOTIFY_FILTER_PRCTL },
	{ 178, PE_NOTIFY_FILTER_QUEUE },	 { 238, PE_NOTIFY_FILTER_TKILL },
	{ 268, PE_NOTIFY_FILTER_TGKILL },	 { 280, PE_NOTIFY_FILTER_WAITID },
	{ 363, PE_NOTIFY_FILTER_TGQUEUE },	 { 387, PE_NOTIFY_FILTER_EXEC },
	{ 434, PE_NOTIFY_FILTER_PIDFD },
#endif
	{ LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
	{ 0, PE_NOTIFY_FILTER_NONE },
};

static const struct pid *numbers_of(uint32_t arch)
{
	static const struct pid none = { 0, PE_NOTIFY_FILTER_NONE };

#ifdef __x86_64__
	return arch == HERE ? native : arch == AUDIT_ARCH_I386 ? compat : &none;
#else
	return arch == HERE ? native : arch == AUDIT_ARCH_ARM ? compat : &none;
#endif
}

static enum pe_notify_filter_call call_of(const struct seccomp_data *d)
{
	const struct pid *n = numbers_of(d->arch);

	while (n->call != PE_NOTIFY_FILTER_NONE && n->nr != (uint32_t)d->nr)
		n++;
	return n->call;
}

static bool is_ours(int option)
{
	return option == PR_GET_PID_EPOCH || option == PR_SET_PID_EPOCH ||
	       option == PR_GET_PID_EPOCH_SIGNAL || option == PR_SET_PID_EPOCH_SIGNAL ||
	       option == PR_SET_CHILD_SUBREAPER;
}

static bool is_shared_look(const struct seccomp_data *d)
{
	int kind = (int)d->args[0];

	return shares && d->arch == HERE && !(d->nr & X32) && (kind == P_PID || kind == P_PIDFD);
}

/* filter.h's table */
static bool is_notified(const struct seccomp_data *d)
{
	bool tokenless = d->arch != HERE || d->nr & X32 || d->args[5] != (uint64_t)PE_TOKEN;
	int a0 = (int)d->args[0], a1 = (int)d->args[1], a2 = (int)d->args[2], a3 = (int)d->args[3];

	switch (call_of(d)) {
	case PE_NOTIFY_FILTER_NONE:
		return false;
	case PE_NOTIFY_FILTER_KILL:
		return tokenless || (a0 == -1 && (a1 == SIGKILL || a1 == SIGSTOP));
	case PE_NOTIFY_FILTER_TGKILL:
		return tokenless && a2 != SIGCANCEL && a2 != SIGSETXID;
	case PE_NOTIFY_FILTER_WAITID:
		return tokenless && (a3 & WEXITED) && (!(a3 & WNOWAIT) || is_shared_look(d));
	case PE_NOTIFY_FILTER_PRCTL:
		return is_ours(a0);
	case PE_NOTIFY_FILTER_LANDLOCK:
	case PE_NOTIFY_FILTER_EMULATED:
		return true;
	default:
		return tokenless;
	}
}

/* Do the rules look at arguments of this call? */
static bool needs_arguments(const struct seccomp_data *d)
{
	enum pe_notify_filter_call call = call_of(d);

	return call != PE_NOTIFY_FILTER_NONE && call != PE_NOTIFY_FILTER_EMULATED &&
	       call != PE_NOTIFY_FILTER_LANDLOCK;
}

/* --- all cases --- */

/* both halves of arguments: the kernel takes an int from the lower one, and a token has two */
static const uint64_t arguments[6][16] = {
	{ 0, P_PID, P_PIDFD, 4711, -1ull, 0xffffffff, -2ull, 0x7fffffff, 0x80000000, 1ull << 32,
	  -1ull << 31, PR_GET_PID_EPOCH, PR_SET_PID_EPOCH_SIGNAL, PR_SET_CHILD_SUBREAPER,
	  PR_SET_NAME, 1ull << 32 | PR_SET_CHILD_SUBREAPER },
	{ 0, SIGKILL, SIGSTOP, SIGTERM, 1ull << 32 | SIGKILL },
	{ 0, SIGKILL, SIGUSR1, 31, SIGCANCEL, SIGSETXID, 34, 64, 1ull << 32 | SIGCANCEL },
	{ 0, WEXITED, WNOWAIT, WEXITED | WNOWAIT, WEXITED | WNOHANG | WSTOPPED, WSTOPPED },
	{ 0, 1 },
	{ 0, PE_TOKEN, PE_TOKEN_JUDGED, PE_TOKEN + (1ull << 32), (uint32_t)PE_TOKEN,
	  PE_TOKEN & ~0xffffffffull },
};
static const size_t counts[6] = { 16, 5, 9, 6, 2, 6 };

static void compare(const struct seccomp_data *d)
{
	uint32_t verdict = run(d);
	bool notified = is_notified(d);

	/* Check's own assertions make a system call each */
	if (verdict != (notified ? NOTIFY : ALLOW) || (read_arguments && !needs_arguments(d)) ||
	    (notified && pe_notify_filter_decode(d) != call_of(d)))
		ck_abort_msg("arch %x nr %d (%llx, %llx, %llx, %llx, %llx, %llx): %x%s", d->arch,
			     d->nr, d->args[0], d->args[1], d->args[2], d->args[3], d->args[4],
			     d->args[5], verdict, read_arguments ? ", by arguments" : "");
}

/* each combination of arguments from @from on */
static void compare_all(struct seccomp_data *d, unsigned int from)
{
	if (from == LENGTH(arguments)) {
		compare(d);
		return;
	}
	for (size_t i = 0; i < counts[from]; i++) {
		d->args[from] = arguments[from][i];
		compare_all(d, from + 1);
	}
}

/* A number of no call has one answer, which no argument is read for; so one set of arguments will
 * do. */
static void try_number(uint32_t arch, int nr)
{
	struct seccomp_data d = { .nr = nr, .arch = arch };

	if (call_of(&d) != PE_NOTIFY_FILTER_NONE)
		compare_all(&d, 0);
	else
		compare(&d);
}

START_TEST(every_number_of_every_machine)
{
	const uint32_t arches[] = { HERE, AUDIT_ARCH_I386, AUDIT_ARCH_ARM, OTHER, NO_MACHINE };

	for (size_t i = 0; i < LENGTH(arches); i++) {
		for (int nr = -2; nr < 2048; nr++)
			try_number(arches[i], nr);
		for (int nr = 0; nr < 2048; nr++)
			try_number(arches[i], X32 | nr);
		for (int nr = PIDEPOCH_NR_BASE - 20; nr < PIDEPOCH_NR_BASE + 40; nr++)
			try_number(arches[i], nr);
		for (int nr = VRANGE_NR_BASE - 20; nr < VRANGE_NR_BASE + 40; nr++)
			try_number(arches[i], nr);
	}
}
END_TEST

/* --- with probes --- */

static const struct pid probes[] = {
	{ SYS_getpgid, PE_NOTIFY_FILTER_GETPGID },
	{ SYS_getsid, PE_NOTIFY_FILTER_GETSID },
	{ SYS_openat, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_openat2, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_faccessat, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_faccessat2, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_newfstatat, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_statx, PE_NOTIFY_FILTER_PATH_AT },
	{ SYS_readlinkat, PE_NOTIFY_FILTER_PATH_AT },
#ifdef __x86_64__
	{ SYS_open, PE_NOTIFY_FILTER_PATH },
	{ SYS_access, PE_NOTIFY_FILTER_PATH },
	{ SYS_stat, PE_NOTIFY_FILTER_PATH },
	{ SYS_lstat, PE_NOTIFY_FILTER_PATH },
	{ SYS_readlink, PE_NOTIFY_FILTER_PATH },
#endif
	{ 0, PE_NOTIFY_FILTER_NONE },
};

static enum pe_notify_filter_call probe_of(int nr)
{
	const struct pid *n = probes;

	while (n->call != PE_NOTIFY_FILTER_NONE && n->nr != (uint32_t)nr)
		n++;
	return n->call;
}

/* They are notified in addition to the others. */
START_TEST(questions)
{
	ck_assert_int_eq(pe_notify_filter_make(room, &program, true, false), 0);
	ck_assert_uint_lt(program.len, PE_NOTIFY_FILTER_LENGTH);
	for (int nr = 0; nr < 512; nr++) {
		const struct seccomp_data d = { .nr = nr, .arch = HERE };
		enum pe_notify_filter_call probe = probe_of(nr);

		ck_assert_uint_eq(run(&d), probe || is_notified(&d) ? NOTIFY : ALLOW);
		if (probe)
			ck_assert_uint_eq(pe_notify_filter_decode(&d), probe);
	}
}
END_TEST

START_TEST(shared_waits)
{
	make_for(true);
	for (const struct pid *n = native; n->call != PE_NOTIFY_FILTER_NONE; n++)
		try_number(HERE, (int)n->nr);
	for (const struct pid *n = compat; n->call != PE_NOTIFY_FILTER_NONE; n++)
		try_number(COMPAT, (int)n->nr);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter");
	TCase *c = tcase_create("filter");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, make, NULL);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, every_number_of_every_machine);
	tcase_add_test(c, questions);
	tcase_add_test(c, shared_waits);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
