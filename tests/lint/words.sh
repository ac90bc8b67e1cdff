#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No word that was replaced comes back. docs/glossary.md has the terms of this project. The list has
# lines WORD > REPLACEMENT; a word is a whole word, in upper or lower case.
. "$(dirname "$0")/lint.sh"

cat >"$TMPDIR/words" <<'END'
victim > subject (the program under test), unrelated process
victims > subjects, unrelated processes
postern > fast path
porter > supervisor
keeper > monitor, canary server
incarnation > process instance
whoever > the process that
somebody > a process, a thread
to be had > cannot create, cannot open
kin > ancestry
census > wrap proof
past the library > bypassing the library
END
words=$(sed 's/ > .*//' "$TMPDIR/words" | paste -sd '|')

complaints()
{
	(
		cd "$1" || exit
		files=$(project_files . c h S sh py md pml case | grep -vx 'tests/lint/words.sh'
			test ! -e README.md || echo README.md)
		# shellcheck disable=SC2086
		test -z "$files" || grep -EHnwio "$words" $files | while IFS=: read -r file line word; do
			echo "$file:$line: $word: use $(grep -i "^$word > " "$TMPDIR/words" | sed 's/.* > //')"
		done
	)
}

printf '/* The %s of a %s */\n' keeper Victim | bad_file src/core/words.h
printf 'No namespace is %s.\n\nA keepers is another word.\n' 'to be had' | bad_file docs/words.md
project_lint 3
