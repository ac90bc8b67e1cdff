#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The libraries that are loaded into programs use no libc symbol that library-symbols.deny names,
# have no executable stack and no text relocations, and find their sister library beside themselves.
. "$(dirname "$0")/lint.sh"
deny=$(dirname "$0")/library-symbols.deny

complaints() # FOLDER - of the shared libraries in it
{
	sed -n 's/^\([^#[:space:]]\{1,\}\)[[:space:]].*/\1/p' "$deny" >"$TMPDIR/patterns"
	for library in "$1"/libpidepoch.so "$1"/libpidepoch-preload.so "$1"/libvrange.so; do
		test -e "$library" || continue
		name=$(basename "$library")
		nm -D -P -u "$library" | sed 's/[@ ].*//' | grep -Exf "$TMPDIR/patterns" |
			sed "s/^/$name needs /"
		readelf -lW "$library" | grep -q 'GNU_STACK.* RWE ' && echo "$name wants an executable stack"
		readelf -dW "$library" | grep -q TEXTREL && echo "$name has text relocations"
		readelf -dW "$library" | grep -E 'RPATH|RUNPATH' | grep -v '\[$ORIGIN\]' |
			sed "s/^.*(/$name has a build folder in (/"
	done
}

need "${CC%% *}"
cat >"$TMPDIR/bad.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
void *bad(int i) { char b[8]; sprintf(b, "%d", i); puts(b); return malloc(8); }
END
# shellcheck disable=SC2086
$CC -shared -fPIC -O1 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -Wl,-z,execstack -Wl,-rpath,/build \
	"$TMPDIR/bad.c" -o "$bad/libpidepoch.so" 2>"$TMPDIR/cc" || { cat "$TMPDIR/cc"; exit 99; }

test -e "$PIDEPOCH_BUILDDIR/.libs/libpidepoch.so" || { echo "libpidepoch.so was not built"; exit 1; }
project=$PIDEPOCH_BUILDDIR/.libs
project_lint 5
