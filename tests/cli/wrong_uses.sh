#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every command, as --help lists them, and every wrong use: one line on standard error that begins
# with the command's name, status 2, nothing on standard output, nothing started. Right uses: -h,
# --help and "help COMMAND" print the same; a full disk is an error, a closed pipe is not.
. "$(dirname "$0")/../support/cli.sh"

try help
commands=$(sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' "$TMPDIR/out")
test "$(echo "$commands" | wc -l)" -ge 11 || { show; fail "the list of commands is too short"; }

wrong() # TEXT COMMAND ARGUMENT...
{
	text=$1
	shift
	try "$@"
	status 2
	said "$text"
	grep -q "^pidepoch $1: [a-z-]" "$TMPDIR/err" || { show; fail "the line must begin with the command"; }
	! grep -q '\.$' "$TMPDIR/err" || { show; fail "an error line ends without a full stop"; }
	unmarked
}

# the operands that a command needs, so that only the option is wrong
operands()
{
	case $1 in
	run | fuzz) echo "-- $marker" ;;
	status) echo 1 ;;
	completion) echo bash ;;
	esac
}

for command in $commands; do
	try "$command" --help
	status 0
	cp "$TMPDIR/out" "$TMPDIR/help"
	for words in "$command -h" "help $command"; do
		# shellcheck disable=SC2086
		try $words
		status 0
		cmp -s "$TMPDIR/out" "$TMPDIR/help" || { show; fail "'$words' differs from --help"; }
	done
	sed -n 's/^  \(-[a-zA-Z], \|    \)--\([a-z-]*\)=\{0,1\}\([^ ]*\).*/\2 \3/p' "$TMPDIR/help" >"$TMPDIR/options"
	# shellcheck disable=SC2046
	{
		wrong "unrecognized option '--frobnicate'; try 'pidepoch $command --help'" "$command" --frobnicate $(operands "$command")
		wrong "unrecognized option '--frobnicate=1'; try 'pidepoch $command --help'" "$command" --frobnicate=1 $(operands "$command")
		wrong "unrecognized option '-Q'; try 'pidepoch $command --help'" "$command" -Q $(operands "$command")
		wrong "option '--help=me' takes no argument; try" "$command" --help=me $(operands "$command")
		wrong "did you mean '--help'?" "$command" --hepl $(operands "$command")
		while read -r option value; do
			case $value in
			'') test "$option" = help || wrong "option '--$option=x' takes no argument" "$command" --"$option"=x $(operands "$command") ;;
			*) wrong "option '--$option' requires an argument; try" "$command" --"$option" ;;
			esac
			case $value in
			*[\|,]* | N | SECONDS | TIME)
				wrong "invalid argument 'xyzzy' for '--$option': must be " "$command" --"$option"=xyzzy $(operands "$command")
				wrong "invalid argument '' for '--$option': must be " "$command" --"$option"= $(operands "$command")
				;;
			esac
		done <"$TMPDIR/options"
	}
	case $command in
	run) wrong 'missing command; try' run ;;
	fuzz) wrong 'needs either a command or --replay; try' fuzz ;;
	status) wrong 'missing pid; try' status ;;
	completion) wrong 'missing shell; try' completion ;;
	esac
	case $command in
	demo | doctor | version) wrong "unexpected argument 'now'; try" "$command" now ;;
	status) wrong "unexpected argument '2'; try" status 1 2 ;;
	completion) wrong "unexpected argument 'zsh'; try" completion bash zsh ;;
	help) wrong "unexpected argument 'fuzz'; try" help run fuzz ;;
	esac
	case $command in
	status | top | watch)
		for pid in x 0 -1 1x 99999999999 ''; do
			wrong "invalid pid '$pid'" "$command" -- "$pid"
		done
		;;
	esac
	"$PIDEPOCH" "$command" --help >/dev/full 2>"$TMPDIR/err"
	test $? -eq 1 || fail "$command --help into a full disk: status $?"
	grep -q "^pidepoch $command: cannot write to standard output: No space left on device\$" "$TMPDIR/err" ||
		fail "$command --help into a full disk: no error"
	for trap in - ''; do
		(trap "$trap" PIPE; "$PIDEPOCH" "$command" --help 2>"$TMPDIR/err" | true)
		test ! -s "$TMPDIR/err" || { cat "$TMPDIR/err"; fail "$command --help: an error line for a closed pipe"; }
	done
done
wrong "unknown shell 'csh': must be bash, zsh or fish" completion csh

# the same for what the commands print, and for a closed standard output
: >"$TMPDIR/events"
for words in 'top --once' 'top --json' 'doctor' 'doctor --json' "report $TMPDIR/events" "report --format=html $TMPDIR/events" \
	'completion bash' 'help' 'version' '--version' '--help'; do
	# shellcheck disable=SC2086
	"$PIDEPOCH" $words >/dev/full 2>"$TMPDIR/err"
	test $? -eq 1 || fail "'$words' into a full disk: status $?"
	grep -q '^pidepoch[a-z ]*: cannot write to standard output: No space left on device$' "$TMPDIR/err" ||
		{ cat "$TMPDIR/err"; fail "'$words' into a full disk: no error"; }
	# shellcheck disable=SC2086
	"$PIDEPOCH" $words >&- 2>"$TMPDIR/err"
	test $? -eq 1 || fail "'$words' with no standard output: status $?"
	grep -q '^pidepoch[a-z ]*: cannot write to standard output: Bad file descriptor$' "$TMPDIR/err" ||
		{ cat "$TMPDIR/err"; fail "'$words' with no standard output: no error"; }
	for trap in - ''; do
		# shellcheck disable=SC2086
		(trap "$trap" PIPE; "$PIDEPOCH" $words 2>"$TMPDIR/err" | true)
		test ! -s "$TMPDIR/err" || { cat "$TMPDIR/err"; fail "'$words': an error line for a closed pipe"; }
	done
done

# each command with one letter left out, twice, or two of them exchanged
for command in $commands; do
	for typed in "$(echo "$command" | sed 's/^\(.\)./\1/')" "$(echo "$command" | sed 's/^\(.\)/\1\1/')" \
		"$(echo "$command" | sed 's/^\(.\)\(.\)/\2\1/')"; do
		try "$typed"
		status 2
		said "unknown command '$typed'; did you mean '$command'?"
	done
done
