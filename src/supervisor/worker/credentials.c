// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/credentials.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sys.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/proc.h"
#include "supervisor/worker/confinement.h"

enum { REAL, EFFECTIVE, SAVED };

/* the worker's own, saved while it has a caller's */
static struct {
	uid_t user[3];
	struct __user_cap_data_struct caps[2];
} own;

static int set_caps(const struct __user_cap_data_struct caps[2])
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capset, &head, caps) < 0 ? -errno : 0;
}

static int get_caps(int tid, struct __user_cap_data_struct caps[2])
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3,
						 .pid = tid };

	return syscall(SYS_capget, &head, caps) < 0 ? -errno : 0;
}

/* A capability of another user namespace is not valid in ours. */
static bool has_cap_kill(const struct pe_peer *p)
{
	struct __user_cap_data_struct caps[2];

	return pe_proc_shares_user_namespace(p->tid) && get_caps(p->tid, caps) == 0 &&
	       (caps[0].effective >> CAP_KILL & 1);
}

/* Of the worker's capabilities only CAP_KILL stays effective, and only if the caller has it. */
static int keep_cap_kill(bool has)
{
	struct __user_cap_data_struct caps[2] = { own.caps[0], own.caps[1] };

	caps[0].effective = has ? caps[0].permitted & (1u << CAP_KILL) : 0;
	caps[1].effective = 0;
	return set_caps(caps);
}

/* A raw system call: libc's function would signal all threads, and a worker has only one. The saved
 * user id stays, so that the worker can return and the caller cannot trace it. */
static int set_users(const uint32_t user[3])
{
	return syscall(SYS_setresuid, user[REAL], user[EFFECTIVE], own.user[SAVED]) < 0 ? -errno
											: 0;
}

bool pe_credentials_read(const struct pe_peer *p, struct pe_credentials *out)
{
	out->cap_kill = has_cap_kill(p);
	return pe_proc_users(p->tid, out->user);
}

int pe_credentials_become(const struct pe_credentials *other)
{
	int r;

	if (getresuid(&own.user[REAL], &own.user[EFFECTIVE], &own.user[SAVED]) < 0 ||
	    get_caps(0, own.caps) < 0)
		return -EACCES;
	r = set_users(other->user);
	if (r == 0)
		r = keep_cap_kill(other->cap_kill);
	if (r < 0)
		pe_credentials_return();
	return r < 0 ? -EACCES : 0;
}

int pe_credentials_take(const struct pe_worker_call *c)
{
	struct pe_credentials its;

	if (pe_confinement_any(c) || !pe_credentials_read(c->peer, &its))
		return -EACCES;
	/* only now is it certain that the caller's credentials were read */
	if (!pe_notify_holds(c->s->listener, c->n->id))
		return -ECANCELED;
	return pe_credentials_become(&its);
}

/* A worker that cannot return must end: the monitor starts another one. */
void pe_credentials_return(void)
{
	set_caps(own.caps);
	if (set_users(own.user) < 0 || set_caps(own.caps) < 0)
		abort();
}

/* credentials.3 */
static bool is_protected_init(const struct pe_worker_call *c, int pid)
{
	return pe_proc_is_init(pid) && c->peer->ns >= 0 && pe_peer_shares_namespace(c->peer, pid);
}

static int send(const struct pe_worker_call *c, int pidfd, int signal, siginfo_t *info,
		unsigned int flags)
{
	int r = pe_credentials_take(c);

	if (r < 0)
		return r;
	if (signal == SIGCONT)
		r = pe_sys_pidfd_send_signal(pidfd, 0, NULL, flags); /* credentials.4 */
	if (r == 0)
		r = pe_sys_pidfd_send_signal(pidfd, signal, info, flags);
	pe_credentials_return();
	return r;
}

int pe_credentials_signal(const struct pe_worker_call *c, int pidfd, int pid, int signal,
			  siginfo_t *info)
{
	return is_protected_init(c, pid) ? -EACCES : send(c, pidfd, signal, info, 0);
}

int pe_credentials_signal_group(const struct pe_worker_call *c, int pidfd, int signal,
				siginfo_t *info)
{
	if (c->peer->ns >= 0)
		return -EACCES; /* credentials.3: the members of the group are unknown */
	return send(c, pidfd, signal, info, PE_SYS_SIGNAL_PROCESS_GROUP);
}
