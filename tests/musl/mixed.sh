#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs of musl and of glibc start each other below one 'pidepoch run'. Each gets the library's
# build for its own C library; where that for musl is not installed, it gets none, and still starts.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/headers.sh"
command -v musl-gcc >/dev/null || skip "musl-gcc is not here; musl-tools has it"

cd "$PIDEPOCH_SRCDIR" || exit 99
headers "$TMPDIR/headers"
flags="-idirafter $TMPDIR/headers -std=gnu11 -D_GNU_SOURCE -Iinclude -Isrc -I$PIDEPOCH_BUILDDIR"
mkdir -p "$TMPDIR/both/musl" "$TMPDIR/one"
cp -L "$library" "$TMPDIR/both/"
cp -L "$library" "$TMPDIR/one/"
# shellcheck disable=SC2086
musl-gcc $flags tests/musl/program.c -o "$TMPDIR/program" || exit 1

# As LIBRARY_CFLAGS and LIBRARY_LDFLAGS have it.
sources=$(make -s -C "$PIDEPOCH_BUILDDIR" -f Makefile preload-sources | tr ' ' '\n' |
	grep -v /glibc/spawn | sed 's,/glibc/,/musl/,' | grep '\.[cS]$') || exit 99
# shellcheck disable=SC2086
musl-gcc $flags -O0 -fPIC -fvisibility=hidden -fno-stack-protector -ftls-model=initial-exec \
	-fasynchronous-unwind-tables -nostartfiles -shared -Wl,-z,defs -Wl,-z,now \
	-Wl,--version-script=src/lib/libpidepoch.map $sources \
	-o "$TMPDIR/both/musl/libpidepoch-preload.so" || exit 1

# expect LIBDIR THERE SHELLS COMMAND... - is the library in the program? What do its shells see?
expect()
{
	libraries=$1 there=$2 shells=$3
	shift 3
	try_env "PIDEPOCH_LIBDIR=$libraries" "$PIDEPOCH" run --on-stale=refuse -- "$@"
	status 0
	printf 'library: %s\nkill: -1 No such process\npopen: %s\n%s\n' "$there" "$shells" "$shells" |
		cmp -s - "$TMPDIR/out" || { show; fail "this is not what was expected"; }
}

"$TMPDIR/program" >"$TMPDIR/out" || skip "programs of musl do not run here"
grep -q '^library: no' "$TMPDIR/out" || { cat "$TMPDIR/out"; fail "without the library"; }
expect "$TMPDIR/both" yes loaded "$TMPDIR/program"
expect "$TMPDIR/both" yes loaded sh -c "$TMPDIR/program; exit"
# the addition is taken out of the environment again
expect "$TMPDIR/both" yes bare env -i "$TMPDIR/program"

# none for musl: below a shell of glibc the program starts as it would without us
expect "$TMPDIR/one" no bare sh -c "$TMPDIR/program; exit"
test ! -s "$TMPDIR/err" || { show; fail "it must start silently"; }
try_env "PIDEPOCH_LIBDIR=$TMPDIR/one" "$PIDEPOCH" run -- "$TMPDIR/program"
status 125
said 'built for musl, for which the library is not installed' 'needs the supervisor'

try_env "PIDEPOCH_LIBDIR=$TMPDIR/both" "$PIDEPOCH" doctor
grep -q 'and into programs of musl  *yes$' "$TMPDIR/out" || { show; fail "doctor must find it"; }
try_env "PIDEPOCH_LIBDIR=$TMPDIR/one" "$PIDEPOCH" doctor
grep -q 'and into programs of musl  *no: the build for musl is not' "$TMPDIR/out" ||
	{ show; fail "doctor must miss it"; }
