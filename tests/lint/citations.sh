#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every rule that is cited exists: `slot.4` is in the header or source of that name below src or
# preload, S1 to S18 are in docs/rules.md. A rule is defined in one place, and none is cited by a
# letter that several files could mean.
. "$(dirname "$0")/lint.sh"

# Files in which citations count: sources, tests, documents. (man pages have "name.3" for other
# pages)
cited_in()
{
	{
		project_files "$1" c h S sh pml md
		test ! -e "$1/README.md" || echo README.md
	} | grep -v '^tests/lint/citations.sh$'
}

complaints()
{
	(
		cd "$1" || exit
		project_files . c h | grep -E '^(src|preload)/' | xargs grep -nE '^ \* [a-z_0-9]+\.[0-9]+  ' /dev/null |
			sed -E 's,^([^:]*):[0-9]+: \* ([a-z_0-9]+\.[0-9]+)  .*,\2 \1,' | sort >"$TMPDIR/homes"
		sed -nE 's/^\*\*(S[0-9]+)\b.*/\1 docs\/rules.md/p' docs/rules.md 2>/dev/null >>"$TMPDIR/homes"
		cut -d' ' -f1 "$TMPDIR/homes" | sort | uniq -d | sed 's/$/: a rule with two homes/'
		# a rule stands in a file of its name
		awk '{ n = $1; sub(/\.[0-9]+$/, "", n); f = $2; sub(/.*\//, "", f); sub(/\.[ch]$/, "", f)
			if ($2 != "docs/rules.md" && n != f) print $2 ": defines " $1 ", which belongs to " n }' "$TMPDIR/homes"
		cut -d' ' -f1 "$TMPDIR/homes" | sort -u >"$TMPDIR/rules"
		sed -E 's/\.[0-9]+$//' "$TMPDIR/rules" | grep -v '^S' | sort -u >"$TMPDIR/names"
		cited_in . | xargs grep -noE '(^|[^A-Za-z0-9_./-])([a-z_][a-z_0-9]*\.[0-9]+|S[0-9]+|[A-Z]\.[0-9]+)($|[^A-Za-z0-9_.]|\.($|[^0-9]))' /dev/null |
		awk -v rules="$TMPDIR/rules" -v names="$TMPDIR/names" '
			BEGIN { while ((getline line < rules) > 0) rule[line]; while ((getline line < names) > 0) name[line] }
			{
				split($0, part, ":"); where = part[1] ":" part[2]
				c = $0; sub(/^[^:]*:[0-9]+:/, "", c)
				if (!match(c, /[A-Za-z_][A-Za-z_0-9]*\.?[0-9]+/)) next
				c = substr(c, RSTART, RLENGTH); n = c; sub(/\.[0-9]+$/, "", n)
				if (c ~ /^[A-Z]\.[0-9]+$/) print where ": " c " may be a rule of several files; name the file"
				else if (c ~ /^S[0-9]+$/ ? !(c in rule) : (n in name) && !(c in rule)) print where ": " c " is cited and is not defined"
			}'
	)
}

printf '/*\n * slot - x\n *\n * slot.1  A rule.\n * hold.1  Not its place.\n */\n' | bad_file src/core/memory/slot.h
printf '/* slot.9 */\nint a;\n' | bad_file src/core/memory/gone.c
printf '/* as S99 says */\nint b;\n' | bad_file src/core/memory/semantic.c
printf '/* F.4 */\nint c;\n' | bad_file src/core/memory/letter.c
project_lint 4
