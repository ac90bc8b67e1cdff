#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A service script that starts a daemon, loses it, and stops the process that has the pid in its
# pidfile.
pidfile=${TMPDIR:-/tmp}/fuzz_pidfile.$$
sleep 0 &
echo $! >"$pidfile"
wait
kill "$(cat "$pidfile")" 2>/dev/null
rm -f "$pidfile"
exit 0
