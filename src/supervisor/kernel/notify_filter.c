// SPDX-License-Identifier: LGPL-2.1-or-later
/* libseccomp knows the system call numbers of each machine, and generates the program. */
#include "supervisor/kernel/notify_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <pidepoch.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vrange.h>

#include "core/token.h"

/* The kernel reads an int in the lower half of an argument. */
#define LOW UINT64_C(0xffffffff)

#define BITS(argument, mask, value)                                                                \
	SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, (uint64_t)(mask), (uint64_t)(value))
#define EQUAL(argument, value) BITS(argument, LOW, (uint32_t)(value))
#define LENGTH(array)	       (sizeof(array) / sizeof((array)[0]))

/* --- the rules of one set of machines --- */

struct rules {
	scmp_filter_ctx context;
	bool token;  /* a call with the token is not notified */
	bool probes; /* see pe_notify_filter_make() */
	bool share;  /* statuses are shared */
	int error;   /* the first error */
};

static void add(struct rules *r, int nr, bool token, const struct scmp_arg_cmp *given,
		unsigned int count)
{
	struct scmp_arg_cmp all[3];
	unsigned int n = 0;
	int error;

	while (n < count) {
		all[n] = given[n];
		n++;
	}
	if (token)
		all[n++] = SCMP_CMP64(PE_TOKEN_AT, SCMP_CMP_NE, (uint64_t)PE_TOKEN);
	error = seccomp_rule_add_array(r->context, SCMP_ACT_NOTIFY, nr, n, all);
	if (error == -EDOM)
		return; /* none of these machines has the call */
	if (error < 0 && !r->error)
		r->error = error;
}

#define ADD(r, nr, token, ...)                                                                     \
	add(r, nr, token, (const struct scmp_arg_cmp[]){ __VA_ARGS__ },                            \
	    LENGTH(((const struct scmp_arg_cmp[]){ __VA_ARGS__ })))

/* The supervisor continues kill(0), and kill(-1) with any other signal. */
static void add_kill(struct rules *r)
{
	add(r, SCMP_SYS(kill), r->token, NULL, 0);
	ADD(r, SCMP_SYS(kill), false, EQUAL(0, -1), EQUAL(1, SIGKILL));
	ADD(r, SCMP_SYS(kill), false, EQUAL(0, -1), EQUAL(1, SIGSTOP));
}

/* notify_filter.4: any signal but 32 and 33 has one of these bits set, or lacks 32 */
static void add_tgkill(struct rules *r)
{
	static const int set[] = { 2, 4, 8, 16, 64 };

	for (size_t i = 0; i < LENGTH(set); i++)
		ADD(r, SCMP_SYS(tgkill), r->token, BITS(2, set[i], set[i]));
	ADD(r, SCMP_SYS(tgkill), r->token, BITS(2, 32, 0));
}

static void add_waitid(struct rules *r)
{
	ADD(r, SCMP_SYS(waitid), r->token, BITS(3, WNOWAIT | WEXITED, WEXITED));
	if (!r->share)
		return;
	ADD(r, SCMP_SYS(waitid), r->token, EQUAL(0, P_PID), BITS(3, WEXITED, WEXITED));
	ADD(r, SCMP_SYS(waitid), r->token, EQUAL(0, P_PIDFD), BITS(3, WEXITED, WEXITED));
}

static void add_prctl(struct rules *r)
{
	static const int options[] = { PR_GET_PID_EPOCH, PR_SET_PID_EPOCH, PR_GET_PID_EPOCH_SIGNAL,
				       PR_SET_PID_EPOCH_SIGNAL, PR_SET_CHILD_SUBREAPER };

	for (size_t i = 0; i < LENGTH(options); i++)
		ADD(r, SCMP_SYS(prctl), false, EQUAL(0, options[i]));
}

static void add_probes(struct rules *r)
{
	static const int probes[] = {
		SCMP_SYS(getpgid),   SCMP_SYS(getsid), SCMP_SYS(open),	     SCMP_SYS(openat),
		SCMP_SYS(openat2),   SCMP_SYS(access), SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
		SCMP_SYS(stat),	     SCMP_SYS(lstat),  SCMP_SYS(stat64),     SCMP_SYS(lstat64),
		SCMP_SYS(fstatat64), SCMP_SYS(statx),  SCMP_SYS(newfstatat), SCMP_SYS(readlink),
		SCMP_SYS(readlinkat)
	};

	for (size_t i = 0; i < LENGTH(probes); i++)
		add(r, probes[i], false, NULL, 0);
}

static void add_calls(struct rules *r)
{
	static const int whole[] = {
		SCMP_SYS(tkill),      SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo),
		SCMP_SYS(pidfd_open), SCMP_SYS(wait4),		 SCMP_SYS(waitpid),
		SCMP_SYS(execve),     SCMP_SYS(execveat)
	};

	for (size_t i = 0; i < LENGTH(whole); i++)
		add(r, whole[i], r->token, NULL, 0);
	add_kill(r);
	add_tgkill(r);
	add_waitid(r);
	add_prctl(r);
	add(r, SCMP_SYS(landlock_restrict_self), false, NULL, 0);
	if (r->probes)
		add_probes(r);
}

static void add_emulated(struct rules *r)
{
	for (int nr = PIDEPOCH_NR_BASE; nr <= PIDEPOCH_NR_killpg; nr++)
		add(r, nr, false, NULL, 0);
	for (int nr = VRANGE_NR_BASE; nr <= VRANGE_NR_vrange; nr++)
		add(r, nr, false, NULL, 0);
}

/* --- all machines in one program --- */

static const struct {
	uint32_t library, audit; /* libseccomp's name of it, and the kernel's */
} machines[] = {
#ifdef __x86_64__
	{ SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
	{ SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
	{ SCMP_ARCH_X86, AUDIT_ARCH_I386 },
#else
	{ SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64 },
	{ SCMP_ARCH_ARM, AUDIT_ARCH_ARM },
#endif
};

/* Rules for the native machine. An unknown machine's calls are allowed and do not end the
 * program. */
static void begin(struct rules *r, bool native, bool probes, bool share)
{
	*r = (struct rules){ .context = seccomp_init(SCMP_ACT_ALLOW),
			     .token = native,
			     .probes = probes,
			     .share = share };
	if (!r->context)
		r->error = -ENOMEM;
	else
		r->error = seccomp_attr_set(r->context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
}

static void make_native(struct rules *r, bool probes, bool share)
{
	begin(r, true, probes, share);
	if (r->error)
		return;
	add_calls(r);
	add_emulated(r);
}

/* A context of its own: libseccomp accepts an nr that it does not know only for the native
 * machine. */
static void make_others(struct rules *r, bool probes)
{
	begin(r, false, probes, false);
	for (size_t i = 1; i < LENGTH(machines) && !r->error; i++)
		r->error = seccomp_arch_add(r->context, machines[i].library);
	if (!r->error)
		r->error = seccomp_arch_remove(r->context, SCMP_ARCH_NATIVE);
	if (!r->error)
		add_calls(r);
}

/* Through a pipe: a file, also in memory, is subject to RLIMIT_FSIZE. Its buffer has room for the
 * longest filter; where it has not, the export fails, and does not wait. */
static int export(scmp_filter_ctx context, struct sock_filter *room, struct sock_fprog *out)
{
	const size_t size = PE_NOTIFY_FILTER_LENGTH * sizeof(*room);
	int ends[2], error;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	error = seccomp_export_bpf(context, ends[1]);
	n = read(ends[0], room, size);
	close(ends[0]);
	close(ends[1]);
	if (error < 0 || n <= 0)
		return error < 0 ? error : -EIO;
	*out = (struct sock_fprog){ .len = (unsigned short)((size_t)n / sizeof(*room)),
				    .filter = room };
	return (size_t)n < size ? 0 : -E2BIG;
}

int pe_notify_filter_make(struct sock_filter *room, struct sock_fprog *out, bool probes, bool share)
{
	struct rules native, others;
	int error;

	make_native(&native, probes, share);
	make_others(&others, probes);
	error = native.error ? native.error : others.error;
	if (!error)
		error = seccomp_merge(native.context, others.context);
	if (error && others.context)
		seccomp_release(others.context); /* after a merge it belongs to the other context */
	if (!error)
		error = export(native.context, room, out);
	if (native.context)
		seccomp_release(native.context);
	return error;
}

/* --- what a notified call is --- */

static const struct {
	const char *name;
	enum pe_notify_filter_call call;
} names[] = {
	{ "kill", PE_NOTIFY_FILTER_KILL },
	{ "tkill", PE_NOTIFY_FILTER_TKILL },
	{ "tgkill", PE_NOTIFY_FILTER_TGKILL },
	{ "rt_sigqueueinfo", PE_NOTIFY_FILTER_QUEUE },
	{ "rt_tgsigqueueinfo", PE_NOTIFY_FILTER_TGQUEUE },
	{ "pidfd_open", PE_NOTIFY_FILTER_PIDFD },
	{ "wait4", PE_NOTIFY_FILTER_WAIT },
	{ "waitpid", PE_NOTIFY_FILTER_WAIT },
	{ "waitid", PE_NOTIFY_FILTER_WAITID },
	{ "execve", PE_NOTIFY_FILTER_EXEC },
	{ "execveat", PE_NOTIFY_FILTER_EXEC },
	{ "prctl", PE_NOTIFY_FILTER_PRCTL },
	{ "landlock_restrict_self", PE_NOTIFY_FILTER_LANDLOCK },
	{ "getpgid", PE_NOTIFY_FILTER_GETPGID },
	{ "getsid", PE_NOTIFY_FILTER_GETSID },
	{ "open", PE_NOTIFY_FILTER_PATH },
	{ "openat", PE_NOTIFY_FILTER_PATH_AT },
	{ "openat2", PE_NOTIFY_FILTER_PATH_AT },
	{ "access", PE_NOTIFY_FILTER_PATH },
	{ "faccessat", PE_NOTIFY_FILTER_PATH_AT },
	{ "faccessat2", PE_NOTIFY_FILTER_PATH_AT },
	{ "stat", PE_NOTIFY_FILTER_PATH },
	{ "lstat", PE_NOTIFY_FILTER_PATH },
	{ "stat64", PE_NOTIFY_FILTER_PATH },
	{ "lstat64", PE_NOTIFY_FILTER_PATH },
	{ "fstatat64", PE_NOTIFY_FILTER_PATH_AT },
	{ "statx", PE_NOTIFY_FILTER_PATH_AT },
	{ "newfstatat", PE_NOTIFY_FILTER_PATH_AT },
	{ "readlink", PE_NOTIFY_FILTER_PATH },
	{ "readlinkat", PE_NOTIFY_FILTER_PATH_AT },
};

/* If a machine has no such call, libseccomp's nr is negative, and equals no call's. */
static int numbers[LENGTH(machines)][LENGTH(names)];

static void resolve_names(void)
{
	for (size_t m = 0; m < LENGTH(machines); m++)
		for (size_t i = 0; i < LENGTH(names); i++)
			numbers[m][i] = seccomp_syscall_resolve_name_arch(machines[m].library,
									  names[i].name);
}

static bool is_emulated(int nr)
{
	return (nr >= PIDEPOCH_NR_BASE && nr <= PIDEPOCH_NR_killpg) ||
	       (nr >= VRANGE_NR_BASE && nr <= VRANGE_NR_vrange);
}

enum pe_notify_filter_call pe_notify_filter_decode(const struct seccomp_data *data)
{
	if (!numbers[0][0])
		resolve_names();
	if (data->arch == machines[0].audit && is_emulated(data->nr))
		return PE_NOTIFY_FILTER_EMULATED;
	for (size_t m = 0; m < LENGTH(machines); m++)
		for (size_t i = 0; machines[m].audit == data->arch && i < LENGTH(names); i++)
			if (numbers[m][i] == data->nr)
				return names[i].call;
	return PE_NOTIFY_FILTER_NONE;
}
