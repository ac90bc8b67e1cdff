#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `make install prefix=...` is complete: pkg-config's flags build a program that runs with the
# installed library, a preloaded one takes the API from the preload library wherever that is, and
# the command starts.
. "$(dirname "$0")/lint.sh"

fail()
{
	echo "installed: $*"
	exit 1
}

prefix=$TMPDIR/prefix
# each folder by name, so that a --libdir given to configure is not installed into
run_make() # GOAL
{
	make -s -C "$PIDEPOCH_BUILDDIR" -f Makefile "$1" prefix="$prefix" exec_prefix="$prefix" bindir="$prefix/bin" \
		libdir="$prefix/lib" libexecdir="$prefix/libexec" includedir="$prefix/include" \
		datarootdir="$prefix/share" mandir="$prefix/share/man" >"$TMPDIR/make" 2>&1 ||
		{ cat "$TMPDIR/make"; fail "make $1 prefix=... failed"; }
}

run_make install
for file in include/pidepoch.h include/pidepoch_raw.h lib/libpidepoch.so lib/libpidepoch-preload.so lib/pkgconfig/pidepoch.pc \
	include/vrange.h include/vrange_raw.h lib/libvrange.so lib/pkgconfig/vrange.pc bin/pidepoch; do
	test -e "$prefix/$file" || fail "no $file"
done
ls "$prefix"/lib/*.a >/dev/null 2>&1 && fail "a static archive, which would be a second copy of the state"

# each function has a page by its name, which leads to a page that is there
for name in $(sed -n 's/^\t\t\([a-z_]*\);.*/\1/p' "$PIDEPOCH_SRCDIR"/src/lib/libpidepoch.map "$PIDEPOCH_SRCDIR"/src/vrange/libvrange.map); do
	page=$(find "$prefix/share/man" -name "$name.[23]")
	test -n "$page" || fail "no manual page $name"
	link=$(sed -n 's/^\.so //p' "$page")
	test -z "$link" || grep -q "^\.Fo $name\$" "$prefix/share/man/$link" || fail "the page of $name leads nowhere"
done

# each page and each header is in a Debian package
for file in $(cd "$prefix" && find include share/man ! -type d); do
	# shellcheck disable=SC2254 # the lines are patterns
	while read -r pattern; do
		case usr/$file in $pattern | $pattern/*) continue 2 ;; esac
	done <<END
$(cat "$PIDEPOCH_SRCDIR"/debian/*.install)
END
	fail "$file is in no debian/*.install"
done

cat >"$TMPDIR/use.c" <<'END'
#include <pidepoch.h>
#include <stdio.h>
int main(void) { return puts(pidepoch_version()) < 0; }
END
line=$(sed -n 's/^    \(export PKG_CONFIG_PATH=\)/\1/p' "$TMPDIR/make")
flags=$(eval "$line"; pkg-config --cflags --libs pidepoch) || fail "pkg-config finds no pidepoch after '$line': $flags"
case $flags in *"-L$prefix/lib"*) ;; *) fail "pkg-config does not name the prefix: $flags" ;; esac
# shellcheck disable=SC2086
$CC "$TMPDIR/use.c" -o "$TMPDIR/use" $flags || fail "a program that follows pkg-config does not build"
readelf -d "$TMPDIR/use" | grep -q 'NEEDED.*\[libpidepoch\.so\.[01]\]' || fail "the program does not need the SONAME"
line=$(sed -n 's/^    \(export LD_LIBRARY_PATH=\)/\1/p' "$TMPDIR/make")
test -n "$line" || fail "the loader does not look in the prefix, and make install does not say what to type"
version=$(eval "$line"; "$TMPDIR/use") || fail "a program that follows pkg-config does not run"
test "$version" = "$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --modversion pidepoch)" ||
	fail "the library says $version, pkg-config something else"

cat >"$TMPDIR/volatile.c" <<'END'
#include <vrange.h>
int main(void) { struct vrange_stat s = { sizeof(s), 0, 0, 0, 0, 0, 0, 0 }; return vrange_stat(&s) != 0 || s.level < 1; }
END
flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --cflags --libs vrange) || fail "pkg-config: $flags"
# shellcheck disable=SC2086
$CC "$TMPDIR/volatile.c" -o "$TMPDIR/volatile" $flags || fail "a program that follows pkg-config vrange does not build"
readelf -d "$TMPDIR/volatile" | grep -q 'NEEDED.*\[libvrange\.so\.0\]' || fail "the program does not need the SONAME of libvrange"
LD_LIBRARY_PATH="$prefix/lib" "$TMPDIR/volatile" || fail "a program that follows pkg-config vrange does not run"

# Nothing is left of an installation. (The files of the next check are copied before.)
cp -a "$prefix" "$TMPDIR/moved"
run_make uninstall
test -z "$(find "$prefix" ! -type d)" || fail "make uninstall leaves $(find "$prefix" ! -type d)"
test ! -e "$prefix/libexec/pidepoch" || fail "make uninstall leaves the demo's folder"

# anywhere: both are moved after they were installed; a preloaded program takes the API from the
# preload library
LD_DEBUG=bindings LD_LIBRARY_PATH="$TMPDIR/moved/lib" LD_PRELOAD="$TMPDIR/moved/lib/libpidepoch-preload.so" \
	"$TMPDIR/use" >"$TMPDIR/bindings" 2>&1 || fail "a program linked with one library and preloaded with the other does not run"
grep "binding file $TMPDIR/use " "$TMPDIR/bindings" | grep -q "to $TMPDIR/moved/lib/libpidepoch-preload.so .*pidepoch_version" ||
	{ cat "$TMPDIR/bindings"; fail "a preloaded program does not take the API from the preload library"; }
"$TMPDIR/moved/bin/pidepoch" --version >/dev/null || fail "the installed command does not start"
