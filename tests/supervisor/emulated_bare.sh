#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program without libc waits for its child by pidepoch_raw.h under the supervisor, and has ENOSYS
# without.
. "$(dirname "$0")/../support/cli.sh"
program=$TMPDIR/number_bare

"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
# built here, because the flags of the other tests can be those of a sanitizer, which needs a libc
$CC -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -nostdlib -static -I"$PIDEPOCH_SRCDIR/include" \
	-o "$program" "$(dirname "$0")/emulated_bare.c" || fail 'it does not build'
status=0
"$program" || status=$?
test $status -eq 38 || fail "natively it ended with $status, which should be ENOSYS"
"$PIDEPOCH" run --supervisor=on -- "$program" || fail "under the supervisor it ended with $?"
