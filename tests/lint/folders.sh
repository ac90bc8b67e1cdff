#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# configure and `make install` refuse a source, build or installation folder that LD_PRELOAD or make
# cannot name, and say which one it is. Other odd names are accepted.
. "$(dirname "$0")/lint.sh"

fail()
{
	echo "folders: $*"
	cat "$TMPDIR/out"
	exit 1
}

# With a name of a machine that does not exist, configure ends behind this check.
configure() # SOURCE ARGUMENT...
{
	source=$1
	shift
	"$source/configure" -q --host=none-such "$@" >"$TMPDIR/out" 2>&1
}

refused() # WHICH FOLDER
{
	grep -q "^configure: error: the $1 folder cannot be used$" "$TMPDIR/out" || fail "accepted: $2"
	grep -qxF "    $2" "$TMPDIR/out" || fail "does not name $2"
}

accepted()
{
	grep -q "Invalid configuration .none-such" "$TMPDIR/out" || fail "refused: $*"
}

# a folder of sources, as far as configure looks at it
copy() # FOLDER
{
	mkdir -p "$1/include" "$1/build-aux"
	cp "$project/configure" "$1"
	cp "$project/include/pidepoch.h" "$1/include"
	for file in folder-name config.sub config.guess install-sh ltmain.sh ar-lib compile missing; do
		cp "$project/build-aux/$file" "$1/build-aux"
	done
}

mkdir "$TMPDIR/plain"
copy "$TMPDIR/source"
for name in 'a b' a:b; do
	mkdir "$TMPDIR/$name"
	cd "$TMPDIR/$name" || exit 99
	configure "$TMPDIR/source"
	refused build "$TMPDIR/$name"

	cd "$TMPDIR/plain" || exit 99
	copy "$TMPDIR/copy of $name"
	configure "$TMPDIR/copy of $name"
	refused source "$TMPDIR/copy of $name"

	configure "$TMPDIR/source" "--prefix=/opt/$name"
	refused installation "/opt/$name"
done
for option in exec-prefix bindir libdir with-preload-dir; do
	configure "$TMPDIR/source" "--$option=/opt/a b"
	refused installation "/opt/a b"
done
for name in 'a	b' 'a$b' 'a\b' 'a"b' "o'clock" 'a`b' '#1' 'R&D' 'a;b' 'a|b' 'a<b' 'a>b' 'a(b' 'a)b' 'a*b' 'a?b' 'a[b' 'a]b' a,b; do
	sh "$project/build-aux/folder-name" x "/$name" 2>"$TMPDIR/out" && fail "accepted: $name"
	grep -qxF "    /$name" "$TMPDIR/out" || fail "does not name $name"
done

for name in plain größe-b_c.d+e@f%g~h=i; do
	mkdir -p "$TMPDIR/$name"
	cd "$TMPDIR/$name" || exit 99
	configure "$TMPDIR/source" --prefix="/opt/$name" --libdir='${exec_prefix}/lib/x'
	accepted "$name"
done

# make may be told of other folders than configure was; nothing is installed then
for variable in DESTDIR prefix libdir bindir preloaddir; do
	make -s -C "$PIDEPOCH_BUILDDIR" -f Makefile install-exec "$variable=$TMPDIR/in stalled" >"$TMPDIR/out" 2>&1 &&
		fail "make install accepts $variable='in stalled'"
	grep -q "^    $TMPDIR/in stalled" "$TMPDIR/out" || fail "make install does not name $variable"
	test ! -e "$TMPDIR/in stalled" || fail "make install begins with $variable='in stalled'"
done
exit 0
