#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cppcheck finds no error, and nothing it warns of, in what is installed.
. "$(dirname "$0")/lint.sh"
need cppcheck

complaints()
{
	# A fault in the code is what is asked for, not a header that cppcheck did not need.
	(
		cd "$1" || exit
		project_files . c | grep -E '^(src|preload)/' |
			cppcheck --quiet --enable=warning,portability --std=c11 --library=posix --inline-suppr \
				--suppress=missingInclude --suppress=unknownMacro --suppress=preprocessorErrorDirective \
				-D__x86_64__ -D__linux__ -D_GNU_SOURCE -D__GNUC__=12 \
				-Iinclude -Isrc --template='{file}:{line}: {severity}: {message} [{id}]' \
				--file-list=- 2>&1 | grep -E '^[^:]+:[0-9]+: '
	)
}

printf 'int f(void)\n{\n\tint a[2] = { 0, 0 };\n\n\treturn a[2];\n}\n' | bad_file src/core/bad.c
project_lint 1
