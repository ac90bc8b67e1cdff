#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Without an option, a run is watched if CAP_SYS_ADMIN is available, whatever its command: programs
# that a shell starts without the library are watched, too. If watching is not possible, one line
# reports what is lost, and the program runs; without the capability no line is printed.
. "$(dirname "$0")/../support/cli.sh"
unset PIDEPOCH_SUPERVISOR

# 0: watched (a call that only a supervisor serves), 38: not
program=$TMPDIR/number_bare
$CC -O2 -ffreestanding -fno-stack-protector -nostdlib -static -I"$PIDEPOCH_SRCDIR/include" \
	-o "$program" "$(dirname "$0")/emulated_bare.c" || fail 'it does not build'
watched_below()
{
	# shellcheck disable=SC2016
	try_env "$@" sh -c '"$1"; exit $?' sh "$program"
}

# without the capability: the library alone, and no message
# shellcheck disable=SC2016
if test "$(id -u)" -ne 0; then
	watched_below "$PIDEPOCH" run --
elif command -v setpriv >/dev/null; then
	watched_below setpriv --bounding-set -all --inh-caps -all "$PIDEPOCH" run --
else
	fail 'setpriv (util-linux) is missing'
fi
status 38
test ! -s "$TMPDIR/err" || { show; fail 'there must be no word'; }

test "$(id -u)" -eq 0 && "$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" ||
	skip "no supervisor by default here: $(cat "$TMPDIR/err")"

watched_below "$PIDEPOCH" run --
status 0
printed ''
# shellcheck disable=SC2016
watched_below "$PIDEPOCH" run -- env -i
status 0
watched_below "$PIDEPOCH" run --supervisor=off --
status 38
watched_below PIDEPOCH_SUPERVISOR=off "$PIDEPOCH" run --
status 38
watched_below PIDEPOCH_SUPERVISOR=off "$PIDEPOCH" run --supervisor=auto --
status 0
# a run inside a run has the outer one's
watched_below "$PIDEPOCH" run -- "$PIDEPOCH" run --
status 0
printed ''

# ... and knows that without its environment, too (of make sanitize, where the command is one of
# those that want their library before ours)
asan=ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
watched_below "$PIDEPOCH" run -- env -i "$asan" "$PIDEPOCH" run --
status 0
test ! -s "$TMPDIR/err" || { show; fail 'there must be no word'; }
watched_below "$PIDEPOCH" run -- env -i "$asan" "$PIDEPOCH" run --supervisor=on --
status 0
# a left-over environment variable has no effect
watched_below PIDEPOCH_SUPERVISED=1 "$PIDEPOCH" run --
status 0

# doctor knows that it runs under a supervisor
try run --supervisor=on -- "$PIDEPOCH" doctor
grep -q 'user notification  *no: this command is in a watched run$' "$TMPDIR/out" || { show; fail 'why there is no second one'; }
grep -q 'with one thread  *exact$' "$TMPDIR/out" || { show; fail 'the first one guarantees what it does'; }

# it cannot be had: a line, and on
watched_below PIDEPOCH_FORCE_OLD=notify "$PIDEPOCH" run --
status 38
said 'no supervisor' 'are not watched' '--supervisor=off'
# ... and no trace of it in the program
try_env PIDEPOCH_FORCE_OLD=notify "$PIDEPOCH" run -- printenv PIDEPOCH_SUPERVISED
status 1
said 'no supervisor'
# except for lines that appear only under a supervisor
try_env PIDEPOCH_FORCE_OLD=notify "$PIDEPOCH" run --supervisor=on -- "$marker"
status 125
said 'no supervisor'
unmarked
try_env PIDEPOCH_FORCE_OLD=notify "$PIDEPOCH" run -- "$program"
status 125
said 'no supervisor'

try_env PIDEPOCH_SUPERVISOR=perhaps "$PIDEPOCH" run -- "$marker"
status 2
said "PIDEPOCH_SUPERVISOR='perhaps' in the environment: must be auto, on or off"
unmarked
