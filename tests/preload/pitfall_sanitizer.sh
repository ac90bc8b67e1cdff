#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program built with AddressSanitizer runs as it does natively if its own library may come second;
# otherwise the supervisor watches it, or one line names the remedy.
. "$(dirname "$0")/../support/cli.sh"

cat >"$TMPDIR/main.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* with an argument: reads behind the end of what was allocated */
int main(int argc, char **argv)
{
	char *three = malloc(3);
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	strcpy(three, "ab");
	waitpid(pid, &status, 0);
	printf("%d %s\n", status, argc > 1 && three[argc + 1] == *argv[1] ? "read" : three);
	free(three);
	return 4;
}
END

built() # NAME COMPILER OPTION...
{
	name=$1
	shift
	"$@" -g -fsanitize=address -w "$TMPDIR/main.c" -o "$TMPDIR/$name" 2>/dev/null && "$TMPDIR/$name" >/dev/null 2>&1
	test $? -eq 4 || { echo "left out: no $name with AddressSanitizer here"; return 1; }
}

works() # NAME, with what is in the environment
{
	try run --supervisor=off "$TMPDIR/$1"
	status 4
	printed '768 ab'
	try run --supervisor=off "$TMPDIR/$1" x
	status 1
	grep -q 'heap-buffer-overflow' "$TMPDIR/err" || { show; fail "$1: AddressSanitizer does not work"; }
}

export ASAN_OPTIONS=detect_leaks=0
any=
if built shared gcc && ldd "$TMPDIR/shared" | grep -q libasan; then
	any=yes
	try run --supervisor=off "$TMPDIR/shared"
	status 125
	said "$TMPDIR/shared" AddressSanitizer 'ASAN_OPTIONS=verify_asan_link_order=0' 'needs the supervisor'
	try run "$TMPDIR/shared"
	if test $got -eq 125; then
		said AddressSanitizer
	else
		status 4
		printed '768 ab'
	fi
	# a program that a protected program starts reports it itself
	try run --supervisor=off sh -c '"$@"; exit $?' sh "$TMPDIR/shared"
	status 1
	grep -q 'ASan runtime does not come first' "$TMPDIR/err" || { show; fail "the reason must be printed"; }
	ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
	works shared
	try run --supervisor=off sh -c '"$@"; exit $?' sh "$TMPDIR/shared"
	status 4
	printed '768 ab'
	ASAN_OPTIONS=detect_leaks=0
fi
built static gcc -static-libasan && { any=yes; works static; }
built clang clang && { any=yes; works clang; }
test -n "$any" || skip "no compiler here builds with AddressSanitizer"
