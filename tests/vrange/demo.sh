#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: make demo-vrange shows what it claims, as root and as an ordinary user.
set -u

here=$PIDEPOCH_BUILDDIR/tests/vrange
timeout 60 "$here/demo" 2 || { echo "FAIL: status $?"; exit 1; }
test "$(id -u)" -eq 0 && command -v setpriv >/dev/null && chmod 755 "$TMPDIR" || exit 0
cp "$here/.libs/demo" "$TMPDIR" && cp -P "$PIDEPOCH_BUILDDIR"/.libs/libvrange.so* "$TMPDIR" || exit 99
LD_LIBRARY_PATH=$TMPDIR timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups "$TMPDIR/demo" 2 ||
	{ echo "FAIL: as an ordinary user: status $?"; exit 1; }
