#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: a static program under run --vrange marks and unmarks files by number, with its own
# rights, and a loss is reported to it; memory that it marks is accepted, and never purged.
# ranges.1, ranges.2, ranges.4.
. "$(dirname "$0")/../support/cli.sh"

static=$PIDEPOCH_BUILDDIR/tests/vrange/by_number
file=/dev/shm/vrange-test-file-$$
export VRANGE_LEDGER="/dev/shm/vrange-test-$$"
trap 'rm -f "$file" "$VRANGE_LEDGER"' EXIT
head -c 32768 /dev/zero | tr '\0' x >"$file" || skip 'there is no room in /dev/shm'
PIDEPOCH_SUPERVISOR=on
export PIDEPOCH_SUPERVISOR

by_number() # STATUS ARGUMENT...
{
	expected=$1
	shift
	try run --vrange "$static" "$@"
	test $got -ne 125 || skip "no supervisor: $(cat "$TMPDIR/err")"
	status "$expected"
}

try run true
test $got -ne 125 || skip "no supervisor: $(cat "$TMPDIR/err")"
by_number 0 memory
by_number 0 mark "$file"
by_number 0 unmark "$file"

# another process purges
by_number 0 mark "$file"
cat >"$TMPDIR/trim.py" <<'END'
import ctypes, os, sys
lib = ctypes.CDLL(None, use_errno=True)
lib.fvrange.argtypes = (ctypes.c_int, ctypes.c_long, ctypes.c_size_t, ctypes.c_int, ctypes.c_int)
lib.vrange_trim.argtypes, lib.vrange_trim.restype = (ctypes.c_size_t,), ctypes.c_size_t
fd = os.open(sys.argv[1], os.O_RDWR)
lib.fvrange(fd, 65536, 4096, 1, 0)
lib.fvrange(fd, 65536, 4096, 0, 0)
print(lib.vrange_trim(1))
END
if command -v python3 >/dev/null; then
	purged=$(LD_PRELOAD=$PIDEPOCH_VRANGE python3 "$TMPDIR/trim.py" "$file")
	test "$purged" = 32768 || fail "purged: $purged"
	by_number 1 unmark "$file"
	by_number 0 unmark "$file"
else
	echo 'left out: a loss (there is no python3)'
fi
if test "$(id -u)" -eq 0; then
	by_number 0 nobody "$file"
else
	echo 'left out: another user (this one is not root)'
fi

# without --vrange: as a kernel without the calls
try run "$static" absent "$file"
status 0
