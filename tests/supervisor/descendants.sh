#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A static program may signal a descendant whose pid it got from the child that forked it, also if a
# child of the program had that pid before, and if the child that sent the pid has ended. (The
# supervisor does not see pids in pipes.)
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
user=
test "$(id -u)" -eq 0 || user='--user --map-root-user'
unshare $user --pid --fork --mount-proc true 2>/dev/null || skip 'cannot create a pid namespace'

cat >"$TMPDIR/tree.c" <<'END'
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int orphans; /* the child that told the pid has ended */

static void wait_for_end(void)
{
	alarm(60);
	for (;;)
		pause();
}

/* the grandchild, as its parent tells it */
static pid_t start(pid_t *child)
{
	pid_t told = 0;
	int to[2];

	if (pipe(to) != 0)
		_exit(3);
	*child = fork();
	if (*child == 0) {
		told = fork();
		if (told == 0)
			wait_for_end();
		if (write(to[1], &told, sizeof(told)) == sizeof(told) && !orphans)
			waitpid(told, NULL, 0);
		_exit(0);
	}
	if (read(to[0], &told, sizeof(told)) != sizeof(told))
		_exit(3);
	close(to[0]);
	close(to[1]);
	if (orphans)
		waitpid(*child, NULL, 0);
	return told;
}

int main(int argc, char **argv)
{
	int refused = 0;

	(void)argv;
	orphans = argc > 1;

	for (int i = 0; i < 100; i++) {
		pid_t child, grandchild;

		for (int k = 0; k < 5; k++) {
			child = fork();
			if (child == 0)
				_exit(0);
			waitpid(child, NULL, 0);
		}
		grandchild = start(&child);
		if (kill(grandchild, SIGTERM) != 0) {
			refused++;
			if (!orphans)
				kill(child, SIGKILL);
		}
		if (!orphans)
			waitpid(child, NULL, 0);
	}
	printf("%d\n", refused);
	return 0;
}
END
$CC -static -O -o "$TMPDIR/tree" "$TMPDIR/tree.c" 2>/dev/null || skip 'no static libc here'
# An orphan is adopted by the first process, which is also the parent of the run, and in its group;
# or, with a shell between them in a session of its own, by a process outside its group.
for how in 'same ' 'same orphans' 'apart ' 'apart orphans'; do
	between=${how% *} orphans=${how#* }
	status=0
	unshare $user --pid --fork --mount-proc sh -c '
		echo 400 >/proc/sys/kernel/pid_max 2>/dev/null || exit 77
		case $0 in
		apart) setsid -w sh -c "\"\$@\"; exit \$?" sh "$@" ;;
		*) "$@" ;;
		esac
		exit $?' $between "$PIDEPOCH" run --supervisor=on --log="$TMPDIR/log" -- \
		"$TMPDIR/tree" $orphans >"$TMPDIR/out" || status=$?
	test "$status" -ne 77 || skip 'pid_max of a namespace cannot be set here'
	test "$status" -eq 0 && test "$(cat "$TMPDIR/out")" = 0 || {
		tail -n 2 "$TMPDIR/log"
		fail "$between, $orphans: status $status, $(cat "$TMPDIR/out") of 100 refused"
	}
done
