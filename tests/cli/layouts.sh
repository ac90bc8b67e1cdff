#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With any configured directories, a moved tree finds its library by the path from the binary to the
# library.
. "$(dirname "$0")/../support/cli.sh"

build=$PIDEPOCH_BUILDDIR
objects=$(ls "$build"/src/*/pidepoch-*.o | grep -v -e '-paths\.o$')
archives=$(for name in fuzz inspect supervisor report command core; do echo "$build/.libs/lib$name.a"; done)
libraries=$(sed -nE 's/^([A-Z]+_)?LIBS = (-[lL].*)/\2/p' "$build/Makefile")

# layout BINDIR LIBDIR - build as if configured so, install below a directory of our own, and check
# what is loaded
layout()
{
	root=$TMPDIR/root$((count = ${count:-0} + 1))
	mkdir -p "$root$1" "$root$2"
	# what was configured is in paths.c alone; the rest is taken as it was built
	# shellcheck disable=SC2086
	$CC -O0 -D_GNU_SOURCE -DPE_BINDIR="\"$1\"" -DPE_LIBDIR="\"$2\"" \
		-DPE_LIBEXECDIR='"/usr/libexec"' -DPE_BUILT_LIBDIR='""' -DPE_BUILT_LIBEXECDIR='""' \
		-I"$PIDEPOCH_SRCDIR/src" "$PIDEPOCH_SRCDIR"/src/cli/paths.c $objects \
		-Wl,--start-group $archives -Wl,--end-group -Wl,--as-needed $libraries -o "$root$1/pidepoch" ||
		fail "the command was not built"
	try_env "$root$1/pidepoch" run true
	status 125
	said "$root$1/../"
	cp -P "${library%/*}"/libpidepoch*.so* "$root$2"
	try_env "$root$1/pidepoch" run sh -c 'echo "$LD_PRELOAD"'
	status 0
	printed "$root$2/libpidepoch-preload.so"
}

test ! -e /nowhere || skip "there is a /nowhere"
layout /nowhere/bin /nowhere/lib/x86_64-linux-gnu
layout /nowhere/bin /nowhere/lib64/pidepoch/deep
layout /nowhere/bin /elsewhere/lib
layout /nowhere/bin/deep/er /nowhere/bin/deep/lib
layout /bin /nowhere/lib

# a foreign library in a place where only our build tree has one is not loaded
may_change_users || skip "the last part needs root, to give a file away"
mkdir -p "$TMPDIR/tree/.libs"
cp "$PIDEPOCH" "$TMPDIR/tree/pidepoch"
cp -P "${library%/*}"/libpidepoch*.so* "$TMPDIR/tree/.libs"
try_env "$TMPDIR/tree/pidepoch" run sh -c 'echo "$LD_PRELOAD"'
status 0
printed "$TMPDIR/tree/.libs/libpidepoch-preload.so"
chown 65534 "$TMPDIR/tree/.libs/libpidepoch-preload.so"
try_env "$TMPDIR/tree/pidepoch" run sh -c 'echo "$LD_PRELOAD"'
! grep -q "$TMPDIR" "$TMPDIR/out" || { show; fail "a foreign library was loaded"; }
