#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command finds the options in its environment, the log as an absolute path, the library first,
# and no variable that was not given.
. "$(dirname "$0")/../support/cli.sh"

ours='^(LD_PRELOAD|PIDEPOCH_(ON_STALE|ERRNO|LOG|EVENTS|STACKS|TRUST))='
environment() # EXPECTED LINES, then what follows "run"
{
	expected=$1
	shift
	try run "$@" env
	as_expected
}

as_expected()
{
	status 0
	grep -E "$ours" "$TMPDIR/out" | sort >"$TMPDIR/ours"
	test "$(cat "$TMPDIR/ours")" = "$expected" || { show; fail "the environment must be: $expected"; }
}

environment "LD_PRELOAD=$library"
environment "LD_PRELOAD=$library
PIDEPOCH_ON_STALE=report" --on-stale=report --
environment "LD_PRELOAD=$library
PIDEPOCH_ERRNO=EEPOCH
PIDEPOCH_LOG=$TMPDIR/log
PIDEPOCH_ON_STALE=abort
PIDEPOCH_TRUST=sshd:cron*" --on-stale abort --errno EEPOCH --log "$TMPDIR/log" --trust sshd --trust='cron*'

environment "LD_PRELOAD=$library
PIDEPOCH_EVENTS=$TMPDIR/events
PIDEPOCH_STACKS=on" --events="$TMPDIR/events" --stacks=on

(
	cd "$TMPDIR" || exit
	environment "LD_PRELOAD=$library
PIDEPOCH_EVENTS=$(pwd -P)/here" --events=here
	environment "LD_PRELOAD=$library
PIDEPOCH_LOG=$(pwd -P)/here" --log=here
	try_env PIDEPOCH_LOG=there "$PIDEPOCH" run env
	expected="LD_PRELOAD=$library
PIDEPOCH_LOG=$(pwd -P)/there"
	as_expected
) || exit

# a foreign library stays, behind ours; copies of ours are removed, wherever they are
other=$TMPDIR/libother.so
# shellcheck disable=SC2086
echo 'int pidepoch_test_other;' | $CC -shared -fPIC -x c - -o "$other" || skip "$CC makes no library"
cp "$other" "$TMPDIR/mylibpidepoch-preload.so"
try_env LD_PRELOAD="$other $library:/gone/libpidepoch-preload.so::$TMPDIR/mylibpidepoch-preload.so" \
	"$PIDEPOCH" run env
expected="LD_PRELOAD=$library:$other:$TMPDIR/mylibpidepoch-preload.so"
as_expected
