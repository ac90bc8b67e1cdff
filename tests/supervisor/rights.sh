#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor of an ordinary user has no other user ids than the user, and no capabilities; what
# it watches has no_new_privs.
. "$(dirname "$0")/../support/cli.sh"

become_user
# shellcheck disable=SC2086 # a command with arguments, or nothing
id=$($user id -u)

cat >"$TMPDIR/program" <<'END'
grep ^NoNewPrivs: /proc/self/status
for process in /proc/[0-9]*; do
	case $(tr '\0' '\n' <"$process/cmdline") in
	"pidepoch: "*" of $$") grep -E '^(Uid|CapPrm|CapEff):' "$process/status" ;;
	esac
done 2>/dev/null
END
printf 'NoNewPrivs:\t1\n' >"$TMPDIR/expected"
for _ in monitor worker; do
	printf 'Uid:\t%s\t%s\t%s\t%s\nCapPrm:\t%016d\nCapEff:\t%016d\n' "$id" "$id" "$id" "$id" 0 0
done >>"$TMPDIR/expected"

# shellcheck disable=SC2086
try_env $user "$PIDEPOCH" run --supervisor=on -- sh "$TMPDIR/program"
test "$got" -eq 0 || skip "no supervisor here: $(cat "$TMPDIR/err")"
cmp "$TMPDIR/expected" "$TMPDIR/out" || { show; fail 'not as expected'; }
