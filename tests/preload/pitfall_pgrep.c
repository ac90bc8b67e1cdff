// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * `kill $(pgrep x)` reaches x from a shell that has never had its pid, and from one that has reaped
 * a child of that pid: what a descendant found in /proc is evidence. Without pgrep the second one
 * is refused.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define KILL   "kill -USR1 $(pgrep -x innocent) 2>/dev/null && echo sent || echo refused"
#define ITSELF "kill -USR1 $! 2>/dev/null && echo sent || echo refused"

static long take_name(void)
{
	return prctl(PR_SET_NAME, "innocent");
}

static void type(const struct actor *shell, const char *line)
{
	if (dprintf(shell->to, "%s\n", line) < 0)
		actor_fail("the shell cannot be typed at: %m");
}

static void hear(const struct actor *shell, char *said, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(shell->from, said + n, 1) == 1 && said[n] != '\n')
		n++;
	said[n] = '\0';
}

/* @had: the shell has had a child of that pid. @signals: how many signals the unrelated process
 * has received at the end. */
static void run_scenario(const char *setting, bool had, const char *line, const char *wanted,
			 long signals)
{
	const char *argv[] = { "/bin/bash", NULL };
	struct actor shell, innocent;
	char said[64] = "300";

	actor_start(&shell, argv, false, setting);
	if (had) {
		type(&shell, "/bin/true & wait $!; echo $!");
		hear(&shell, said, sizeof(said));
	}
	actor_start_unrelated(&innocent, atoi(said), take_name);
	actor_ask(&innocent, ACTOR_ACT);
	type(&shell, line);
	hear(&shell, said, sizeof(said));
	if (strcmp(said, wanted) != 0 || actor_ask(&innocent, ACTOR_SIGNALS) != signals)
		actor_fail("%s, %s: %s", setting, line, said);
	printf("ok   %s, %s: %s\n", setting, line, said);
	actor_end(&innocent);
	actor_end(&shell);
}

int main(void)
{
	if (system("command -v pgrep >/dev/null && test -x /bin/bash") != 0) {
		printf("skip: no pgrep, or no bash\n");
		return 77;
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	run_scenario("PIDEPOCH_ON_STALE=refuse", false, KILL, "sent", 1);
	run_scenario("PIDEPOCH_ON_STALE=refuse", true, KILL, "sent", 1);
	run_scenario("PIDEPOCH_ON_STALE=refuse", true, ITSELF, "refused", 0);
	run_scenario("PIDEPOCH_TRUST=bash", true, ITSELF, "sent", 1);
	return 0;
}
