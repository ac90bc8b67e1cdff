#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A run inside a run inherits the options that it is not given, adds to the trusted programs, and
# loads the library once.
. "$(dirname "$0")/../support/cli.sh"

try run --on-stale=report --errno=EEPOCH --log="$TMPDIR/log" --trust=outer -- \
	"$PIDEPOCH" run --errno=ESRCH --trust=inner -- sh -c '
		echo "$LD_PRELOAD"
		echo "$PIDEPOCH_ON_STALE $PIDEPOCH_ERRNO $PIDEPOCH_LOG $PIDEPOCH_TRUST"'
status 0
printed "$library
report ESRCH $TMPDIR/log outer:inner"

# an outer library from another place is removed: two copies would each know half
mkdir "$TMPDIR/lib"
cp -P "${library%/*}"/libpidepoch*.so* "$TMPDIR/lib"
try_env PIDEPOCH_LIBDIR="$TMPDIR/lib" "$PIDEPOCH" run env -u PIDEPOCH_LIBDIR "$PIDEPOCH" run sh -c 'echo "$LD_PRELOAD"'
status 0
printed "$library"
