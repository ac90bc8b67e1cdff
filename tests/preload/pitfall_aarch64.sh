#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The library, cross-built for aarch64 without a warning, works under qemu-user: the scenario is in
# pitfall_aarch64.c.

skip()
{
	echo "skip: $*"
	exit 77
}

cross=aarch64-linux-gnu-gcc
command -v $cross >/dev/null || skip "$cross is not installed"
command -v qemu-aarch64 >/dev/null || skip "qemu-aarch64 is not installed"
root=/usr/aarch64-linux-gnu
test -e $root/include/stdio.h || skip "there is no C library for aarch64 in $root"

cd "$PIDEPOCH_SRCDIR" || exit 99
library=$TMPDIR/libpidepoch-preload.so
flags="-std=gnu11 -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -Isrc -I$PIDEPOCH_BUILDDIR"

sources=$(make -s -C "$PIDEPOCH_BUILDDIR" -f Makefile preload-sources | tr ' ' '\n' |
	sed 's,/x86_64/,/aarch64/,' | grep '\.[cS]$') || exit 99

# As LIBRARY_CFLAGS and LIBRARY_LDFLAGS have it.
# shellcheck disable=SC2086
$cross $flags -fPIC -fvisibility=hidden -U_FORTIFY_SOURCE -fno-stack-protector -ftls-model=initial-exec \
	-mno-outline-atomics -shared -Wl,-z,defs -Wl,-z,now -Wl,--version-script=src/lib/libpidepoch.map \
	$sources -o "$library" || exit 1
# shellcheck disable=SC2086
$cross $flags -pthread tests/preload/pitfall_aarch64.c tests/support/actor.c tests/support/namespace.c \
	src/core/arch/aarch64/gate.S -o "$TMPDIR/subject" || exit 1

qemu-aarch64 -L $root "$TMPDIR/subject" </dev/null || skip "qemu-aarch64 runs nothing here"
exec "$PIDEPOCH_BUILDDIR/tests/preload/pitfall_aarch64" \
	qemu-aarch64 -L $root -E "LD_PRELOAD=$library" "$TMPDIR/subject"
