// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/notify_filter.h"

#include <linux/audit.h>
#include <pidepoch.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/engine/postern.h"
#include "core/token.h"

#define X32	 0x40000000u /* in a pid, on x86-64 */
#define LANDLOCK 446	     /* landlock_restrict_self, on every machine */

struct ns_pid {
	uint32_t nr;
	enum pe_notify_filter_call call;
};

static const struct ns_pid native[] = {
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
	{ X32 | LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
#endif
	{ 0, PE_NOTIFY_FILTER_NONE },
};

/* the 32-bit machine that the same kernel may run: i386, and arm */
static const struct ns_pid compat[] = {
#ifdef __x86_64__
	{ 7, PE_NOTIFY_FILTER_WAIT },	   { 11, PE_NOTIFY_FILTER_EXEC },
	{ 37, PE_NOTIFY_FILTER_KILL },	   { 114, PE_NOTIFY_FILTER_WAIT },
	{ 178, PE_NOTIFY_FILTER_QUEUE },   { 238, PE_NOTIFY_FILTER_TKILL },
	{ 270, PE_NOTIFY_FILTER_TGKILL },  { 284, PE_NOTIFY_FILTER_WAITID },
	{ 335, PE_NOTIFY_FILTER_TGQUEUE }, { 358, PE_NOTIFY_FILTER_EXEC },
	{ 434, PE_NOTIFY_FILTER_PIDFD },   { LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
#else
	{ 11, PE_NOTIFY_FILTER_EXEC },
	{ 37, PE_NOTIFY_FILTER_KILL },
	{ 114, PE_NOTIFY_FILTER_WAIT },
	{ 178, PE_NOTIFY_FILTER_QUEUE },
	{ 238, PE_NOTIFY_FILTER_TKILL },
	{ 268, PE_NOTIFY_FILTER_TGKILL },
	{ 280, PE_NOTIFY_FILTER_WAITID },
	{ 363, PE_NOTIFY_FILTER_TGQUEUE },
	{ 387, PE_NOTIFY_FILTER_EXEC },
	{ 434, PE_NOTIFY_FILTER_PIDFD },
	{ LANDLOCK, PE_NOTIFY_FILTER_LANDLOCK },
#endif
	{ 0, PE_NOTIFY_FILTER_NONE },
};

static const struct machine {
	uint32_t arch;
	const struct ns_pid *numbers;
} machines[] = {
#ifdef __x86_64__
	{ AUDIT_ARCH_X86_64, native },
	{ AUDIT_ARCH_I386, compat },
#else
	{ AUDIT_ARCH_AARCH64, native },
	{ AUDIT_ARCH_ARM, compat },
#endif
};

#define MACHINES (sizeof(machines) / sizeof(machines[0]))

/* --- to instructions --- */

/* the lower half of an argument, which is all that the kernel looks at in these calls (both CPUs
 * are little endian) */
#define ARGUMENT(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n)))

/* Where a machine's list of pids ends, these stand; their jumps are counted from the next
 * instruction. */
static const struct sock_filter blocks[] = {
#define LOAD(offset)	 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define EQUAL(k, y, n)	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(k), (y), (n))
#define ANY_BIT(k, y, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(k), (y), (n))
#define VERDICT(what)	 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##what)
	[0] = VERDICT(ALLOW),
	[1] = VERDICT(USER_NOTIF),
	/* a kill: of all, of one's own group, of another group, of a process */
	[2] = LOAD(ARGUMENT(0)),
	[3] = EQUAL(-1, 3, 0),
	[4] = EQUAL(0, 1, 0),
	[5] = ANY_BIT(1u << 31, 25, 19), /* another group: without the library's token */
	[6] = VERDICT(ALLOW),
	[7] = LOAD(ARGUMENT(1)),
	[8] = EQUAL(SIGKILL, 1, 0),
	[9] = EQUAL(SIGSTOP, 0, 1),
	[10] = VERDICT(USER_NOTIF),
	[11] = VERDICT(ALLOW),
	/* a waitid: one that looks only, or takes stops only, reaps nobody */
	[12] = LOAD(ARGUMENT(3)),
	[13] = ANY_BIT(WNOWAIT, 2, 0),
	[14] = ANY_BIT(WEXITED, 16, 1), /* on to the token */
	[15] = VERDICT(USER_NOTIF),
	[16] = VERDICT(ALLOW),
	/* a prctl: about epochs, or about whose orphans come to whom */
	[17] = LOAD(ARGUMENT(0)),
	[18] = EQUAL(PR_GET_PID_EPOCH, 4, 0),
	[19] = EQUAL(PR_SET_PID_EPOCH, 3, 0),
	[20] = EQUAL(PR_GET_PID_EPOCH_SIGNAL, 2, 0),
	[21] = EQUAL(PR_SET_PID_EPOCH_SIGNAL, 1, 0),
	[22] = EQUAL(PR_SET_CHILD_SUBREAPER, 0, 1),
	[23] = VERDICT(USER_NOTIF),
	[24] = VERDICT(ALLOW),
	/* a pid: by the postern or not; where that is, put_machine() writes */
	[25] = LOAD(offsetof(struct seccomp_data, instruction_pointer)),
	[26] = EQUAL(0, 0, 2),
	[27] = LOAD(offsetof(struct seccomp_data, instruction_pointer) + 4),
	[28] = EQUAL(0, 1, 0),
	[29] = VERDICT(USER_NOTIF),
	[30] = VERDICT(ALLOW),
	/* a wait: with the library's token or without */
	[31] = LOAD(ARGUMENT(PE_TOKEN_AT)),
	[32] = EQUAL(PE_TOKEN & 0xffffffff, 0, 2),
	[33] = LOAD(ARGUMENT(PE_TOKEN_AT) + 4),
	[34] = EQUAL(PE_TOKEN >> 32, 1, 0),
	[35] = VERDICT(USER_NOTIF),
	[36] = VERDICT(ALLOW),
};

enum {
	SHOW = 1,
	KILL = 2,
	WAITID = 12,
	PRCTL = 17,
	NUMBER = 25,
	WAIT = 31,
	BLOCKS = sizeof(blocks) / sizeof(blocks[0])
};

static unsigned int block_of(enum pe_notify_filter_call call)
{
	switch (call) {
	case PE_NOTIFY_FILTER_KILL:
		return KILL;
	case PE_NOTIFY_FILTER_TKILL:
	case PE_NOTIFY_FILTER_TGKILL:
	case PE_NOTIFY_FILTER_QUEUE:
	case PE_NOTIFY_FILTER_TGQUEUE:
	case PE_NOTIFY_FILTER_PIDFD:
		return NUMBER;
	case PE_NOTIFY_FILTER_WAIT:
		return WAIT;
	case PE_NOTIFY_FILTER_WAITID:
		return WAITID;
	case PE_NOTIFY_FILTER_PRCTL:
		return PRCTL;
	default:
		return SHOW;
	}
}

static unsigned int count(const struct ns_pid *list)
{
	unsigned int n = 0;

	while (list[n].call != PE_NOTIFY_FILTER_NONE)
		n++;
	return n;
}

/* the list of one machine and its blocks; the architecture is in the accumulator */
static struct sock_filter *put_machine(struct sock_filter *at, const struct machine *m)
{
	unsigned int n = count(m->numbers);

	*at++ = (struct sock_filter)EQUAL(m->arch, 0, (uint8_t)(1 + n + BLOCKS));
	*at++ = (struct sock_filter)LOAD(offsetof(struct seccomp_data, nr));
	for (unsigned int i = 0; i < n; i++) {
		unsigned int ahead = n - i - 1 + block_of(m->numbers[i].call);

		*at++ = (struct sock_filter)EQUAL(m->numbers[i].nr, (uint8_t)ahead, 0);
	}
	memcpy(at, blocks, sizeof(blocks));
	at[NUMBER + 1].k = (uint32_t)pe_postern_call();
	at[NUMBER + 3].k = (uint32_t)(pe_postern_call() >> 32);
	return at + BLOCKS;
}

void pe_notify_filter_make(struct sock_filter *room, struct sock_fprog *out)
{
	struct sock_filter *at = room;

	*at++ = (struct sock_filter)LOAD(offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < MACHINES; i++)
		at = put_machine(at, &machines[i]);
	*at++ = (struct sock_filter)VERDICT(ALLOW);
	*out = (struct sock_fprog){ .len = (unsigned short)(at - room), .filter = room };
}

enum pe_notify_filter_call pe_notify_filter_decode(const struct seccomp_data *data)
{
	for (size_t i = 0; i < MACHINES; i++)
		if (machines[i].arch == data->arch)
			for (const struct ns_pid *n = machines[i].numbers; n->call; n++)
				if (n->nr == (uint32_t)data->nr)
					return n->call;
	return PE_NOTIFY_FILTER_NONE;
}
