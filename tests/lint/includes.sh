#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The borders between folders: docs/layers.txt allows each #include, the table itself has no circle,
# no headers include each other in a circle, and every core file opens with the contract.
. "$(dirname "$0")/lint.sh"

need python3
layers=$project/docs/layers.txt

# edges FOLDER - "FILE INCLUDED" for each include of a file of the project, and "FILE ?NAME" for one
# that is not found
edges()
{
	(
		cd "$1" || exit
		project_files . c h S | grep -E '^(\./)?(include|src|preload)/' | python3 -c '
import os, re, sys
include = re.compile(r"^\s*#\s*include\s*([\"<])([^\">]*)[\">]", re.M)
for path in sys.stdin.read().split():
    path = os.path.normpath(path)
    for mark, name in include.findall(open(path, encoding="utf-8").read()):
        places = ("src/" + name, "include/" + name, os.path.join(os.path.dirname(path), name))
        found = [os.path.normpath(place) for place in places if os.path.exists(place)]
        if name == "config.h":
            print(path, name)
        elif found:
            print(path, found[0])
        elif mark == "\"":
            print(path, "?" + name)
'
	)
}

complaints()
{
	edges "$1" >"$TMPDIR/edges"
	awk '
		function folder(path) {
			sub(/\/[^\/]*$/, "", path)
			sub(/\/(arch|libc)(\/.*)?$/, "", path)
			return path
		}
		FNR == NR { if (!/^#/ && $2 == ":") { may[$1, $1]; for (i = 3; i <= NF; i++) may[$1, $i] }; next }
		$2 ~ /^\?/ { print $1 ": includes " substr($2, 2) ", which is not in the project"; next }
		!((folder($1), $2) in may) && !((folder($1), folder($2)) in may) { print $1 ": may not include " $2 }
	' "$layers" "$TMPDIR/edges"
	grep -E '\.h .*\.h$' "$TMPDIR/edges" | tsort 2>&1 >/dev/null |
		sed -n 's/^tsort: \([^-].*\.h\)$/\1: in a circle of includes/p'
	project_files "$1" c | grep '^src/core/' | while read -r file; do
		sed -n '/^#/{p;q}' "$1/$file" | grep -Fqx '#include "core/contract.h"' ||
			echo "$file: does not open with core/contract.h"
	done
}

# The table: each folder may include only folders of the lines above it, so that there can be no
# circle.
awk '!/^#/ && NF {
	for (i = 3; i <= NF; i++)
		if ($i ~ /^src\/[^.]*$/ && !($i in above)) { print $1 ": may include " $i ", which is not above it"; bad = 1 }
	above[$1] = 1
} END { exit bad }' "$layers" || exit 1

# The map in docs/engine.md is this table, without src/. Behind the colon the folders of core and
# supervisor have their last name only.
awk '!/^#/ && NF {
	line = ""
	for (i = 3; i <= NF; i++) {
		name = $i
		sub(/^src\/(core|supervisor)\//, "", name)
		sub(/^src\//, "", name)
		line = line " " name
	}
	sub(/^src\//, "", $1)
	printf "    %-18s:%s\n", $1, line
}' "$layers" >"$TMPDIR/map"
sed -n '/^<!-- layers.txt -->$/,/^<!-- end of layers.txt -->$/p' "$project/docs/engine.md" | grep '^    ' |
	cmp -s - "$TMPDIR/map" || {
	echo "docs/engine.md: between the marks of layers.txt must stand:"
	cat "$TMPDIR/map"
	exit 1
}

# a small project in which each include marked WRONG is a fault, and nothing else
: | bad_file src/lib/preload_api.h
: | bad_file src/lib/state.h
: | bad_file src/core/memory/tree.h
: | bad_file src/core/engine/guard.h
: | bad_file preload/own.h
: | bad_file include/pidepoch.h
printf '#include <pidepoch.h>\n' | bad_file src/core/contract.h # WRONG: the public header
printf '#include "core/contract.h"\n#include "lib/preload_api.h"\n' | bad_file src/core/arch/up.c # WRONG: lib
printf '#include <stdio.h>\n' | bad_file src/core/free.c # WRONG: no contract
printf '#include "core/contract.h"\n#include "core/engine/guard.h"\n' | bad_file src/core/memory/up.c # WRONG: engine
printf '#include "core/frame/b.h"\n' | bad_file src/core/frame/a.h # WRONG: a circle
printf '#include "core/frame/a.h"\n' | bad_file src/core/frame/b.h # WRONG: the same
printf '#include "lib/preload_api.h"\n#include "lib/state.h"\n' | bad_file preload/inside.c # WRONG: lib's inside
printf '#include "core/contract.h"\n#include "core/memory/tree.h"\n' | bad_file preload/deep.c # WRONG: the tree
printf '#include "core/engine/guard.h"\n#include "../../preload/own.h"\n' | bad_file src/lib/climbs.c # WRONG: preload
printf '#include <pidepoch.h>\n#include "core/memory/tree.h"\n' | bad_file src/cli/deep.c # WRONG: core
printf '#include "nowhere.h"\n' | bad_file src/cli/lost.c # WRONG: no such file
project_lint 11
