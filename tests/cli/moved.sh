#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An installed tree that was moved, or is reached through a link, still finds and loads its own
# library.
. "$(dirname "$0")/../support/cli.sh"

mkdir -p "$TMPDIR/one/bin" "$TMPDIR/one/lib"
cp "$PIDEPOCH" "$TMPDIR/one/bin/pidepoch"
cp -P "${library%/*}"/libpidepoch*.so* "$TMPDIR/one/lib"
mv "$TMPDIR/one" "$TMPDIR/two"
ln -s two/bin/pidepoch "$TMPDIR/link"
unset PIDEPOCH_LIBEXECDIR

# shellcheck disable=SC2016
for PIDEPOCH in "$TMPDIR/two/bin/pidepoch" "$TMPDIR/link"; do
	try run sh -c 'grep -o "/.*/libpidepoch[a-z-]*\.so" /proc/self/maps | sort -u'
	status 0
	grep -qx "$TMPDIR/two/lib/libpidepoch-preload.so" "$TMPDIR/out" ||
		{ show; fail "the moved library must be the one that is loaded"; }
	grep -v "^$TMPDIR/two/lib/" "$TMPDIR/out" && { show; fail "nothing may come from elsewhere"; }
done
PATH=$TMPDIR/two/bin:$PATH
pidepoch run true || fail "pidepoch found through PATH does not work"

# without /proc too
export TMPDIR
if unshare -Urm sh -c 'mount -t tmpfs none /proc' 2>/dev/null; then
	# shellcheck disable=SC2016
	for name in "$TMPDIR/link" pidepoch; do
		try_env unshare -Urm sh -c 'mount -t tmpfs none /proc; "$1" doctor --json | grep -q "\"preload\",\"works\":true" && exec "$1" run printenv LD_PRELOAD' sh "$name"
		status 0
		printed "$TMPDIR/two/lib/libpidepoch-preload.so"
	done
else
	echo 'left out: /proc cannot be hidden here'
fi
