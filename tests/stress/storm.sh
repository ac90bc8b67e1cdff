# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# For a test by a program of storm.h: its runs, natively and with mechanisms disabled.
export PIDEPOCH_LOG=/dev/null # correct refusals, one notice each
unset PIDEPOCH_FORCE_OLD

# storm NAME ARGUMENTS...: bounded, since a call may never return
storm()
{
	echo "--- $1"
	shift
	timeout -s KILL $((${PIDEPOCH_TEST_SECONDS:-600} / 2)) "$@"
}

# natively PROGRAM SIGNALS: at least one signal must go astray, otherwise the test could not fail
natively()
{
	storm 'natively: at least one goes astray' "$1" '' "$2"
	case $? in
	1) ;;
	0) echo "nothing went astray natively"; exit 1 ;;
	77) exit 77 ;;
	*) exit 99 ;;
	esac
}

# preloaded PROGRAM SIGNALS
preloaded()
{
	storm 'preloaded' "$1" "$PIDEPOCH_PRELOAD" "$2" || exit
}

# without MECHANISMS PROGRAM SIGNALS
without()
{
	storm "without $1" env "PIDEPOCH_FORCE_OLD=$1" "$2" "$PIDEPOCH_PRELOAD" "$3" || exit
}
