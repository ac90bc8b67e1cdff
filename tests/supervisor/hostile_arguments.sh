#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A notified call has the same result as without pidepoch, whatever its arguments, and the same
# worker serves to the end.
. "$(dirname "$0")/../support/cli.sh"
program=$PIDEPOCH_BUILDDIR/tests/supervisor/hostile_arguments

"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
"$program" >"$TMPDIR/native" || fail "natively it ended with $?"
test "$(wc -l <"$TMPDIR/native")" -gt 1000 || fail 'it must have made its calls'

# The worker of this run is looked up before and after, by its command line, which names the pid of
# the run: other runs have workers of their own.
cat >"$TMPDIR/inside" <<END
for stat in /proc/[0-9]*/stat; do
	case \$(cat "\$stat" 2>/dev/null) in
	*'(pidepoch-worker)'*) grep -q "worker of \$\$" "\${stat%stat}cmdline" && echo "\$stat" ;;
	esac
done 2>/dev/null | sort >"$TMPDIR/before"
"$program" >"$TMPDIR/here" || exit
while read -r stat; do
	cat "\$stat" 2>/dev/null
done <"$TMPDIR/before" | grep -c worker >"$TMPDIR/after"
END
"$PIDEPOCH" run --supervisor=on -- sh "$TMPDIR/inside" || fail "under the supervisor it ended with $?"
test "$(cat "$TMPDIR/after")" -ge 1 && test "$(cat "$TMPDIR/after")" -eq "$(wc -l <"$TMPDIR/before")" ||
	fail 'a worker has gone'
cmp "$TMPDIR/native" "$TMPDIR/here" || { diff "$TMPDIR/native" "$TMPDIR/here" | head; fail 'the results differ'; }
