#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If something that the demo needs is missing, one line names it before anything is started.
. "$(dirname "$0")/../support/cli.sh"

lacking() # NAME=VALUE TEXT...
{
	try_env "$1" "$PIDEPOCH" demo
	shift
	status 125
	said "$@"
	test -z "$(ls -d "$TMPDIR"/pidepoch-demo* 2>/dev/null)" || fail "something was left in TMPDIR"
}

mkdir "$TMPDIR/empty"
lacking PIDEPOCH_LIBDIR="$TMPDIR/empty" libpidepoch-preload.so "$TMPDIR/empty"
lacking PIDEPOCH_LIBEXECDIR="$TMPDIR/empty" innocent "$TMPDIR/empty"
lacking PATH="$TMPDIR/empty" bash 'not installed'
lacking TMPDIR=/nowhere /nowhere/

# under pidepoch itself nothing could be run natively
try run "$PIDEPOCH" demo
status 125
said 'preloaded'

# Root of a user namespace that may have no other below it, then stripped of its rights.
limit='echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --bounding-set=-all "$0" demo'
command -v setpriv >/dev/null && unshare -Ur true 2>/dev/null || skip "no user namespace to take rights away in"
try_env unshare -Ur sh -c "$limit" "$PIDEPOCH"
status 125
said 'needs a user namespace' max_user_namespaces
