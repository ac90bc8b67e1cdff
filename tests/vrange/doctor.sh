#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: pidepoch doctor tells the level that libvrange has.
set -u

level() # [WITHOUT]
{
	VRANGE_FORCE_OLD=${1:-} "$PIDEPOCH" doctor --json 2>/dev/null |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["vrange"]["level"])'
}

bad=0
for pair in userfaultfd:3 free:4; do
	got=$(level "${pair%:*}")
	test "$got" = "${pair#*:}" || { echo "FAIL: without ${pair%:*}: level $got"; bad=1; }
done
case $(level) in 1 | 2 | 3) ;; *) echo "FAIL: level $(level)"; bad=1 ;; esac
"$PIDEPOCH" doctor | grep -q '^volatile ranges' || { echo 'FAIL: no section in the text'; bad=1; }
exit $bad
