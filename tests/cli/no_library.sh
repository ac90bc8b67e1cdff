#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Without its library pidepoch runs nothing, and names every folder that it looked into.
. "$(dirname "$0")/../support/cli.sh"

mkdir "$TMPDIR/empty" "$TMPDIR/bin"
try_env PIDEPOCH_LIBDIR="$TMPDIR/empty" "$PIDEPOCH" run --log="$TMPDIR/log" -- "$marker"
status 125
said libpidepoch-preload.so "$TMPDIR/empty" PIDEPOCH_LIBDIR
unmarked
test ! -e "$TMPDIR/log" || fail "a log was made"

try_env PIDEPOCH_LIBDIR="$TMPDIR/empty:$TMPDIR/bin" "$PIDEPOCH" run "$marker"
status 125
said "$TMPDIR/empty, $TMPDIR/bin"

cp "$PIDEPOCH" "$TMPDIR/bin/pidepoch"
PIDEPOCH=$TMPDIR/bin/pidepoch
try run "$marker"
if test $got -eq 0; then
	echo "left out: there is a library in the configured place"
else
	status 125
	said libpidepoch-preload.so "$TMPDIR/bin/../lib"
	unmarked
fi

# The loader would cut such a name at the blank and then run without the library.
mkdir "$TMPDIR/a b"
cp -P "${library%/*}"/libpidepoch*.so* "$TMPDIR/a b"
try_env PIDEPOCH_LIBDIR="$TMPDIR/a b" "$PIDEPOCH" run "$marker"
status 125
said "$TMPDIR/a b" 'cannot be preloaded'
unmarked
