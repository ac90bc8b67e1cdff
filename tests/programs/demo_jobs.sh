#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A typical job script: a helper in the background, its pid kept in $!, a wait, and at the end a
# trap that "makes sure" the helper is gone.
cleanup() {
	kill "$helper" && echo "sent SIGTERM to $helper"
}

sleep 0 &
helper=$!
trap cleanup EXIT
wait "$helper"
echo "reaped $helper"
read -r _ # the rest of the work
