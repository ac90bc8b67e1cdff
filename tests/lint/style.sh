#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file has the project's layout, its licence in the first line, no trailing blanks, no
# postponed work, and no line over 100 columns in comments and Markdown. A file of the tests has 500
# lines at most.
. "$(dirname "$0")/lint.sh"

# clang-format versions differ in small things; the project is laid out by the one of Debian 12
need clang-format
clang-format --version | grep -q ' 14\.' ||
	skip "clang-format is not version 14: $(clang-format --version)"

postponed='TO''DO|FIX''ME|X''XX|HA''CK'

layout()
{
	# shellcheck disable=SC2046 # no file name has a blank
	clang-format --dry-run --style="file:$project/.clang-format" $(project_files . c h) 2>&1 |
		sed -n 's/^\([^:]*:[0-9]*\):.*clang-formatted.*/\1: clang-format -i would change it/p' |
		sort -t: -u -k1,1
}

lines() # FILE...
{
	awk -v postponed="$postponed" '
		FNR == 1 { seen = 0 }
		FNR == 1 && /^#!/ { next }
		!seen++ && FILENAME !~ /\.(md|case)$/ && !/SPDX-License-Identifier: LGPL-2.1-or-later/ {
			print FILENAME ": no SPDX line first"
		}
		/[ \t]$/ { print FILENAME ":" FNR ": trailing blank" }
		$0 ~ "(^|[^A-Za-z_])(" postponed ")($|[^A-Za-z_])" {
			print FILENAME ":" FNR ": postponed work"
		}
	' "$@"
}

# Code is laid out by clang-format. Headings, indented text, what is not prose, and the page that
# bench/speed.py writes stay long.
columns() # FILE...
{
	awk '
		function width(line, n, at) {
			gsub(/[\200-\277]/, "", line)
			while ((at = index(line, "\t"))) {
				n = int((n + at - 1) / 8 + 1) * 8
				line = substr(line, at + 1)
			}
			return n + length(line)
		}
		FNR == 1 { fenced = 0 }
		/^```/ { fenced = !fenced }
		length($0) < 50 { next }
		FILENAME ~ /(^|\/)speed\.md$/ { next }
		FILENAME ~ /\.md$/ { if (fenced || /^(    |#|<)/) next }
		FILENAME ~ /\.[chS]$/ { if (!/\/\*|^[ \t]*\*|\*\//) next }
		FILENAME !~ /\.([chS]|md)$/ { if (!/^[ \t]*# / || /^# [A-Z][a-z]*: /) next }
		width($0) > 100 { print FILENAME ":" FNR ": over 100 columns" }
	' "$@"
}

length() # FILE...
{
	awk 'FNR == 501 { print FILENAME ": over 500 lines: split it by what it tests" }' "$@"
}

complaints()
{
	(
		cd "$1" || exit
		layout
		files=$(project_files . c h S sh py mk map awk pml case md
			for file in README.md GNUmakefile Makefile.am configure.ac pidepoch.pc.in .ci/run \
				build-aux/bare-root build-aux/bootstrap build-aux/check-ci build-aux/check-fresh build-aux/closing-line \
				build-aux/loader build-aux/packages build-aux/run-test; do
				test ! -e "$file" || echo "$file"
			done)
		# shellcheck disable=SC2086
		lines $files
		# shellcheck disable=SC2086
		columns $files
		# shellcheck disable=SC2046
		length /dev/null $(project_files . c h S sh py | grep '^tests/')
	)
}

spdx='/* SPDX-License-Identifier: LGPL-2.1-or-later */'
long=$(printf '%0101d' 0)
printf '%s\nint f(void) {\n    return 0;\n}\n' "$spdx" | bad_file src/core/layout.c
printf 'int f(void);\n' | bad_file src/core/licence.h
printf '%s\n/* %s: later */\n' "$spdx" TO''DO | bad_file src/core/later.c
printf '#!/bin/sh\n# SPDX-License-Identifier: LGPL-2.1-or-later\ntrue \n' | bad_file tests/unit/blank.sh
printf '%s\n/* %s */\n' "$spdx" "$long" | bad_file src/core/long.h
printf '#!/bin/sh\n# SPDX-License-Identifier: LGPL-2.1-or-later\n# %s\n' "$long" | bad_file tests/unit/long.sh
printf '# %s\n\n| %s |\n\ntext %s\n' "$long" "$long" "$long" | bad_file docs/long.md
printf '| %s |\n' "$long" | bad_file docs/speed.md
{ echo "$spdx"; yes 'int many;' | head -n 500; } | bad_file tests/unit/many.c
{ echo "$spdx"; yes 'int most;' | head -n 499; } | bad_file tests/unit/most.c
project_lint 9
