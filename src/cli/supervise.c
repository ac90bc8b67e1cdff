// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/supervise.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <pidepoch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command/message.h"
#include "inspect/leftover.h"
#include "supervisor/monitor.h"
#include "supervisor/kernel/probe.h"
#include "command/exit_status.h"

static bool is_admin(void)
{
	return pe_probe_try(PE_PROBE_ADMIN) == 0;
}

/* Ask the supervisor, since the variable in the environment may be stale or may have been removed.
 * prctl() is a call that other filters know as well; syscall() bypasses our library, which would
 * answer it. */
bool pe_supervise_is_inside(void)
{
	int signal;

	/* ENOSYS: a supervisor that may not write to our memory, or one that has been killed */
	return syscall(SYS_prctl, PR_GET_PID_EPOCH_SIGNAL, &signal, 0, 0, 0) == 0 ||
	       (errno == ENOSYS && !pe_monitor_is_missing());
}

bool pe_supervise_is_due(const char *mode)
{
	if (strcmp(mode, "auto") != 0)
		return strcmp(mode, "on") == 0;
	return pe_supervise_is_inside() || is_admin();
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void set_evidence(struct pe_monitor_plan *plan)
{
	const char *evidence = setting("PIDEPOCH_EVIDENCE"), *clock = setting("PIDEPOCH_CLOCK");
	long long real, boot;

	plan->evidence = PE_EVIDENCE_ACT;
	if (evidence)
		pe_policy_evidence(evidence, &plan->evidence);
	if (clock && sscanf(clock, "%lld:%lld", &real, &boot) == 2)
		plan->run = (struct pe_moment_pair){ real, boot };
}

/* run.c has checked the values. */
static struct pe_monitor_plan plan_from_environment(void)
{
	const char *policy = setting("PIDEPOCH_ON_STALE"), *error = setting("PIDEPOCH_ERRNO"),
		   *stacks = setting("PIDEPOCH_STACKS"), *waits = setting("PIDEPOCH_WAITS"),
		   *handles = setting("PIDEPOCH_HANDLES");
	const struct pe_policy_level *wanted = policy ? pe_policy_level(policy) : NULL,
				     *level = wanted ? wanted : pe_policy_level("refuse");
	struct pe_monitor_plan plan = { .policy = level->policy,
					.stale_errno = ESRCH,
					.log = setting("PIDEPOCH_LOG"),
					.events = setting("PIDEPOCH_EVENTS"),
					.summary = setting("PIDEPOCH_SUMMARY"),
					.once = level->once,
					.ended = pe_leftover_remove,
					.trust = level->off ? "*" : setting("PIDEPOCH_TRUST"),
					.plain = !is_admin() };

	set_evidence(&plan);
	plan.handles = handles && strcmp(handles, "work") == 0;
	plan.stacks = stacks ? strcmp(stacks, "on") == 0 : plan.policy == PE_POLICY_REPORT;
	plan.share_waits = waits && strcmp(waits, "share") == 0;
	if (error && strcmp(error, "EEPOCH") == 0)
		plan.stale_errno = PE_EEPOCH;
	return plan;
}

static const char *reason(int error)
{
	switch (error) {
	case -EBUSY:
		return "another one watches the programs here already";
	case -ENOSYS:
		return "the kernel lacks a mechanism that it needs, see 'pidepoch doctor'";
	case -ENOENT:
		return "it needs the /proc of its own pid namespace";
	case -EAGAIN:
		return "there is no room for its two processes, see pids.max and 'ulimit -u'";
	case -ENOMEM:
		return "there is no memory for it, see 'ulimit -v' and 'ulimit -s'";
	case -EPIPE:
		return "it ended while it started";
	default:
		return strerror(-error);
	}
}

static int failed(int error, bool needed)
{
	unsetenv(PE_TOKEN_VARIABLE);
	if (needed)
		return pe_message_error(PE_EXIT_UNABLE, "run", "no supervisor: %s", reason(error));
	return pe_message_error(
		0, "run",
		"no supervisor: %s; static programs, Go and raw system calls are not "
		"watched (--supervisor=off suppresses this message)",
		reason(error));
}

/* pe_supervise_start() may change the letter in place later, which cannot fail. */
static bool mark(void)
{
	char value[32];

	snprintf(value, sizeof(value), "%c:%" PRIu64, PE_TOKEN_WATCHED, pe_stats_layout());
	return setenv(PE_TOKEN_VARIABLE, value, 1) == 0;
}

static bool has_mechanisms(void)
{
	return !pe_probe_is_off(PE_PROBE_NOTIFY) && !pe_probe_is_off(PE_PROBE_KILLABLE) &&
	       !pe_probe_is_off(PE_PROBE_CHILDREN);
}

/* Before the monitor is made: no process of the supervisor loads a library while it serves a
 * call. */
static int load_vrange(struct pe_monitor_plan *plan, const char *path)
{
	void *library = *path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

	if (library)
		*(void **)&plan->fvrange = dlsym(library, "fvrange");
	return *path && !plan->fvrange ? pe_message_error(PE_EXIT_UNABLE, "run", "%s", dlerror())
				       : 0;
}

int pe_supervise_start(bool needed, const char *vrange)
{
	struct pe_monitor_plan plan = plan_from_environment();
	int r;

	if (pe_supervise_is_inside())
		return 0;
	r = load_vrange(&plan, vrange);
	if (r)
		return r;
	if (!has_mechanisms())
		return failed(-ENOSYS, needed);
	if (!mark())
		return failed(-ENOMEM, needed);
	if (plan.plain)
		pe_message_error(
			0, "run",
			"supervisor without CAP_SYS_ADMIN: setuid programs run without their "
			"privileges");
	r = pe_monitor_start(&plan);
	if (r > 0)
		*getenv(PE_TOKEN_VARIABLE) = PE_TOKEN_READ;
	return r >= 0 ? 0 : failed(r, needed);
}

bool pe_supervise_fuzz_works(void)
{
	return has_mechanisms() && !pe_supervise_is_inside();
}

void pe_supervise_fuzz(struct pe_fuzz_page *page)
{
	struct pe_monitor_plan plan = plan_from_environment();
	int r = mark() ? 0 : -ENOMEM;

	plan.fuzz = page;
	if (r == 0)
		r = pe_monitor_start(&plan);
	if (r > 0)
		*getenv(PE_TOKEN_VARIABLE) = PE_TOKEN_READ;
	if (r < 0)
		failed(r, false);
}
