#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# codespell finds no misspelt word. Words that only look wrong are in spelling.ignore.
. "$(dirname "$0")/lint.sh"
need codespell
ignore=$(cd "$(dirname "$0")" && pwd)/spelling.ignore

complaints()
{
	(
		cd "$1" || exit
		set --
		for path in include src preload python tests bench docs README.md README GNUmakefile Makefile.am configure.ac; do
			test ! -e $path || set -- "$@" $path
		done
		codespell --ignore-words="$ignore" --quiet-level=7 \
			--skip='*.o,*.lo,*.la,*.log,*.trs,.libs,.deps,corpus,spelling.*' "$@"
	)
}

printf '# The %s of a process\n' "lifetime ends, and its number is re""cieved" | bad_file docs/misspelt.md
project_lint 1
