#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that the library cannot be loaded into (a static one, one with other rights, a chroot
# without it) runs from a protected program as it does natively, with at most the loader's one line
# about it; later dynamic programs are protected again.
. "$(dirname "$0")/../support/cli.sh"

# Prints its argument and whether the library is in it; its status is 5.
cat >"$TMPDIR/main.c" <<'END'
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	char line[4096];
	const char *is = "without";
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "libpidepoch-preload.so"))
			is = "with";
	printf("%s %s\n", argc > 1 ? argv[1] : "", is);
	return 5;
}
END
# shellcheck disable=SC2086
$CC -w "$TMPDIR/main.c" -o "$TMPDIR/plain" || skip "$CC cannot build"

between() # COMMAND... - from a protected shell, before and after a program that the library is in
{
	# shellcheck disable=SC2016
	try run --supervisor=off sh -c 'plain=$1; shift; $plain before; "$@"; echo $?; $plain after' sh "$TMPDIR/plain" "$@"
	status 5
	test "$(cat "$TMPDIR/out")" = "before with
between without
5
after with" || { show; fail "$*"; }
}

quietly() # COMMAND...
{
	between "$@"
	test ! -s "$TMPDIR/err" || { show; fail "no message is expected"; }
}

# shellcheck disable=SC2086
if $CC -static -w "$TMPDIR/main.c" -o "$TMPDIR/static" 2>/dev/null; then
	quietly "$TMPDIR/static" between
else
	echo "left out: $CC cannot link statically here"
fi

may_change_users || skip "the rest needs root"
if ! findmnt -nT "$TMPDIR" -o OPTIONS 2>/dev/null | grep -qw nosuid; then
	chmod 755 "$TMPDIR"
	cp "$TMPDIR/plain" "$TMPDIR/other"
	chown 65534 "$TMPDIR/other"
	chmod 4755 "$TMPDIR/other"
	quietly "$TMPDIR/other" between
fi

root=$TMPDIR/root
mkdir "$root"
cp "$TMPDIR/plain" "$root/plain"
ldd "$TMPDIR/plain" | grep -o '/[^ ]*' | while read -r file; do
	mkdir -p "$root/$(dirname "$file")"
	cp "$file" "$root/$file"
done
chroot "$root" /plain between >/dev/null 2>&1
test $? -eq 5 || skip "no chroot can be made"
between chroot "$root" /plain between
test "$(grep -c 'cannot be preloaded' "$TMPDIR/err")" -eq 1 || { show; fail "the loader must report it once"; }
test "$(wc -l <"$TMPDIR/err")" -eq 1 || { show; fail "there must be nothing else"; }
