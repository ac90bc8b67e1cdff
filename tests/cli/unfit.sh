#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that the library cannot be loaded into is not run unprotected: if the supervisor is off,
# or needs a privilege that is missing, one line gives the reason.
. "$(dirname "$0")/../support/cli.sh"

unfit() # PROGRAM TEXT...
{
	program=$1
	shift
	try run --supervisor=off --log="$TMPDIR/log" -- "$program"
	status 125
	said "$program" 'needs the supervisor' "$@"
	try_env PIDEPOCH_FORCE_OLD=admin "$PIDEPOCH" run --supervisor=auto --log="$TMPDIR/log" -- "$program"
	status 125
	said "$program" 'needs the supervisor' '--supervisor=on' "$@"
	test ! -e "$TMPDIR/log" || fail "a log was made"
}

# a copy that is changed in nothing runs, so it is the change that matters
cp /bin/true "$TMPDIR/copy"
try run "$TMPDIR/copy"
status 0

patched /bin/true 18 '\362\377' "$TMPDIR/machine" # e_machine
unfit "$TMPDIR/machine" 'machine'
patched /bin/true 4 '\001' "$TMPDIR/class" # EI_CLASS: 32 bits
unfit "$TMPDIR/class" 'machine'

# the name of the loader, of the same length: another C library's
loader=$(readelf -lW /bin/true | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
offset=$(readelf -lW /bin/true | awk '$1 == "INTERP" { print $2 }')
other=$TMPDIR/l
while test ${#other} -lt ${#loader}; do other=${other}x; done
if test ${#other} -eq ${#loader}; then
	cp "$loader" "$other"
	patched /bin/true $((offset)) "$other" "$TMPDIR/libc"
	try run --supervisor=off "$TMPDIR/libc"
	status 125
	said "$TMPDIR/libc" 'C library' 'needs the supervisor'
fi

printf 'int main(void) { return 0; }\n' >"$TMPDIR/main.c"
# shellcheck disable=SC2086
if $CC -static "$TMPDIR/main.c" -o "$TMPDIR/static" 2>/dev/null; then
	unfit "$TMPDIR/static" 'statically linked'
	printf '#! %s -x\n' "$TMPDIR/static" >"$TMPDIR/script"
	chmod +x "$TMPDIR/script"
	unfit "$TMPDIR/script" "$TMPDIR/static" 'statically linked'
	printf '#!%s\n' "$TMPDIR/script" >"$TMPDIR/script2"
	chmod +x "$TMPDIR/script2"
	unfit "$TMPDIR/script2" "$TMPDIR/static" 'statically linked'
	try_env PATH="$TMPDIR:$PATH" "$PIDEPOCH" run --supervisor=off static
	status 125
	said "$TMPDIR/static" 'statically linked'
	# shellcheck disable=SC2086
	$CC -static-pie "$TMPDIR/main.c" -o "$TMPDIR/pie" 2>/dev/null && unfit "$TMPDIR/pie" 'statically linked'
else
	echo "left out: $CC cannot link statically here"
fi

# The dynamic loader has no loader itself, and loads the library all the same.
try run "$loader" /bin/sh -c 'echo "${LD_PRELOAD%%:*}"'
status 0
printed "$library"
