#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The supervisors in Go and Rust, by system call numbers and by the library: workers that end are
# replaced, each end is reported once, and all are stopped.
. "$(dirname "$0")/../support/cli.sh"
unset PIDEPOCH_SUPERVISOR

examples=$PIDEPOCH_SRCDIR/docs/examples
workers=20
for go in "$(command -v go)" /usr/lib/go-*/bin/go; do
	test ! -x "$go" || break
done
export GOCACHE="$TMPDIR/cache" GOPATH="$TMPDIR/go" GO111MODULE=off GOFLAGS=
export LD_LIBRARY_PATH="$PIDEPOCH_BUILDDIR/.libs" PKG_CONFIG_PATH="$TMPDIR"
cat >"$TMPDIR/pidepoch.pc" <<END
Name: pidepoch
Description: from the build tree
Version: 0
Cflags: -I$PIDEPOCH_SRCDIR/include
Libs: -L$PIDEPOCH_BUILDDIR/.libs -lpidepoch
END

line() # the next one of the supervisor
{
	read -r said <&3 || fail "$name: ended early: $(cat "$TMPDIR/err")"
}

# a supervisor that hangs would keep its workers
end()
{
	exec 4>&-
	test -z "${supervisor:-}" || kill -KILL "$supervisor" 2>/dev/null
}
trap end EXIT

# supervise STOP COMMAND... - STOP is a signal, or close: the end of its standard input
supervise()
{
	stop=$1
	shift
	rm -f "$TMPDIR/lines" "$TMPDIR/input"
	mkfifo "$TMPDIR/lines" "$TMPDIR/input"
	setpriv --pdeathsig KILL "$@" $workers 3 >"$TMPDIR/lines" 2>"$TMPDIR/err" <"$TMPDIR/input" 4>&- &
	supervisor=$!
	exec 3<"$TMPDIR/lines" 4>"$TMPDIR/input"
	line
	test "$said" = "$workers started" || fail "$name: said $said"
	for n in 1 2 3 4; do
		worker=$(cat /proc/"$supervisor"/task/*/children | tr ' ' '\n' | grep . | sed -n ${n}p)
		kill -KILL "$worker"
		line
		test "$said" = "$worker ended" || fail "$name: $worker was killed, and not: $said"
	done
	if test "$stop" = close; then exec 4>&-; else kill -"$stop" $supervisor; fi
	ended=0
	line
	while test "$said" != "all $((workers + 3)) ended"; do
		case $said in *' ended') ended=$((ended + 1)) ;; *) fail "$name: said $said" ;; esac
		line
	done
	test $ended -eq $((workers - 1)) || fail "$name: $ended were told to have ended"
	wait $supervisor || fail "$name: status $?"
	supervisor=
	exec 3<&-
}

both() # STOP - the programs number and library
{
	name="$language by number"
	if "$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err"; then
		supervise "$1" "$PIDEPOCH" run --supervisor=on -- "$TMPDIR/number"
	else
		echo "$name: no supervisor here"
	fi
	name="$language by the library"
	supervise "$1" "$TMPDIR/library"
	name="$language by the library, preloaded"
	supervise "$1" "$PIDEPOCH" run --supervisor=off -- "$TMPDIR/library"
	tried="$tried $language"
}

tried=
if test -x "$go"; then
	language=Go
	CGO_ENABLED=0 "$go" build -o "$TMPDIR/number" "$examples/supervisor-number.go" || fail 'Go does not build'
	CGO_ENABLED=1 "$go" build -o "$TMPDIR/library" "$examples/supervisor-library.go" || fail 'cgo does not build'
	both TERM
fi
if rustc --version >/dev/null 2>&1; then
	language=Rust
	rustc -D warnings -C target-feature=+crt-static -o "$TMPDIR/number" "$examples/supervisor-number.rs" ||
		fail 'Rust does not build'
	rustc -D warnings -o "$TMPDIR/library" "$examples/supervisor-library.rs" -L "$PIDEPOCH_BUILDDIR/.libs" -l pidepoch ||
		fail 'Rust does not build'
	both close
fi
test -n "$tried" || skip 'neither Go nor Rust is installed (Debian: golang-go, rustc)'
echo "tried:$tried"
