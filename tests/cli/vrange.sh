#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run --vrange preloads libvrange in front of the library, once, and a nested run keeps it; with
# --vrange-compat the program finds the number of that version. libraries.1, libraries.2.
. "$(dirname "$0")/../support/cli.sh"

unset VRANGE_COMPAT
vrange=$(realpath "$PIDEPOCH_VRANGE")
numbers=$PIDEPOCH_BUILDDIR/tests/vrange/numbers

preloads() # LD_PRELOAD, then what follows "pidepoch"
{
	expected=$1
	shift
	# shellcheck disable=SC2016 # the program expands it
	try "$@" sh -c 'echo "$LD_PRELOAD"'
	status 0
	printed "$expected"
}

preloads "$vrange:$library" run --vrange
preloads "$vrange:$library" run --vrange-compat=v13
preloads "$vrange:$library" run --vrange "$PIDEPOCH" run
preloads "$vrange:$library" run "$PIDEPOCH" run --vrange "$PIDEPOCH" run --vrange
preloads "$library" run
cp "$vrange" "$TMPDIR/libvrange.so.0"
preloads "$vrange:$library" run env LD_PRELOAD="$library:$TMPDIR/libvrange.so.0" "$PIDEPOCH" run --vrange
preloads "$vrange:$library" run env LD_PRELOAD="$library $vrange" "$PIDEPOCH" run

# shellcheck disable=SC2016
try run --vrange-compat=v9 sh -c 'echo "$VRANGE_COMPAT"'
printed v9

try run "$numbers" plain
test $got -ne 0 || fail "without --vrange the numbers must not be served"
for version in plain v9 v13; do
	case $version in plain) option=--vrange ;; *) option=--vrange-compat=$version ;; esac
	try run $option "$numbers" $version
	test $got -ne 77 || skip "$(cat "$TMPDIR/out")"
	status 0
done

try run --vrange-compat=v8 "$marker"
status 2
said "'v8'" 'v9 or v13'
unmarked
mkdir "$TMPDIR/none"
cp -P "${library%/*}"/libpidepoch*.so* "$TMPDIR/none"
try_env PIDEPOCH_LIBDIR="$TMPDIR/none" "$PIDEPOCH" run --vrange "$marker"
status 125
said libvrange.so "$TMPDIR/none" PIDEPOCH_LIBDIR
unmarked
