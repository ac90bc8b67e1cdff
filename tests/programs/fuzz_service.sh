#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A service of an init script: "start" leaves a daemon and a pidfile behind, "stop" is
# another process, later, and knows only the file. The daemon has ended meanwhile, and the
# process that reaps orphans has reaped it.
folder=$(mktemp -d)
mkfifo "$folder/alive"
sh -c 'sleep 0 & echo $! >"$1/pid"' start "$folder" >"$folder/alive" &
cat "$folder/alive" # until the last of the daemon has gone
sh -c 'kill "$(cat "$1/pid")" 2>/dev/null' stop "$folder"
rm -rf "$folder"
exit 0
