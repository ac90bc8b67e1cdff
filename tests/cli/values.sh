#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An invalid value, given or inherited, gives one line that names the valid ones; nothing is run, no
# log is created.
. "$(dirname "$0")/../support/cli.sh"

wrong() # TEXT TEXT OPTION
{
	try run --log="$TMPDIR/log" "$3" -- "$marker"
	status 2
	said "$1" "$2"
	unmarked
	test ! -e "$TMPDIR/log" || fail "$3: a log was made"
}

wrong "'sometimes'" 'report, refuse or abort' --on-stale=sometimes
wrong "''" 'report, refuse or abort' --on-stale=
wrong "'REFUSE'" 'report, refuse or abort' --on-stale=REFUSE
wrong "'refuse '" 'report, refuse or abort' '--on-stale=refuse '
wrong "'EPERM'" 'ESRCH or EEPOCH' --errno=EPERM
wrong "'3'" 'ESRCH or EEPOCH' --errno=3
wrong "'yes'" 'on or off' --stacks=yes
wrong "''" 'empty' --trust=
wrong "'a:b'" 'colon' --trust=a:b

PIDEPOCH_ON_STALE=never
export PIDEPOCH_ON_STALE
wrong PIDEPOCH_ON_STALE "'never'" --errno=ESRCH
unset PIDEPOCH_ON_STALE
PIDEPOCH_ERRNO=EIO
export PIDEPOCH_ERRNO
wrong PIDEPOCH_ERRNO "'EIO'" --on-stale=report
unset PIDEPOCH_ERRNO

for option in --log --events; do
	try run $option= -- "$marker"
	status 2
	said "$option"
	unmarked
done

# an option that overrides a senseless variable mends it, and an empty variable is none
try_env PIDEPOCH_ON_STALE=never PIDEPOCH_ERRNO= "$PIDEPOCH" run --on-stale=refuse true
status 0
printed ''
