#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The preload library has two segments, and its zeroed data needs no mapping of its own: each
# mapping is copied at each fork of each program, and each page written costs each start a fault.
# What each start runs and reads lies together: the kernel maps 64 KiB around a page that is
# touched.
. "$(dirname "$0")/lint.sh"

hex() # 0xNUMBER
{
	printf '%d' "$1"
}

complaints() # FOLDER - of the library
{
	library=$1/libpidepoch-preload.so
	readelf -lW "$library" | awk '$1 == "LOAD"' >"$TMPDIR/segments"
	test "$(wc -l <"$TMPDIR/segments")" -eq 2 || echo "libpidepoch-preload.so has not 2 segments"
	while read -r _ _ at _ file memory _; do
		file_end=$((($(hex "$at") + $(hex "$file") + 4095) / 4096))
		memory_end=$((($(hex "$at") + $(hex "$memory") + 4095) / 4096))
		test $file_end -eq $memory_end || echo "libpidepoch-preload.so: .bss goes past the last page of .data"
	done <"$TMPDIR/segments"
	from=$(nm -n "$library" | awk '$3 ~ /^pe_(text_begins|sink_know_stderr|settings_read|preload_hide)$/ { print "0x" $1; exit }')
	readelf -SW "$library" | sed -n 's/.*\.rodata *PROGBITS//p' >"$TMPDIR/constants"
	read -r at _ size _ <"$TMPDIR/constants"
	test -n "$from" || echo "libpidepoch-preload.so: no function of the start is found"
	test $(($(hex "0x$at") + $(hex "0x$size") - $(hex "$from"))) -le 65536 || echo "libpidepoch-preload.so: the start touches pages further apart than 64 KiB"
}

need "${CC%% *}"
need readelf
need nm
cat >"$TMPDIR/bad.c" <<'END'
char data[8192] __attribute__((aligned(4096))) = { 1 };
char zeroed[8192];
void pe_settings_read(void) {}
extern const char constant[70000];
const char constant[70000] = { 1 };
END
# shellcheck disable=SC2086
$CC -shared -fPIC -Wl,-z,separate-code "$TMPDIR/bad.c" -o "$bad/libpidepoch-preload.so" || exit 99

project=$PIDEPOCH_BUILDDIR/.libs
test -e "$project/libpidepoch-preload.so" || { echo "libpidepoch-preload.so was not built"; exit 1; }
readelf -dW "$project/libpidepoch-preload.so" | grep -q 'NEEDED.*san' && skip "built with a sanitizer"
project_lint 3
