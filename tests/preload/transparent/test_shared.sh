#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs that wait for their children behave under --waits=share as they do natively.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
failed=0 same=0

export TWICE_SETTINGS=PIDEPOCH_WAITS=share
unset PIDEPOCH # without a third run: only the library has this option
cases='bash-jobs bash-pipes dash-script make-parallel perl-processes python-asyncio python-subprocess'
test -z "${PIDEPOCH_QUICK:-}" || cases='bash-jobs perl-processes'
for name in $cases; do
	"$here/twice" "$here/$name.case" </dev/null
	case $? in
	0) same=$((same + 1)) ;;
	77) ;; # what it needs is not there
	*) failed=$((failed + 1)) ;;
	esac
done
test $failed -eq 0 || exit 1
test $same -gt 0 || exit 77
