#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Valgrind reports no error in a program that signals a stale pid: none of the library's system
# calls counts as an error.
. "$(dirname "$0")/../support/cli.sh"
command -v valgrind >/dev/null || skip 'valgrind is not installed'

cat >"$TMPDIR/main.c" <<'END'
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return kill(pid, SIGTERM) == -1 && errno == ESRCH ? 5 : 6;
}
END
# shellcheck disable=SC2086
$CC -w "$TMPDIR/main.c" -o "$TMPDIR/main" || skip "$CC cannot build"
valgrind -q --error-exitcode=9 "$TMPDIR/main" 2>/dev/null
test $? -eq 5 || skip 'valgrind does not work here'

try run --supervisor=off -- valgrind -q --error-exitcode=9 "$TMPDIR/main"
status 5
test ! -s "$TMPDIR/err" || { show; fail "valgrind complains"; }
