#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# status shows what the library keeps for a running program: children appear and disappear in it.
# For a process without the library it is an error.
. "$(dirname "$0")/../support/cli.sh"

mkfifo "$TMPDIR/to" "$TMPDIR/from"

# shows LINE-PATTERN - the subject's status has a line that matches
shows()
{
	try status "$subject"
	status 0
	test ! -s "$TMPDIR/err" || { show; fail "there must be no error"; }
	grep -q "^$1\$" "$TMPDIR/out" || { show; fail "there must be a line: $1"; }
}

# make the subject run a command, and wait until it has done it
subject_does()
{
	echo "$1; echo done >&4" >&3
	read -r answer <&4 && test "$answer" = done || fail "the subject must answer"
}

LD_PRELOAD=$library bash -c 'exec 3<>"$0/to" 4<>"$0/from"; while read -r -u 3 line; do eval "$line"; done' "$TMPDIR" &
subject=$!
trap 'kill "$subject" 2>/dev/null' EXIT
exec 3<>"$TMPDIR/to" 4<>"$TMPDIR/from"

# shellcheck disable=SC2016 # the subject expands these
{
	subject_does ':'
	subject_does 'mkfifo "$0/never"; cat "$0/never" & one=$!'
	subject_does 'cat "$0/never" & two=$!'
	try status "$subject"
	before=$(sed -n 's/^children  *//p' "$TMPDIR/out")
	test "$before" -ge 2 || { show; fail "two children must be listed"; }
	subject_does 'kill $one; wait $one'
	shows "children  *$((before - 1))"
	subject_does 'kill $two; wait $two'
	shows "children  *$((before - 2))"
}
shows "ended  *[0-9]* killed by signal 15, reaped by wait[a-z0-9]*\\( in thread [0-9]*\\)\\? [0-9.]* s ago"
subject_does '(exit 7)'
shows "ended  *[0-9]* exited with status 7, reaped by wait.*"
shows 'of which for old epochs  *[0-9]* bytes of at most [1-9][0-9]*'
shows 'sync point  *none: the program has not set one'

# what it learned pids from
# shellcheck disable=SC2016 # the subject expands these
subject_does 'echo 4242 >"$0/x.pid"; read -r p <"$0/x.pid"; read -r l </proc/$$/stat'
try status "$subject"
status 0
grep -q "^evidence  *4242 from $TMPDIR/x.pid, changed [0-9.]* s ago\$" "$TMPDIR/out" || { show; fail "the file must be listed"; }
grep -q "^  *$subject looked up [0-9.]* s ago\$" "$TMPDIR/out" || { show; fail "the look must be listed"; }

echo 'exit 0' >&3
wait "$subject"
try status "$subject"
status 1
said "no such process"

# another layout is refused, not guessed at (stats.1)
cat >"$TMPDIR/other.py" <<'END'
import mmap, os, struct, subprocess, sys
with open(sys.argv[1] + "/libpidepoch-other.so", "w+b") as f:
    f.write(struct.pack("16sIIIIQ", b"pidepoch: frame", 99, 1, 1, 0, 0).ljust(4096, b"\0"))
    f.flush()
    kept = mmap.mmap(f.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
sys.exit(subprocess.run([sys.argv[2], "status", str(os.getpid())]).returncode)
END
try_env python3 "$TMPDIR/other.py" "$TMPDIR" "$PIDEPOCH"
status 1
said "another version of pidepoch"

# this shell does not run under pidepoch
try status $$
status 1
said "it does not run under pidepoch, or has only a supervisor"

for wrong in x 0 -1 1x 99999999999 ''; do
	try status -- "$wrong"
	status 2
done
try status
status 2
said "missing pid"
try status 1 2
status 2
said "unexpected argument '2'"
