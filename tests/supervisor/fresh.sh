#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisor does not refuse a pid that the library knows to be fresh: a shell that has read
# /proc/N again.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
command -v bash >/dev/null || skip 'bash is not installed'

cat >"$TMPDIR/look" <<END
#!$(command -v bash)
/bin/true &
number=\$!
wait \$number
echo reaped \$number
read -r
read -r line </proc/\$number/stat
kill -TERM \$number 2>/dev/null && echo ok || echo ESRCH
END
chmod +x "$TMPDIR/look"
exec "$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$TMPDIR/look" fresh
