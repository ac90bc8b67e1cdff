#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The functions and types of libpidepoch.so and libvrange.so are those of the stored dumps. `dump.sh
# renew` writes the dumps anew.
set -u

folder=${PIDEPOCH_SRCDIR:-.}/tests/lib
libraries=${PIDEPOCH_BUILDDIR:-.}/.libs
stored=$folder/libpidepoch.abi
library=$libraries/libpidepoch.so
headers=${PIDEPOCH_SRCDIR:-.}/include

skip()
{
	echo "skip: $*"
	exit 77
}

if test "${1:-}" = renew; then
	for name in libpidepoch libvrange; do
		abidw --exported-interfaces-only --drop-private-types --headers-dir "$headers" --no-corpus-path \
			--no-comp-dir-path --no-show-locs --no-elf-needed --type-id-style hash \
			--out-file "$folder/$name.abi" "$libraries/$name.so" || exit
	done
	exit 0
fi

command -v abidiff >/dev/null || skip "abidiff (abigail-tools) is not installed"
case $(uname -m) in x86_64) ;; *) skip "the stored dump is one of x86_64" ;; esac
readelf -S "$library" | grep -q '\.debug_info' || skip "the library was built without -g: it has no type information"

differs() # LIBRARY
{
	! abidiff --exported-interfaces-only "$stored" "$1" >"$TMPDIR/said" 2>&1
}

# first a library with one function, and a larger structure: this test must notice both
printf '#include <pidepoch.h>\nint pidepoch_stats(struct pidepoch_stats *s) { return (int)s->size; }\n' >"$TMPDIR/bad.c"
mkdir "$TMPDIR/include"
sed 's/^\tuint64_t retired_early;/&\n\tuint64_t larger_by;/' "$headers/pidepoch.h" >"$TMPDIR/include/pidepoch.h"
$CC -g -shared -fPIC -I"$TMPDIR/include" -Wl,-soname,libpidepoch.so.0 \
	-Wl,--version-script="$headers/../src/lib/libpidepoch.map" -o "$TMPDIR/bad.so" "$TMPDIR/bad.c" || exit 1
differs "$TMPDIR/bad.so" && grep -q larger_by "$TMPDIR/said" && grep -q '\[D\].*pidepoch_kill' "$TMPDIR/said" || {
	cat "$TMPDIR/said"
	echo "FAIL: a library that lacks functions and has a larger structure is not noticed"
	exit 1
}

same=0
for name in libpidepoch libvrange; do
	stored=$folder/$name.abi
	differs "$libraries/$name.so" || continue
	cat "$TMPDIR/said"
	echo "FAIL: the ABI of $name is not the stored one. If that is meant: 'make renew-abi', and commit tests/lib/$name.abi"
	echo "with the change. What has been released is never taken away or changed: new names get a new node of the map."
	same=1
done
exit $same
