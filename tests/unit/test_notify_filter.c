// SPDX-License-Identifier: LGPL-2.1-or-later
/* The filter, run by a small machine of the test's own: what is shown, what is not, on each kind of
 * processor (notify_filter.1 to notify_filter.3). */
#include <check.h>
#include <linux/audit.h>
#include <pidepoch.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/engine/postern.h"
#include "core/token.h"
#include "supervisor/notify_filter.h"

#define SHOW  SECCOMP_RET_USER_NOTIF
#define ALLOW SECCOMP_RET_ALLOW

#ifdef __x86_64__
#define HERE  AUDIT_ARCH_X86_64
#define OTHER AUDIT_ARCH_AARCH64
#else
#define HERE  AUDIT_ARCH_AARCH64
#define OTHER AUDIT_ARCH_X86_64
#endif

static struct sock_filter room[PE_NOTIFY_FILTER_LENGTH];
static struct sock_fprog program;

static uint32_t run(const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (unsigned int i = 0; i < program.len; i++) {
		const struct sock_filter *f = &room[i];
		bool yes;

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			ck_assert_uint_le(f->k + 4, sizeof(*d));
			memcpy(&a, (const char *)d + f->k, 4);
			continue;
		case BPF_RET | BPF_K:
			return f->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == f->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = a & f->k;
			break;
		default:
			ck_abort_msg("instruction %u", f->code);
		}
		i += yes ? f->jt : f->jf;
	}
	ck_abort_msg("ran off the end");
}

static uint32_t shown(uint32_t arch, long nr, long a0, long a1, long a3)
{
	struct seccomp_data d = { .nr = (int)nr, .arch = arch };

	d.args[0] = (uint64_t)a0;
	d.args[1] = (uint64_t)a1;
	d.args[3] = (uint64_t)a3;
	return run(&d);
}

static void make(void)
{
	pe_notify_filter_make(room, &program);
	ck_assert_uint_le(program.len, PE_NOTIFY_FILTER_LENGTH);
}

START_TEST(kills)
{
	const long high = 0x123L << 32; /* the kernel takes 32 bits */

	ck_assert_uint_eq(shown(HERE, SYS_kill, 4711, SIGTERM, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, high | 4711, 0, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, 0, SIGKILL, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, high, SIGKILL, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, -4711, SIGKILL, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, -2, SIGKILL, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, -1, SIGKILL, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, 0xffffffffL, SIGSTOP, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, -1, SIGTERM, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_kill, -1, 0, 0), ALLOW);
}
END_TEST

START_TEST(waits)
{
	ck_assert_uint_eq(shown(HERE, SYS_wait4, -1, 0, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_wait4, -1, 0, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_waitid, P_ALL, 0, WEXITED), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_waitid, P_PID, 4711, WEXITED | WNOHANG | WSTOPPED), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_waitid, P_ALL, 0, WEXITED | WNOWAIT), ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_waitid, P_ALL, 0, WSTOPPED | WCONTINUED), ALLOW);
}
END_TEST

/* a wait that bears the library's token, all of it, in a program of this machine; and nothing else
 * that does */
START_TEST(the_token)
{
	const uint64_t no_tokens[] = { 0, (uint32_t)PE_TOKEN, PE_TOKEN & ~UINT64_C(0xffffffff),
				       PE_TOKEN + 1, PE_TOKEN + (UINT64_C(1) << 32) };
	struct seccomp_data d = { .arch = HERE, .args = { P_ALL, 0, 0, WEXITED, 0, PE_TOKEN } };

	d.nr = SYS_wait4;
	ck_assert_uint_eq(run(&d), ALLOW);
	d.nr = SYS_waitid;
	ck_assert_uint_eq(run(&d), ALLOW);
	for (size_t i = 0; i < sizeof(no_tokens) / sizeof(no_tokens[0]); i++) {
		d.args[PE_TOKEN_AT] = no_tokens[i];
		d.nr = SYS_wait4;
		ck_assert_uint_eq(run(&d), SHOW);
		d.nr = SYS_waitid;
		ck_assert_uint_eq(run(&d), SHOW);
	}
	d.args[PE_TOKEN_AT] = PE_TOKEN;
	d.args[0] = 4711;
	d.nr = SYS_kill;
	ck_assert_uint_eq(run(&d), SHOW);
	d.nr = SYS_execve;
	ck_assert_uint_eq(run(&d), SHOW);
	d.nr = PIDEPOCH_NR_kill;
	ck_assert_uint_eq(run(&d), SHOW);
}
END_TEST

START_TEST(epochs)
{
	struct seccomp_data d = { .arch = HERE };

	for (int nr = PIDEPOCH_NR_BASE - 2; nr < PIDEPOCH_NR_BASE + 20; nr++) {
		bool ours = nr >= PIDEPOCH_NR_BASE && nr <= PIDEPOCH_NR_waitfd;

		ck_assert_uint_eq(shown(HERE, nr, 0, 0, 0), ours ? SHOW : ALLOW);
		d.nr = nr;
		ck_assert_int_eq(pe_notify_filter_decode(&d),
				 ours ? PE_NOTIFY_FILTER_EMULATED : PE_NOTIFY_FILTER_NONE);
	}
	for (int option = PR_GET_PID_EPOCH - 2; option < PR_GET_PID_EPOCH + 8; option++)
		ck_assert_uint_eq(shown(HERE, SYS_prctl, option, 0, 0),
				  option >= PR_GET_PID_EPOCH && option <= PR_SET_PID_EPOCH_SIGNAL
					  ? SHOW
					  : ALLOW);
	ck_assert_uint_eq(shown(HERE, SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, SYS_prctl, PR_SET_NAME, 1, 0), ALLOW);
}
END_TEST

/* what a call with a pid has for an answer when it is made at @at */
static uint32_t shown_at(uint32_t arch, long nr, long a0, uint64_t at)
{
	const struct seccomp_data d = { .nr = (int)nr,
					.arch = arch,
					.instruction_pointer = at,
					.args = { (uint64_t)a0, SIGKILL, 0, WEXITED } };

	return run(&d);
}

/* just the one instruction of the postern, in programs of this machine, and for calls that use a
 * pid */
START_TEST(the_postern)
{
	static const int uses[] = {
		SYS_kill,      SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
		SYS_pidfd_open
	};
	const uint64_t here = pe_postern_call();

	ck_assert_uint_gt(here, PE_POSTERN_AT);
	ck_assert_uint_lt(here, PE_POSTERN_AT + PE_GATE_SIZE);
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		ck_assert_uint_eq(shown_at(HERE, uses[i], 4711, here), ALLOW);
		ck_assert_uint_eq(shown_at(HERE, uses[i], 4711, here - 1), SHOW);
		ck_assert_uint_eq(shown_at(HERE, uses[i], 4711, here + 1), SHOW);
		ck_assert_uint_eq(shown_at(HERE, uses[i], 4711, (uint32_t)here), SHOW);
		ck_assert_uint_eq(shown_at(HERE, uses[i], 4711, here + (1ull << 32)), SHOW);
	}
	ck_assert_uint_eq(shown_at(HERE, SYS_kill, -1, here), SHOW);
	ck_assert_uint_eq(shown_at(HERE, SYS_wait4, -1, here), SHOW);
	ck_assert_uint_eq(shown_at(HERE, SYS_waitid, P_ALL, here), SHOW);
	ck_assert_uint_eq(shown_at(HERE, SYS_execve, 0, here), SHOW);
	ck_assert_uint_eq(shown_at(HERE, PIDEPOCH_NR_kill, 4711, here), SHOW);
}
END_TEST

/* every pid there may be, and each shown one has a name */
START_TEST(nothing_else)
{
	const uint32_t arches[] = { HERE, AUDIT_ARCH_I386, AUDIT_ARCH_ARM, OTHER };
	unsigned int counts[4] = { 0 };

	for (int i = 0; i < 4; i++)
		for (uint32_t nr = 0; nr < 2048; nr++) {
			struct seccomp_data d = { .nr = (int)nr,
						  .arch = arches[i],
						  .args = { 1, 1, 1, WEXITED } };
			uint32_t verdict = run(&d);

			ck_assert(verdict == SHOW || verdict == ALLOW);
			ck_assert(verdict != SHOW ||
				  pe_notify_filter_decode(&d) != PE_NOTIFY_FILTER_NONE);
			counts[i] += verdict == SHOW;
		}
	ck_assert_uint_eq(counts[0], 11);
#ifdef __x86_64__
	ck_assert_uint_eq(counts[1], 12);
	ck_assert_uint_eq(counts[2], 0);
#else
	ck_assert_uint_eq(counts[1], 0);
	ck_assert_uint_eq(counts[2], 11);
#endif
	ck_assert_uint_eq(counts[3], 0);
	ck_assert_uint_eq(shown(HERE, SYS_clone, 1, 1, 1), ALLOW);
}
END_TEST

#ifdef __x86_64__
START_TEST(other_numbers)
{
	ck_assert_uint_eq(shown(HERE, 0x40000000 | 62, 4711, 0, 0), SHOW);
	ck_assert_uint_eq(shown(HERE, 0x40000000 | 62, -4711, 0, 0), ALLOW);
	ck_assert_uint_eq(shown(HERE, 0x40000000 | 529, P_ALL, 0, WEXITED), SHOW);
	ck_assert_uint_eq(shown(HERE, 0x40000000 | 59, 0, 0, 0), ALLOW);
	ck_assert_uint_eq(shown(AUDIT_ARCH_I386, 37, 4711, 0, 0), SHOW);
	ck_assert_uint_eq(shown(AUDIT_ARCH_I386, 37, 0xffffffffL, SIGKILL, 0), SHOW);
	ck_assert_uint_eq(shown(AUDIT_ARCH_I386, 37, 0xfffffff0L, SIGKILL, 0), ALLOW);
	ck_assert_uint_eq(shown(AUDIT_ARCH_I386, 7, -1, 0, 0), SHOW);
	ck_assert_uint_eq(shown(AUDIT_ARCH_I386, 62, 4711, 0, 0), ALLOW);
}
END_TEST
#endif

int main(void)
{
	Suite *s = suite_create("filter");
	TCase *c = tcase_create("filter");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, make, NULL);
	tcase_add_test(c, kills);
	tcase_add_test(c, waits);
	tcase_add_test(c, the_token);
	tcase_add_test(c, epochs);
	tcase_add_test(c, the_postern);
	tcase_add_test(c, nothing_else);
#ifdef __x86_64__
	tcase_add_test(c, other_numbers);
#endif
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
