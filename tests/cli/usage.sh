#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A word that pidepoch does not know is named in one line that says what to do, and nothing is run.
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

wrong 'no verb given'
wrong "'frobnicate'" frobnicate
wrong "'--frobnicate'" --frobnicate
wrong "'-x'" -x run "$marker"
wrong "'--version=1' takes no value" --version=1
wrong "'--frobnicate'" run --frobnicate "$marker"
wrong "'--frobnicate=1'" run --frobnicate=1 -- "$marker"
wrong "'-x'" run -xy "$marker"
wrong "'-x'" run --log="$TMPDIR/log" -xy "$marker"
wrong "'--help=me' takes no value" run --help=me "$marker"
wrong "'--log' needs a value" run --log
wrong "'--on-stale' needs a value" run --on-stale
wrong 'no command' run
wrong 'no command' run --
wrong 'no command' run --on-stale=refuse --
wrong "'--frobnicate'" demo --frobnicate
wrong "'now' is too much" demo now
test ! -e "$TMPDIR/log" || fail "a log was made"
