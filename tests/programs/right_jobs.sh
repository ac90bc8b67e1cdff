#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Jobs, pipes, a coprocess and traps, done right: each is signalled while it is there, and forgotten
# when it is not.
set -m
for time in 0.01 10 0.01 0.01; do sleep $time & done
kill %2 2>/dev/null
wait
sleep 10 &
kill $!
wait $! 2>/dev/null
ls / | sort | head -n 3 | wc -l >/dev/null
coproc cat
echo x >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
kill "$COPROC_PID"
wait 2>/dev/null
trap 'kill $(jobs -p) 2>/dev/null' EXIT
sleep 10 &
exit 0
