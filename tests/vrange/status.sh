#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: pidepoch status shows the volatile, armed and purged bytes of a program that uses
# libvrange, with or without the preload library. marker.1.
. "$(dirname "$0")/../support/cli.sh"

mkfifo "$TMPDIR/to" "$TMPDIR/from"
cat >"$TMPDIR/holds.py" <<'END'
import ctypes, mmap, os, sys
lib = ctypes.CDLL(None)
lib.vrange_new.restype = lib.vrange_pin.restype = ctypes.c_void_p
lib.vrange_new.argtypes = (ctypes.c_size_t, ctypes.c_uint)
lib.vrange_pin.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
lib.vrange_unpin.argtypes = (ctypes.c_void_p,)
lib.vrange_trim.argtypes = (ctypes.c_size_t,)
lib.mvrange.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int)
memory = mmap.mmap(-1, 8 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
ctypes.memset(address, 1, 8 * 4096)
first, second = lib.vrange_new(4 * 4096, 0), lib.vrange_new(2 * 4096, 0)
def use(thing):
    ctypes.memset(lib.vrange_pin(thing, None), 1, 4096)
    lib.vrange_unpin(thing)
use(first)
print("purged", lib.vrange_trim(1), flush=True)
use(second)
if lib.mvrange(address, 8 * 4096, 1, 4) != 0:
    print("refused", flush=True)
else:
    print("ready", flush=True)
sys.stdin.readline()
END

# shows PRELOAD
shows()
{
	LD_PRELOAD=$1 python3 "$TMPDIR/holds.py" <"$TMPDIR/to" >"$TMPDIR/from" &
	program=$!
	exec 3>"$TMPDIR/to" 4<"$TMPDIR/from"
	read -r purged bytes <&4 && test "$purged $bytes" = 'purged 16384' || fail "the program must purge: $purged"
	read -r answer <&4
	test "$answer" = ready || { exec 3>&-; skip "userfaultfd is forbidden here"; }
	try status $program
	status 0
	for line in 'volatile  *8192 bytes' 'armed  *32768 bytes' 'purged so far  *16384 bytes'; do
		grep -q "^$line\$" "$TMPDIR/out" || { show; fail "there must be a line: $line"; }
	done
	exec 3>&- 4<&-
	wait $program
}

command -v python3 >/dev/null || skip 'there is no python3'
shows "$PIDEPOCH_VRANGE"
! grep -q '^children' "$TMPDIR/out" || { show; fail "it does not run under pidepoch"; }
shows "$PIDEPOCH_VRANGE:$library"
