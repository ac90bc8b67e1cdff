#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may know whom: a room includes only the rooms below it, and every core file swears the contract first.
. "$(dirname "$0")/house.sh"

# may FILE INCLUDED - is this edge in the plan of the house? The public header is for hosts, not for the engine.
# Of the engine the preload library sees only what has no state: the one door to the kernel, text, and the
# trampolines whose hooks it defines. Everything with a state it reaches through lib's door.
may()
{
	case $1:$2 in
	preload/*:src/core/contract.h | preload/*:src/core/sys.h | preload/*:src/core/text.h) ;;
	preload/*:preload/arch/vfork.h | preload/*:preload/arch/syscall.h) ;;
	src/core/*:src/core/*) ;;
	src/lib/*:src/core/* | src/lib/*:src/lib/*) ;;
	preload/*:preload/* | preload/*:src/lib/preload_api.h) ;;
	src/supervisor/*:src/core/* | src/supervisor/*:src/supervisor/*) ;;
	src/report/*:src/report/* | src/report/*:src/core/record/notice.h) ;;
	src/cli/*:src/cli/* | src/cli/*:src/supervisor/* | src/cli/*:src/report/*) ;;
	include/pidepoch_raw.h:include/pidepoch.h) ;;
	src/core/*:include/* | include/*) return 1 ;;
	*:include/pidepoch.h) ;;
	src/lib/*:config.h | src/cli/*:config.h) ;;
	*) return 1 ;;
	esac
}

# target FOLDER FILE NAME - the path below FOLDER that FILE means by NAME; nothing for a system header
target()
{
	for path in "$(dirname "$2")/$3" "src/$3" "include/$3"; do
		test ! -e "$1/$path" || { realpath --relative-to="$1" "$1/$path"; return; }
	done
	case $3 in config.h) echo config.h ;; esac
}

complaints()
{
	project_files "$1" c h S | grep -E '^(include|src|preload)/' | while read -r file; do
		sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*(["<])([^">]*)[">].*/\1 \2/p' "$1/$file" |
		while read -r mark name; do
			path=$(target "$1" "$file" "$name")
			if test -n "$path"; then
				may "$file" "$path" || echo "$file: may not include $path"
			elif test "$mark" = '"'; then
				echo "$file: includes $name, which is not in the house"
			fi
		done
		case $file in
		src/core/*.c)
			sed -n '/^#/{p;q}' "$1/$file" | grep -Eqx '#include "(\.\./|core/)?contract.h"' ||
				echo "$file: does not open with contract.h"
			;;
		esac
	done
}

# a small house in which each include marked WRONG is a fault, and nothing else
: | bad_file src/lib/preload_api.h
: | bad_file src/lib/state.h
: | bad_file src/core/memory/tree.h
: | bad_file preload/own.h
: | bad_file include/pidepoch.h
printf '#include <pidepoch.h>\n' | bad_file src/core/contract.h # WRONG: the public header
printf '#include "../contract.h"\n#include "lib/preload_api.h"\n' | bad_file src/core/arch/up.c # WRONG: lib
printf '#include <stdio.h>\n' | bad_file src/core/unsworn.c # WRONG: no contract
printf '#include "lib/preload_api.h"\n#include "lib/state.h"\n' | bad_file preload/inside.c # WRONG: lib's inside
printf '#include "core/contract.h"\n#include "core/memory/tree.h"\n' | bad_file preload/deep.c # WRONG: the tree
printf '#include "core/memory/tree.h"\n#include "../../preload/own.h"\n' | bad_file src/lib/climbs.c # WRONG: preload
printf '#include <pidepoch.h>\n#include "core/memory/tree.h"\n' | bad_file src/cli/deep.c # WRONG: core
printf '#include "nowhere.h"\n' | bad_file src/cli/lost.c # WRONG: no such file
project_lint 8
