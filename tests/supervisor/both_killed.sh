#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# token.7: when monitor and worker have both been killed, a program with the library still forks,
# executes, signals its children and reaps them.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null ||
	skip 'no pid namespace to be had'
mkfifo "$TMPDIR/ready" "$TMPDIR/go"

cat >"$TMPDIR/program" <<'END'
exec 2>/dev/null # the shell reports the signal
sleep 1000 &
sleeper=$!
echo ready >ready
read -r word <go
kill "$sleeper"
wait "$sleeper"
echo "signalled $?"
/bin/sh -c 'exit 5'
echo "executed $?"
kill "$sleeper"
echo "stale $?"
exec /bin/sh -c 'echo replaced'
END

cat >"$TMPDIR/first" <<'END'
cd "$1" || exit 99
"$PIDEPOCH" run --supervisor=on -- sh ./program &
read -r word <ready
ours=
for process in /proc/[0-9]*; do
	read -r name <"$process/comm" && case $name in
	pidepoch-*) ours="$ours ${process#/proc/}" ;;
	esac
done
# none of them makes another one between the two ends
kill -STOP $ours
kill -KILL $ours
for pid in $ours; do
	while test -e "/proc/$pid" && ! grep -qs '^State:.Z' "/proc/$pid/status"; do :; done
done
echo go >go
wait
END
try_env unshare --user --map-root-user --pid --fork --mount-proc sh "$TMPDIR/first" "$TMPDIR"
status 0
printed 'signalled 143
executed 5
stale 1
replaced'
