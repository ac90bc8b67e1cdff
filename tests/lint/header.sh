#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each public header stands alone and compiles without a warning as C99, C11, C2x and C++, by gcc
# and by clang; those of vrange as C89, too.
. "$(dirname "$0")/lint.sh"
need clang

complaints()
{
	for language in 'c -std=c89' 'c -std=c99' 'c -std=c11' 'c -std=c2x' 'c++ -std=c++11' \
		'c++ -std=c++20'; do
		for compiler in "$CC" clang; do
			# a bare gcc has no C++; clang has it at hand
			case "$compiler:$language" in clang:*) ;; *:c++*) continue ;; esac
			for header in "$1"/include/*.h; do
				case $language:$header in *c89:*/pidepoch*) continue ;; esac
				# shellcheck disable=SC2086
				echo "#include <$(basename "$header")>" | $compiler -x $language -I"$1/include" -fsyntax-only \
					-pedantic -Wall -Wextra -Werror - >"$TMPDIR/said" 2>&1 ||
					echo "$compiler -x $language: $(grep -m1 -E 'error|warning' "$TMPDIR/said")"
			done
		done
	done
}

# C++: the types that have a function's name are types there, too
names()
{
	printf '#include <pidepoch.h>\nint f() { pidepoch_ref r{}; pidepoch_stats s{};\n' >"$TMPDIR/names.cc"
	printf 'return pidepoch_ref(1, &r) + pidepoch_stats(&s); }\n' >>"$TMPDIR/names.cc"
	clang -x c++ -std=c++17 -I"$1/include" -fsyntax-only -Wall -Wextra -Werror "$TMPDIR/names.cc" 2>&1
}
names "${PIDEPOCH_SRCDIR:-.}" || exit 1

# strict C99 leaves out what four functions need: their use says what to define
printf '#include <pidepoch.h>\nint main(void) { return pidepoch_waitid(1, 0, 0, 0, 0); }\n' >"$TMPDIR/strict.c"
if "$CC" -std=c99 -I"${PIDEPOCH_SRCDIR:-.}/include" -c "$TMPDIR/strict.c" -o "$TMPDIR/strict.o" 2>"$TMPDIR/said" ||
	! grep -q _POSIX_C_SOURCE "$TMPDIR/said"; then
	echo "strict C99 does not say what pidepoch_waitid() needs"
	exit 1
fi

# a name that is a keyword in C++ only: right in the C dialects, wrong in two of C++
printf 'int pidepoch_bad(int class);\n' | bad_file include/pidepoch.h
project_lint 2
