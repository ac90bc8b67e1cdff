#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The use of a stale pid is refused in shells that the library cannot be loaded into, or whose
# environment is cleared.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"

cat >"$TMPDIR/body" <<'END'
/bin/true &
number=$!
wait $number
echo reaped $number
read -r line
kill -TERM $number 2>"$0.said" && echo ok || case $(cat "$0.said") in *"No such process"*) echo ESRCH ;; *) echo EEPOCH ;; esac
END

tried=0
for shell in 'busybox sh' mksh-static bash-static dash; do
	path=$(command -v "${shell%% *}") || continue
	tried=$((tried + 1))
	rest=${shell#"${shell%% *}"}
	{ echo "#!$path$rest"; cat "$TMPDIR/body"; } >"$TMPDIR/shell-$tried"
	printf '#!/bin/sh\nexec env -i %s%s %s\n' "$path" "$rest" "$TMPDIR/shell-$tried" >"$TMPDIR/clear-$tried"
	chmod +x "$TMPDIR/shell-$tried" "$TMPDIR/clear-$tried"
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$TMPDIR/shell-$tried" || fail "$shell"
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$TMPDIR/clear-$tried" || fail "$shell by env -i"
done
test $tried -gt 0 || skip 'no shell'
