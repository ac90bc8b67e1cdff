#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The events of C programs without the library have the stacks of the misuse and of the wait,
# by functions and lines: with and without frame pointers, with an index of the unwind tables,
# without one, and without tables.
. "$(dirname "$0")/stacks.inc"
source=$PIDEPOCH_SRCDIR/tests/report/misuses.c
program=$TMPDIR/program

while read -r flags; do
	# shellcheck disable=SC2086
	${CC:-cc} -D_GNU_SOURCE -g -pthread -fno-optimize-sibling-calls $flags "$source" -o "$program" || fail "$flags: it does not build"
	watched "$program" latent
	is ' by thread ' 'misuse_here latent main'
	is 'was released by wait' 'release_here latent main'
	grep -q ' in misuse_here .*misuses\.c:[0-9]*$' "$TMPDIR/out" || { show; fail "$flags: no line number"; }
	! grep -q '"stack_end"' "$events" || { cat "$events"; fail "$flags: the stacks are whole"; }
	! grep -q 'was obtained' "$TMPDIR/out" || { show; fail "$flags: a fork is not notified"; }
done <<'END'
-O2 -static
-O0 -static
-O2 -static -Wl,--eh-frame-hdr
-O2 -static -fno-omit-frame-pointer
-O2 -static -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-unwind-tables
-O2 -static-pie
-O0 -fno-pie -no-pie
-O2
END

# shellcheck disable=SC2086
for level in -O0 -O2; do
	flags="$level, in a handler on a stack of its own"
	${CC:-cc} -D_GNU_SOURCE -g -pthread -static $level "$source" -o "$program" || fail "it does not build"
	watched "$program" in-handler
	is ' by thread ' 'misuse_here on_signal in_handler main'
	is 'was released by wait' 'release_here on_signal in_handler main'
done

# The code that a signal interrupted is named, and not the function before it.
case $(uname -m) in
x86_64) stop=ud2 ;;
*) stop='udf #0' ;;
esac
cat >"$TMPDIR/trap.c" <<END
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int pid;

static void on_trap(int signal)
{
	kill(pid, SIGTERM);
	_exit(signal != SIGILL);
}

__asm__(".text\n.type before, %function\nbefore: nop\n.size before, .-before\n"
	".type trap_here, %function\ntrap_here: .cfi_startproc\n$stop\n.cfi_endproc\n"
	".size trap_here, .-trap_here\n");
void trap_here(void);

int main(void)
{
	signal(SIGILL, on_trap);
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	trap_here();
	return 1;
}
END
flags='interrupted at its first instruction'
${CC:-cc} -g -O2 -static "$TMPDIR/trap.c" -o "$TMPDIR/trap" || fail "it does not build"
watched "$TMPDIR/trap"
is ' by thread ' 'on_trap trap_here main'

# The thread is traced for its registers: the holder of the pid is determined before it is
# signalled.
flags='-O0, signalled'
${CC:-cc} -D_GNU_SOURCE -g -pthread -static -O0 "$source" -o "$program" || fail "it does not build"
rm -f "$events"
got=0
"$PIDEPOCH" run --supervisor=on --log=/dev/null --events="$events" --on-stale=warn -- "$program" stale >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
if test $got -ne 77; then
	status 0
	try report "$events"
	is ' by thread ' 'misuse_here misuse_beside stale main'
	grep -q '"outcome":"passed".*"holder":{"comm":"program"' "$events" || { cat "$events"; fail "the event must name the holder of the pid"; }
fi

# Stacks are on where the library has them on, and off where not.
watched_by_policy() # POLICY
{
	rm -f "$events"
	try run --supervisor=on --log=/dev/null --events="$events" "--on-stale=$1" -- "$program" latent
	status 0
}
watched_by_policy warn
grep -q '"stack":\["0x' "$events" || fail "no stack with --on-stale=warn"
watched_by_policy refuse
! grep -q '"stack":' "$events" || fail "a stack without --stacks=on"

# A wait is interrupted for its stack: the program does not see that.
flags=waits
watched "$PIDEPOCH_BUILDDIR/tests/supervisor/stacks_waits"
is 'was released by wait4 for any child' 'wait_for_any main'

# Two callers with the same registers and frames of the same size: each stack has its own.
cat >"$TMPDIR/callers.c" <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int pid;
static volatile int unused;

__attribute__((noinline)) static void misuse_here(void)
{
	kill(pid, 0);
	unused++;
}

__attribute__((noinline)) static void first_caller(void)
{
	misuse_here();
	unused++;
}

__attribute__((noinline)) static void second_caller(void)
{
	misuse_here();
	unused--;
}

int main(void)
{
	void (*volatile caller)(void) = first_caller;

	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 4; i++) {
		caller();
		caller = i % 2 ? first_caller : second_caller;
	}
	return 0;
}
END
flags='two callers'
${CC:-cc} -g -O1 -static "$TMPDIR/callers.c" -o "$TMPDIR/callers" || fail "it does not build"
watched "$TMPDIR/callers"
for caller in first_caller second_caller; do
	grep -q " in $caller " "$TMPDIR/out" || { show; fail "$caller is in no stack"; }
done

# A suppression is not for all programs that call kill().
watched "$program" latent
try report --gen-suppressions "$events"
grep -q '^latent:misuse_here$' "$TMPDIR/out" || { show; fail "the suppression must name the program's function"; }

# With another tracer: only what pc and sp give, and a note that it is traced.
command -v strace >/dev/null || skip 'strace is not installed; all but the traced program passed'
watched "$(command -v strace)" -f -o /dev/null "$program" latent
is ' by thread ' 'misuse_here'
grep -q '(its end is not known: another process traces this one)' "$TMPDIR/out" || { show; fail "the event must state that it is traced"; }
