// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A signal to a pid that is typed at a shell arrives if the shell has never had a child of that
 * pid; a shell that has reaped such a child is refused until it has looked at /proc, even if only
 * by expanding /proc/[0-9]*. An existence test does not count as a look.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* one line, input or output */
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

static void says(const struct actor *shell, const char *line, const char *wanted)
{
	char said[64];

	type(shell, line);
	hear(shell, said, sizeof(said));
	if (strcmp(said, wanted) != 0)
		actor_fail("'%s': printed '%s' instead of '%s'", line, said, wanted);
	printf("ok   %s: %s\n", line, said);
}

static void got(const struct actor *unrelated, long signals)
{
	long n = actor_ask(unrelated, ACTOR_SIGNALS);

	if (n != signals)
		actor_fail("the unrelated process got %ld signals instead of %ld", n, signals);
}

#define KILL "kill -USR1 $q 2>/dev/null && echo sent || echo refused"

/* @way: the command that looks at /proc; NULL: this shell has never had a child of that pid */
static void run_scenario(const char *name, const char *way, const char *then)
{
	const char *argv[] = { name, NULL };
	struct actor shell, unrelated;
	char number[64] = "300";

	printf("%s\n", name);
	actor_start(&shell, argv, false, NULL);
	if (way) {
		type(&shell, "/bin/true & q=$!; wait $q; echo $q");
		hear(&shell, number, sizeof(number));
	}
	actor_start_unrelated(&unrelated, atoi(number), NULL);
	if (way) {
		says(&shell, KILL, "refused");
		got(&unrelated, 0);
		says(&shell, way, "looked");
		says(&shell, KILL, then);
	} else {
		says(&shell, "q=300; " KILL, then);
	}
	got(&unrelated, strcmp(then, "sent") == 0);
	actor_end(&unrelated);
	actor_end(&shell);
}

int main(void)
{
	static const char *const shells[] = { "/bin/bash", "/bin/dash", "/bin/sh" };

	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (access(shells[i], X_OK) < 0) {
			printf("without %s, which is not there\n", shells[i]);
			continue;
		}
		run_scenario(shells[i], NULL, "sent");
		run_scenario(shells[i], "for p in /proc/[0-9]*; do :; done; echo looked", "sent");
		run_scenario(shells[i], "test -d /proc/$q && echo looked", "refused");
		run_scenario(shells[i], "read line </proc/$q/stat; echo looked", "sent");
	}
	return 0;
}
