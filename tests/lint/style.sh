#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file has the house's layout, its licence in the first line, no trailing blanks and no
# postponed work.
. "$(dirname "$0")/lint.sh"

# clang-format versions differ in small things; the house is laid out by the one of Debian 12
need clang-format
clang-format --version | grep -q ' 14\.' || skip "clang-format is not version 14: $(clang-format --version)"

postponed='TO''DO|FIX''ME|X''XX|HA''CK'

complaints()
{
	project_files "$1" c h | while read -r file; do
		clang-format --style="file:$house/.clang-format" "$1/$file" >"$TMPDIR/formatted"
		line=$(cmp "$1/$file" "$TMPDIR/formatted" 2>/dev/null | sed 's/.*line //')
		test -z "$line" || echo "$file:$line: clang-format -i would change it"
	done
	{
		project_files "$1" c h S sh py mk map awk pml
		for file in GNUmakefile Makefile.am configure.ac pidepoch.pc.in .ci/run \
			build-aux/bootstrap build-aux/packages build-aux/run-test build-aux/closing-line build-aux/loader; do
			test ! -e "$1/$file" || echo "$file"
		done
	} | while read -r file; do
		awk -v file="$file" -v postponed="$postponed" '
			NR == 1 && /^#!/ { next }
			!seen++ && !/SPDX-License-Identifier: LGPL-2.1-or-later/ { print file ": no SPDX line first" }
			/[ \t]$/ { print file ":" FNR ": trailing blank" }
			$0 ~ "(^|[^A-Za-z_])(" postponed ")($|[^A-Za-z_])" { print file ":" FNR ": postponed work" }
		' "$1/$file"
	done
}

spdx='/* SPDX-License-Identifier: LGPL-2.1-or-later */'
printf '%s\nint f(void) {\n    return 0;\n}\n' "$spdx" | bad_file src/core/layout.c
printf 'int f(void);\n' | bad_file src/core/licence.h
printf '%s\n/* %s: later */\n' "$spdx" TO''DO | bad_file src/core/later.c
printf '#!/bin/sh\n# SPDX-License-Identifier: LGPL-2.1-or-later\ntrue \n' | bad_file tests/unit/blank.sh
project_lint 4
