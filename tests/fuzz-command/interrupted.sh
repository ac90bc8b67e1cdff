#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If a signal ends `pidepoch fuzz` in the middle of a run, it leaves no process and no file behind,
# and its status is that signal; if it is killed by SIGKILL, it leaves no process.
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat "$TMPDIR/err")"

mkfifo alive
ulimit -c 0 # of SIGQUIT
env --default-signal=INT true 2>err || skip "env has no --default-signal, and a shell ignores the keyboard's signals for its background"
for end in TERM:143 HUP:129 INT:130 QUIT:131 KILL:137; do
	signal=${end%:*}
	env --default-signal=INT,QUIT "$PIDEPOCH" fuzz --runs=3 --timeout=1000 -- sh -c 'echo "$PIDEPOCH_FUZZ"; exec sleep 1000' >alive 2>err &
	pid=$!
	# a process that is left over keeps the pipe open
	{
		read -r page
		kill -"$signal" "$pid"
		timeout 20 cat >rest || fail "a process is left after $signal"
	} <alive
	wait "$pid"
	test $? -eq "${end#*:}" || fail "it has not died of $signal"
	if test "$signal" = KILL; then
		rm -r "${page%/page}"
	elif test -e "${page%/page}"; then
		fail "$signal: ${page%/page} is left"
	fi
done

# its output is not read
"$PIDEPOCH" fuzz --runs=1 --save=again -- bash -c 'echo "$PIDEPOCH_FUZZ"; sleep 0 & wait $!; kill -9 $!' 2>/dev/null | head -n 1 >first
read -r page <first
test "${page##*/}" = page || fail "the page is not named"
test ! -e "${page%/page}" || fail "${page%/page} is left when its reader has gone"
