#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The engine calls only the functions for which core-symbols.allow gives a reason, and has no
# writable data of its own.
. "$(dirname "$0")/lint.sh"
allow=$(dirname "$0")/core-symbols.allow

complaints() # FOLDER - of the archives in it
{
	for archive in "$1"/libcore.a "$1"/.libs/libcore.a; do
		test -e "$archive" || continue
		nm -P --defined-only "$archive" 2>/dev/null | awk '$2 ~ /^[A-Z]$/ { print $1 }' | sort -u >"$TMPDIR/defined"
		sed -n 's/^\([A-Za-z_0-9]\{1,\}\)[[:space:]].*/\1/p' "$allow" | sort -u >"$TMPDIR/allowed"
		sort -u "$TMPDIR/defined" "$TMPDIR/allowed" >"$TMPDIR/known"
		nm -P -u "$archive" 2>/dev/null | awk 'NF >= 2 { print $1 }' | sort -u |
			comm -23 - "$TMPDIR/known" | sed 's/^/the engine calls /'
		size -A "$archive" | awk '/\(ex .*\):$/ { member = $1 }
			$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
				print member " has " $2 " bytes of writable data in " $1 }'
		nm -P "$archive" 2>/dev/null | awk '$2 == "C" { print $1 " is a common symbol" }'
	done
}

need "${CC%% *}"
cat >"$TMPDIR/bad.c" <<'END'
extern int puts(const char *s);
int shared;
static const char *const names[] = { "constant data is no fault", "memset" };
const char *bad(unsigned int i) { shared++; puts("x"); return names[i]; }
END
# shellcheck disable=SC2086
(cd "$TMPDIR" && $CC -c -fPIC bad.c && ar cr bad/libcore.a bad.o) || exit 99

nm "$PIDEPOCH_BUILDDIR/.libs/libcore.a" 2>/dev/null | grep -q ' T ' || skip "the engine is empty"
project=$PIDEPOCH_BUILDDIR
project_lint 2
