#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# watch prints what happens after its start in running programs: from the event file where a run has
# one, else from the programs, with a count of what it missed; of static programs, too. It ends with
# the processes that it was given.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/stale.sh"
test -x /usr/bin/python3 || skip "python3 is not installed"
unshare -rmpf --mount-proc true 2>/dev/null || skip "cannot create a pid namespace"
stale_programs "$TMPDIR"
$CC -static "$TMPDIR/uses.c" -o "$TMPDIR/static" || fail "$CC -static"

cat >"$TMPDIR/inside" <<'END'
cd "$TMPDIR" || exit 1
fail() { echo "FAIL: $*"; cat lines; exit 1; }
. "$SUPPORT/stale.sh"
: >lines
# A first use tells that the watch has begun: it is repeated until there is a line of it.
begin_watch() # OPTION...
{
	"$PIDEPOCH" watch -d 0.1 "$@" >lines 2>errors 3>&- 4<&- &
	watch=$!
	for i in $(seq 600); do
		stale_use 1
		stale_use -1
		sleep 0.1
		test ! -s lines || return 0
	done
	fail "no line"
}
await() # NUMBER PATTERN: so many lines, at least
{
	for i in $(seq 600); do
		test "$(grep -c -e "$2" lines)" -lt "$1" || return 0
		sleep 0.1
	done
	fail "there must be $1 lines: $2"
}
ends()
{
	stale_end
	wait $watch || fail "watch ends with $?"
	test ! -s errors || { cat errors; fail "an error"; }
}
case $CASE in
program)
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" -- /usr/bin/python3 uses.py
	stale_use 3
	begin_watch $run
	stale_use 1
	await 1 "^[0-9:.]* python3\[$run\]: kill($stale, SIGCONT): stale, refused\$"
	stale_use 200
	await 1 "^[0-9:.]* python3\[$run\]: [0-9]* more stale uses, not shown\$"
	;;
json)
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" -- /usr/bin/python3 uses.py
	begin_watch --json $run
	stale_use 1
	await 1 "^{\"pidepoch\":2,\"type\":\"event\",\"kind\":\"stale\",\"severity\":\"error\",\"time\":[0-9.]*,\"pid\":$run,\"program\":\"python3\",\"call\":\"kill\",\"number\":$stale,\"signal\":18,\"outcome\":\"refused\"}\$"
	;;
events)
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" --events="$TMPDIR/events" -- /usr/bin/python3 uses.py
	stale_use 5
	begin_watch $run
	count=$(grep -c SIGCONT lines)
	stale_use 300
	await $((count + 300)) "^[0-9:.]* python3 uses.py\[$run\]: kill($stale, SIGCONT): stale, refused; held by 'python3'\$"
	grep -q more lines && fail "an event is missing"
	;;
again) # a second run writes to the same file after the watch has closed it
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" --events="$TMPDIR/events" -- /usr/bin/python3 uses.py
	begin_watch
	stale_end
	for i in $(seq 600); do
		ls -l /proc/$watch/fd | grep -q "$TMPDIR/events" || break
		test $i -lt 600 || fail "the file stays open"
		sleep 0.1
	done
	first=$run count=$(grep -c "\[$run\]" lines)
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" --events="$TMPDIR/events" -- /usr/bin/python3 uses.py
	stale_use 1
	await 1 "^[0-9:.]* python3 uses.py\[$run\]: kill($stale, SIGCONT): stale, refused; held by 'python3'\$"
	test "$(grep -c "\[$first\]" lines)" = $count || fail "an event is shown again"
	stale_end
	kill $watch
	exit 0
	;;
file)
	stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" --events="$TMPDIR/events" -- /usr/bin/python3 uses.py
	begin_watch --events=events --kind=probe --json
	await 1 '"kind":"probe".*"holder":{"comm":"python3"'
	kill $watch
	wait $watch
	test $? -eq 143 || fail "it must end by the signal"
	! grep -v '"kind":"probe"' lines || fail "another kind"
	stale_end
	exit 0
	;;
static)
	stale_begin "$PIDEPOCH" run --supervisor=on --log="$TMPDIR/log" -- ./static
	begin_watch $run
	stale_use 1
	await 1 "^[0-9:.]* static\[$run\]: kill($stale, SIGCONT): stale, refused\$"
	;;
esac
ends
END
export SUPPORT="$PIDEPOCH_SRCDIR/tests/support"
cases='program json events again file static'
"$PIDEPOCH" run --supervisor=on -- true 2>/dev/null || cases=${cases% static}
for case in $cases; do
	status=0
	CASE=$case unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init sh "$TMPDIR/inside" >"$TMPDIR/out" 2>&1 || status=$?
	test $status -ne 77 || skip "this kernel does not set a namespace's next pid"
	test $status -eq 0 || { cat "$TMPDIR/out"; fail "$case: status $status"; }
	rm -f "$TMPDIR/to" "$TMPDIR/from" "$TMPDIR/log" "$TMPDIR/events"
done

# what cannot be watched
try watch 99999999
status 1
said 'no program runs under pidepoch there'
try watch --events="$TMPDIR/missing"
status 1
said 'No such file'
try watch --events="$TMPDIR/lines" 1
status 2
said "unexpected argument '1'"
for wrong in --kind=stael --delay=0 --delay=x; do
	try watch $wrong
	status 2
	said "invalid argument"
done
case $cases in *static) ;; *) skip "no supervisor here (the rest was tried)" ;; esac
