#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An argument that pidepoch does not know is named in one line with a remedy, and nothing is run.
. "$(dirname "$0")/../support/cli.sh"

wrong() # TEXT ARGUMENT...
{
	text=$1
	shift
	try "$@"
	status 2
	said "$text" "--help'"
	unmarked
}

wrong 'missing command'
wrong "unknown command 'frobnicate'" frobnicate
wrong "unrecognized option '--frobnicate'" --frobnicate
wrong "'-x'" -x run "$marker"
wrong "option '--version=1' takes no argument" --version=1
wrong "'--frobnicate'" run --frobnicate "$marker"
wrong "'--frobnicate=1'" run --frobnicate=1 -- "$marker"
wrong "'-x'" run -xy "$marker"
wrong "'-x'" run --log="$TMPDIR/log" -xy "$marker"
wrong "option '--help=me' takes no argument" run --help=me "$marker"
wrong "option '--log' requires an argument" run --log
wrong "option '--on-stale' requires an argument" run --on-stale
wrong 'missing command' run
wrong 'missing command' run --
wrong 'missing command' run --on-stale=refuse --
wrong "'--frobnicate'" demo --frobnicate
wrong "unexpected argument 'now'" demo now
test ! -e "$TMPDIR/log" || fail "a log was made"
