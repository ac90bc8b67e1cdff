#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs behave under the supervisor as they do without it: shells, interpreters, tracers, builds,
# pipelines.
. "$(dirname "$0")/../support/cli.sh"

watched()
{
	"$PIDEPOCH" run --supervisor=on -- "$@"
}

# same COMMAND... - the same output, errors and status
same()
{
	native=0 here=0
	"$@" >"$TMPDIR/native" 2>&1 </dev/null || native=$?
	watched "$@" >"$TMPDIR/here" 2>&1 </dev/null || here=$?
	# a user who requests it is told its cost
	sed -i '/^pidepoch run: supervisor without CAP_SYS_ADMIN/d' "$TMPDIR/here"
	sed -i 's/process [0-9]*/process/' "$TMPDIR/here" "$TMPDIR/native" # as gdb says it
	# dash says it only of a job that has ended when `wait` begins
	sed -i '/^Terminated$/d' "$TMPDIR/here" "$TMPDIR/native"
	test $native -eq $here && cmp -s "$TMPDIR/native" "$TMPDIR/here" && return
	diff "$TMPDIR/native" "$TMPDIR/here"
	fail "$* ended with $here, natively with $native"
}

watched true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"

jobs='sleep 60 & k=$!; kill $k; wait $k; echo $?; kill $k 2>/dev/null; echo $?; (exit 7); echo $?; echo $(echo a | cat | cat)
	trap "echo trapped" USR1; kill -USR1 $$; i=0; while test $i -lt 40; do /bin/true; i=$((i + 1)); done; echo $i
	for n in 1 2 3; do (exit $n) & done; wait; wait; echo all'
for shell in bash dash 'busybox sh'; do
	command -v "${shell%% *}" >/dev/null || continue
	# shellcheck disable=SC2086
	same $shell -c "$jobs"
done
same bash -c 'set -m; sleep 60 & kill %1; wait %1; echo $?; coproc cat; echo x >&"${COPROC[1]}"; read -r y <&"${COPROC[0]}"; echo $y; kill $COPROC_PID'
same sh -c 'kill -TERM $$'
same sh -c 'kill -KILL $$'
same sh -c 'exec /nowhere/at/all'
same env -i /bin/sh -c 'sleep 60 & kill $!; wait $!; echo $?'
same timeout 0.1 sleep 60
same xargs -P 4 -n 1 echo --
same perl -e '$SIG{CHLD} = "IGNORE"; for (1..20) { my $p = fork; exit 3 unless $p; kill 0, $p; } sleep 0; print "ok\n"'
same perl -e 'for (1..20) { my $p = fork; exit 3 unless $p; waitpid($p, 0); die unless $? >> 8 == 3 } print "ok\n"; print `echo sub`'
same python3 -c '
import os, signal, subprocess, threading
p = subprocess.Popen(["sleep", "60"]); p.terminate(); print(p.wait())
p = subprocess.Popen(["sleep", "60"]); p.kill(); print(p.wait())
def run():
    for _ in range(30):
        p = subprocess.Popen(["sleep", "60"]); p.send_signal(signal.SIGINT); assert p.wait() == -2
        assert subprocess.run(["sh", "-c", "exit 5"]).returncode == 5
ts = [threading.Thread(target=run) for _ in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]; print("ok")'
same python3 -c '
import asyncio
async def one(n):
    p = await asyncio.create_subprocess_exec("sh", "-c", f"exit {n}"); return await p.wait()
async def main():
    print(await asyncio.gather(*(one(n) for n in range(20))))
asyncio.run(main())'
printf 'all: a b c d\na b c d:\n\t@sh -c "sleep 0; exit 0" && : >$@.out && ls $@.out\nbad:\n\t@exit 3\n' >"$TMPDIR/makefile"
same make -s -C "$TMPDIR" -f makefile all
same make -s -C "$TMPDIR" -f makefile bad
if command -v strace >/dev/null; then
	same strace -f -qq -o /dev/null sh -c 'sleep 60 & kill $!; wait $!; echo $?'
fi
if command -v gdb >/dev/null; then
	same gdb -q -batch -ex 'break main' -ex run -ex kill "$PIDEPOCH_BUILDDIR/tests/programs/innocent"
fi

# a pipe ends with its writers, although the supervisor lives on with processes that the program has
# left behind
mkfifo "$TMPDIR/end"
timeout 60 sh -c '"$0" run --supervisor=on -- sh -c "cat $1 >/dev/null 2>&1 & echo out" 2>/dev/null | cat' \
	"$PIDEPOCH" "$TMPDIR/end" >"$TMPDIR/out" || fail 'a pipe must end'
test "$(cat "$TMPDIR/out")" = out || fail 'a pipe must carry what was written'
: >"$TMPDIR/end"

# a run inside a run
same_inside=$("$PIDEPOCH" run --supervisor=on -- "$PIDEPOCH" run --supervisor=on -- sh -c 'true & wait $!; echo $?' 2>/dev/null)
test "$same_inside" = 0 || fail "a run inside a run printed '$same_inside'"

# if it cannot be provided: one line, and the program does not run
for lacks in notify killable children; do
	try_env PIDEPOCH_FORCE_OLD=$lacks "$PIDEPOCH" run --supervisor=on -- "$marker"
	status 125
	said 'no supervisor' doctor
	unmarked
done
try run --supervisor=perhaps -- "$marker"
status 2
said perhaps
unmarked
