#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# debian/*.symbols have each symbol of the stored ABI, with the version of the package that had it
# first. `symbols.sh renew` adds the new symbols with today's version, and removes none.
. "$(dirname "$0")/lint.sh"

# the symbols of a dump, as dpkg-gensymbols(1) names them
symbols() # DUMP
{
	sed -n -e "s/.*<elf-symbol name='\([^']*\)' version='\([^']*\)'.*/\1@\2\n\2@\2/p" \
		-e "/ version=/d; s/.*<elf-symbol name='\([^']*\)'.*/\1@Base/p" "$1" | LC_ALL=C sort -u
}

complaints()
{
	for dump in "$1"/tests/lib/*.abi; do
		library=$(basename "$dump" .abi)
		file=$1/debian/${library}0.symbols
		symbols "$dump" >"$TMPDIR/have"
		sed -n 's/^ \([^ ]*\) [0-9].*/\1/p' "$file" | LC_ALL=C sort >"$TMPDIR/named"
		LC_ALL=C comm -23 "$TMPDIR/have" "$TMPDIR/named" |
			sed "s,.*,debian/${library}0.symbols: no & ('tests/lint/symbols.sh renew' adds it),"
		LC_ALL=C comm -13 "$TMPDIR/have" "$TMPDIR/named" |
			sed "s,.*,debian/${library}0.symbols: & is not in tests/lib/$library.abi,"
	done
}

renew()
{
	version=$(sed -n 's/^AC_INIT(\[pidepoch\], \[\(.*\)\])/\1/p' "$project/configure.ac")
	for dump in "$project"/tests/lib/*.abi; do
		library=$(basename "$dump" .abi)
		file=$project/debian/${library}0.symbols
		{
			echo "$library.so.0 ${library}0 #MINVER#"
			echo "* Build-Depends-Package: $library-dev"
			symbols "$dump" | while read -r symbol; do
				grep -F " $symbol " "$file" 2>/dev/null || echo " $symbol $version"
			done
		} >"$TMPDIR/new"
		cat "$TMPDIR/new" >"$file"
	done
}

test "${1:-}" != renew || { renew; exit; }

bad_file tests/lib/libbad.abi <<'END'
    <elf-symbol name='bad_old' version='BAD_1' is-default-version='yes'/>
    <elf-symbol name='bad_new' version='BAD_2' is-default-version='yes'/>
    <elf-symbol name='close' type='func-type'/>
END
bad_file debian/libbad0.symbols <<'END'
libbad.so.0 libbad0 #MINVER#
 BAD_1@BAD_1 0.1.0
 bad_old@BAD_1 0.1.0
 bad_gone@BAD_1 0.1.0
 close@Base 0.1.0
END
project_lint 3 # a new node, a new function, and one that is gone
