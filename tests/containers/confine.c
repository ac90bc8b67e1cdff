// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * confine none|docker|podman COMMAND...
 *
 * Execute a command with the capabilities that Docker leaves to a container, and under the default
 * seccomp profile of Docker or Podman, rebuilt from their published rules. A profile permits what
 * it names; here it is written as what it leaves out of the calls that libseccomp knows. Calls that
 * libseccomp does not know fail with ENOSYS, as with both.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP)

/* by both, with the capabilities below */
static const char *const both[] = {
	"acct",
	"bpf",
	"clock_settime",
	"create_module",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"get_kernel_syms",
	"get_mempolicy",
	"init_module",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"lookup_dcookie",
	"mbind",
	"migrate_pages",
	"move_pages",
	"nfsservctl",
	"add_key",
	"query_module",
	"open_by_handle_at",
	"perf_event_open",
	"process_madvise",
	"quotactl",
	"request_key",
	"set_mempolicy",
	"setdomainname",
	"sethostname",
	"settimeofday",
	"swapoff",
	"swapon",
	"sysfs",
	"_sysctl",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	NULL,
};

static const char *const docker[] = {
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"keyctl",
	"mount",
	"mount_setattr",
	"move_mount",
	"open_tree",
	"pidfd_getfd",
	"pivot_root",
	"quotactl_fd",
	"reboot",
	"set_mempolicy_home_node",
	"setns",
	"syslog",
	"umount2",
	"unshare",
	NULL,
};

static const char *const podman[] = { "process_vm_readv", "process_vm_writev", "ptrace", NULL };

/* fail with ENOSYS: io_uring with both today, clone3 with Docker */
static const char *const absent[] = { "io_uring_setup", "io_uring_enter", "io_uring_register",
				      NULL };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "confine: %s: %s\n", what, strerror(errno));
	exit(99);
}

static bool is_in(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static uint32_t action_of(const char *name, bool is_docker)
{
	if (is_in(absent, name) || (is_docker && strcmp(name, "clone3") == 0))
		return SCMP_ACT_ERRNO(ENOSYS);
	if (is_in(both, name) || is_in(is_docker ? docker : podman, name))
		return SCMP_ACT_ERRNO(EPERM);
	return SCMP_ACT_ALLOW;
}

static int add(scmp_filter_ctx ctx, uint32_t action, int nr)
{
	return action == SCMP_ACT_ERRNO(ENOSYS) ? 0 : seccomp_rule_add(ctx, action, nr, 0);
}

/* Docker: a process, but no namespace */
static int add_clone(scmp_filter_ctx ctx)
{
	int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				 SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0));

	for (unsigned int bit = 1; r == 0 && bit; bit <<= 1)
		if (bit & NAMESPACES)
			r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
					     SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
	return r;
}

static void load(bool is_docker)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r = ctx ? seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0) : -ENOMEM;

	for (int nr = 0; r == 0 && nr < 1000; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		if (name && is_docker && strcmp(name, "clone") == 0)
			r = add_clone(ctx);
		else if (name)
			r = add(ctx, action_of(name, is_docker), nr);
		free(name);
	}
	if (r == 0)
		r = seccomp_load(ctx);
	errno = -r;
	if (r < 0)
		fail("no filter");
}

/* CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
 * SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP */
static const int kept[] = { 0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31 };

static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	uint32_t set = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		set |= 1u << kept[i];
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((cap > 31 || !(set >> cap & 1)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			fail("a capability cannot be dropped");
	data[0].effective = data[0].permitted = set;
	if (syscall(SYS_capset, &head, data) < 0)
		fail("capabilities cannot be dropped");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "none") != 0)
		load(strcmp(argv[1], "docker") == 0);
	drop_capabilities();
	execvp(argv[2], argv + 2);
	fail(argv[2]);
}
