#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Correct programs have no events: bash job control, make -j, pipelines, Python's subprocess.
. "$(dirname "$0")/../support/cli.sh"
events=$TMPDIR/events

quiet() # COMMAND...
{
	try run --events="$events" --on-stale=report -- "$@"
	status 0
	test ! -s "$events" || { cat "$events"; fail "an event although it is right: $*"; }
}

quiet bash -c 'set -m; for i in 1 2 3; do sleep 0 & done; wait; sleep 0 & wait $!; jobs; (exit 3) | cat; kill -0 $$'
quiet bash -c 'sleep 100 & kill $!; wait $! || :; coproc cat; exec {COPROC[1]}>&-; wait'
quiet dash -c 'sleep 100 & p=$!; kill $p; wait $p; a=$(echo x); test $a = x'
printf 'all: a b c d\na b c d:\n\t@sleep 0; true\n' >"$TMPDIR/Makefile"
quiet make -C "$TMPDIR" -j4 --no-print-directory
command -v python3 >/dev/null || skip "python3 is not installed"
quiet python3 -c '
import subprocess, os, signal
for _ in range(5): subprocess.run(["true"], check=True)
p = subprocess.Popen(["sleep", "100"]); p.terminate(); p.wait(); p.poll(); p.send_signal(15)
with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as p: p.communicate(b"x")
pid = os.fork()
if not pid: os._exit(0)
os.waitpid(pid, 0)
os.popen("true").read(); os.system("true")'
