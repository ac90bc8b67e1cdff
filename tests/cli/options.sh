#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every command and option of the table is in --help, in pidepoch(1), and in the completions of the
# three shells; a mistyped word gets a suggestion (options.1, options.2).
. "$(dirname "$0")/../support/cli.sh"
command -v python3 >/dev/null || skip "python3 is not installed"

try help
status 0
commands=$(sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' "$TMPDIR/out")
test "$(echo "$commands" | wc -l)" -ge 8 || { show; fail "the list of commands is too short"; }

# $TMPDIR/table: "COMMAND OPTION [VALUE]", as --help has them
for command in $commands; do
	try "$command" -h
	status 0
	cp "$TMPDIR/out" "$TMPDIR/help"
	try help "$command"
	cmp -s "$TMPDIR/out" "$TMPDIR/help" || { show; fail "help $command and $command -h differ"; }
	sed -n "s/^  ..,\{0,1\} *--\([a-z-]*\)=\{0,1\}\([^ ]*\).*/$command \1 \2/p" "$TMPDIR/help"
	grep -q "^Usage: pidepoch $command" "$TMPDIR/help" || { show; fail "no usage of $command"; }
done >"$TMPDIR/table"
grep -q '^run on-stale off|warn-once' "$TMPDIR/table" || { cat "$TMPDIR/table"; fail "no table"; }

# the library: it accepts the same words in the option's variable, and names them for any other
accepts() # VARIABLE WORD - what the library prints
{
	env LD_PRELOAD="$library" "$1=$2" sh -c '(exit 0) & wait' 2>&1
}
grep -E '^run (on-stale|evidence|waits|errno|stacks) .*[|]' "$TMPDIR/table" >"$TMPDIR/shared"
test "$(wc -l <"$TMPDIR/shared")" -eq 5 || fail "not every option with a variable was found"
while read -r _ option words; do
	variable=PIDEPOCH_$(echo "$option" | tr a-z- A-Z_)
	for word in $(echo "$words" | tr '|' ' '); do
		said=$(accepts "$variable" "$word")
		test -z "$said" || fail "$variable=$word: $said"
	done
	named=$(accepts "$variable" unknown | sed -n "1s/.* is not \(.*\);.*/\1/p" | sed 's/, or /, /; s/ or /, /; s/, /|/g')
	test "$named" = "$words" || fail "--$option takes $words, and $variable names $named"
done <"$TMPDIR/shared"

# the manual: the options and their words in the section of each command, and in the synopsis
python3 - "$TMPDIR/table" "$PIDEPOCH_SRCDIR/docs/man/pidepoch.1" <<'END' || fail "pidepoch(1) differs from --help"
import re, sys
table = {tuple((line.split() + [""])[:3]) for line in open(sys.argv[1])}
page = open(sys.argv[2]).read()
wrong = 0

def options(text, head="(?:It|Op)?"):
    found = set()
    for name, rest in re.findall(r"^\." + head + r"\s*Fl Fl ([a-z-]+)(?: Ns = Ns (.*))?$", text, re.M):
        found.add((name, tuple(re.findall(r"Cm ([\w-]+)", rest or ""))))
    return found

def compare(where, expected, found):
    global wrong
    names = {name for name, value in found}
    for name, value in expected:
        known = {w for n, ws in found if n == name for w in ws}
        lacks = set(re.split("[|,]", value)) - known if re.search("[|,]", value) else ()
        lacks = [w for w in lacks if not re.search(r"Cm .*\b" + w + r"\b", page)]
        if name not in names or lacks:
            wrong = 1
            print(f"{where}: --{name} {' '.join(lacks)} is missing")
    for name in names - {name for name, value in expected}:
        wrong = 1
        print(f"{where}: --{name} is no option")

synopsis = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh", page, re.M | re.S).group(1)
of = {}
for part in re.split(r"^\.Nm\n", synopsis, flags=re.M)[1:]:
    command = re.match(r"\.Cm (\w+)", part)
    if command:
        of.setdefault(command.group(1), set()).update(options(part))
items = re.split(r"^\.It Cm (%s)\b" % "|".join({c for c, o, v in table}), page.split(".Sh DESCRIPTION")[1].split(".Ss")[0], flags=re.M)
text = {}
for name, part in zip(items[1::2], items[2::2]):
    text.setdefault(name, part)
for command in {c for c, o, v in table}:
    expected = {(o, v) for c, o, v in table if c == command and o not in ("help",)}
    compare("synopsis of " + command, expected, of.get(command, set()))
    compare("text of " + command, expected, options(text.get(command, ""), "It"))
sys.exit(wrong)
END

# the completions have them, and each shell that is here reads its own
for shell in bash zsh fish; do
	try completion $shell
	status 0
	cp "$TMPDIR/out" "$TMPDIR/$shell"
	while read -r command option value; do
		grep -q -e "$command" "$TMPDIR/$shell" && grep -q -e "\(--\|-l \)$option" "$TMPDIR/$shell" ||
			fail "$shell: no --$option of $command"
		case $value in
		*'|'*) grep -q -e "$(echo "$value" | tr '|' ' ')" "$TMPDIR/$shell" || fail "$shell: no words for --$option" ;;
		esac
	done <"$TMPDIR/table"
	! command -v $shell >/dev/null || $shell -n "$TMPDIR/$shell" || fail "$shell does not read its completions"
done

completes() # EXPECTED WORD...: the last word is completed
{
	expected=$1
	shift
	got=$(bash -c '. "$0"; COMP_WORDS=(pidepoch "$@"); COMP_CWORD=$#; _pidepoch 2>/dev/null; echo "${COMPREPLY[*]}"' \
		"$TMPDIR/bash" "$@")
	test "$got" = "$expected" || fail "'$*' is completed to '$got', not '$expected'"
}
completes run ru
completes '--on-stale=' run --on-
completes 'refuse' run --on-stale = ref
completes '--json' doctor --j
completes 'fish' completion f

suggests() # WORD ARGUMENT...
{
	word=$1
	shift
	try "$@"
	status 2
	said "did you mean '$word'?"
	unmarked
}
suggests run rnu "$marker"
suggests doctor docter
suggests --events run --evnts=x "$marker"
suggests refuse run --on-stale=refsue "$marker"
try run --wholly-unlike "$marker"
status 2
grep -q 'did you mean' "$TMPDIR/err" && { show; fail "nothing is like it"; }
try "$marker"
status 2
said "pidepoch run $marker"
unmarked

# colours: not in a file, not with NO_COLOR, and when asked for
coloured() # COMMAND...
{
	try_env "$@"
	grep -q "$(printf '\033')" "$TMPDIR/out"
}
coloured TERM=xterm "$PIDEPOCH" doctor && fail "colours in a file"
coloured NO_COLOR=1 "$PIDEPOCH" doctor --color=always || fail "no colours with --color=always"
terminal() # VARIABLE...: doctor on a terminal
{
	env "$@" python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$PIDEPOCH" doctor >"$TMPDIR/out" 2>&1 </dev/null
	grep -q "$(printf '\033')" "$TMPDIR/out"
}
terminal TERM=xterm || { show; fail "no colours on a terminal"; }
terminal TERM=xterm NO_COLOR=1 && fail "colours in spite of NO_COLOR"
terminal TERM=dumb && fail "colours on a dumb terminal"

# a reader that has seen enough is no error, also where SIGPIPE is ignored
for trap in - ''; do
	(trap "$trap" PIPE; "$PIDEPOCH" help run 2>"$TMPDIR/err" | true)
	test ! -s "$TMPDIR/err" || { show; fail "an error line for a closed pipe"; }
done
