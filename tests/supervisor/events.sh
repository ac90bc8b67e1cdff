#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Findings of the supervisor are in the event file: they are reported, they count for
# --error-exitcode, and warn-once means once.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
program=$PIDEPOCH_BUILDDIR/tests/supervisor/raw
events=$TMPDIR/events

# found STATUS COUNT OPTION... USE: a static program ends with STATUS and leaves COUNT events
found()
{
	wanted=$1 count=$2
	shift 2
	rm -f "$events"
	got=0
	echo go | "$PIDEPOCH" run --supervisor=on --log=/dev/null --events="$events" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	test $got -eq "$wanted" || fail "$* ended with $got: $(cat "$TMPDIR/out" "$TMPDIR/err")"
	test "$(grep -c '"type":"event"' "$events")" -eq "$count" || { cat "$events"; fail "$*: there must be $count events"; }
}

found 0 1 "$program" any kill
grep -q '"kind":"latent","severity":"warning".*"program":"raw","call":"kill".*"signal":15,"outcome":"refused","known":"own","command_line":"[^"]* any kill"}$' "$events" ||
	{ cat "$events"; fail 'the event must say what there was'; }
"$PIDEPOCH" report "$events" >"$TMPDIR/report" || fail "the report ended with $?"
grep -q 'raw' "$TMPDIR/report" && grep -q 'kill' "$TMPDIR/report" || { cat "$TMPDIR/report"; fail 'the report must show it'; }

found 9 1 --error-exitcode=9 "$program" any kill
found 0 0 --error-exitcode=9 "$program" any child
found 0 2 --on-stale=warn "$program" any descend
found 0 1 --on-stale=warn-once "$program" any descend
found 0 2 --on-stale=refuse "$program" any descend
found 0 0 --on-stale=off "$program" any descend


# a FIFO without a reader must not delay the supervisor
mkfifo "$TMPDIR/fifo" "$TMPDIR/ready" "$TMPDIR/hold"
cat >"$TMPDIR/body" <<'END'
kill -KILL "$1"
while kill -0 "$1" 2>/dev/null; do :; done
echo go | "$2" any kill
END
sh -c 'exec 7<>"$0/fifo"; echo $$ >"$0/ready"; read -r line <"$0/hold"' "$TMPDIR" &
read -r reader <"$TMPDIR/ready"
timeout -s KILL 60 "$PIDEPOCH" run --supervisor=on --log="$TMPDIR/fifo" --on-stale=warn -- sh "$TMPDIR/body" "$reader" "$program" >"$TMPDIR/out" 2>/dev/null ||
	fail "with a FIFO for a log it ended with $?"
