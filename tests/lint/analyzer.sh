#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# gcc -fanalyzer follows every path of the libraries that are loaded into programs, and finds no
# fault.
. "$(dirname "$0")/lint.sh"
# shellcheck disable=SC2086
echo 'int main(void) { return 0; }' | $CC -fanalyzer -x c -c -o "$TMPDIR/try.o" - 2>/dev/null || skip "$CC has no -fanalyzer"

complaints()
{
	project_files "$1" c | grep -E '^(src/core|src/lib|preload)/' |
		grep -v /libc/musl/ | while read -r file; do
		# shellcheck disable=SC2086
		(cd "$1" && $CC -std=gnu11 -O1 -D_GNU_SOURCE -Iinclude -Isrc -I"$PIDEPOCH_BUILDDIR" \
			-fanalyzer -fdiagnostics-plain-output -c -o /dev/null "$file" 2>&1) | grep -E 'Wanalyzer|error:'
	done
}

printf '#include <stdlib.h>\nint f(void)\n{\n\tint *p = malloc(4);\n\n\tfree(p);\n\treturn *p;\n}\n' |
	bad_file src/core/bad.c
project_lint 1
