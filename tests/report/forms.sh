#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The options of report: formats, suppressions and their effect, severities, exit statuses, and
# files that are not event files.
. "$(dirname "$0")/../support/cli.sh"
events=$TMPDIR/events
"$PIDEPOCH" run --events="$events" --log=/dev/null --on-stale=report -- \
	"$PIDEPOCH_BUILDDIR/tests/report/misuses" latent probe twice stolen latent

findings() # NUMBER, then words
{
	number=$1
	shift
	try report "$@"
	status "${expected:-0}"
	tail -n 1 "$TMPDIR/out" | grep -q "^pidepoch: $number findings\{0,1\} in " || { show; fail "there must be $number"; }
}

findings 4 "$events"
findings 4 "$events" "$events"
grep -q 'the first of 4 like it' "$TMPDIR/out" || { show; fail "the same stacks twice are not one finding"; }
findings 2 --at-least=warning "$events"
findings 0 --at-least=critical "$events"

# standard input
"$PIDEPOCH" report <"$events" >"$TMPDIR/by-name"
"$PIDEPOCH" report - <"$events" >"$TMPDIR/by-dash"
cmp "$TMPDIR/by-name" "$TMPDIR/by-dash" || fail "standard input by two names"

# statuses
expected=7
findings 4 --error-exitcode=7 "$events"
expected=0
findings 0 --error-exitcode=7 --at-least=critical "$events"

# suppressions: what is generated suppresses all, and one line one kind
"$PIDEPOCH" report --gen-suppressions "$events" >"$TMPDIR/all"
findings 0 --suppressions="$TMPDIR/all" --error-exitcode=7 "$events"
grep -q '; 4 suppressed' "$TMPDIR/out" || { show; fail "the suppressed ones are not counted"; }
echo '*:release_any # by any wait' >"$TMPDIR/one"
findings 3 --suppressions="$TMPDIR/one" "$events"

# main is in the stacks of all programs: what is generated for a finding there leaves out no other
# program's
cat >"$TMPDIR/inmain.c" <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	kill(pid, SIGTERM);
}
END
# shellcheck disable=SC2086
if $CC -w "$TMPDIR/inmain.c" -o "$TMPDIR/inmain"; then
	"$PIDEPOCH" run --events="$TMPDIR/main" --log=/dev/null --on-stale=report -- "$TMPDIR/inmain"
	"$PIDEPOCH" report --gen-suppressions "$TMPDIR/main" >"$TMPDIR/one"
	findings 0 --suppressions="$TMPDIR/one" "$TMPDIR/main"
	findings 4 --suppressions="$TMPDIR/one" "$events"
fi
printf 'latent:a\nwhat is this\n' >"$TMPDIR/bad"
try report --suppressions="$TMPDIR/bad" "$events"
status 2
said "$TMPDIR/bad, line 2"

# JSON
if command -v python3 >/dev/null; then
	"$PIDEPOCH" report --format=json "$events" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["pidepoch_report"] == 1 and len(r["findings"]) == 4 and r["events"] == 5
latent = [f for f in r["findings"] if f["kind"] == "latent"][0]
assert latent["count"] == 2 and latent["signal"] == 15 and latent["severity"] == "warning"
assert latent["misused"]["stack"] and latent["released"]["stack"] and latent["obtained"]["stack"]
' || fail "the JSON"
fi

# SARIF, and a page that has all of it
if command -v python3 >/dev/null; then
	"$PIDEPOCH" report --format=sarif "$events" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["version"] == "2.1.0"
results = r["runs"][0]["results"]
rules = [x["id"] for x in r["runs"][0]["tool"]["driver"]["rules"]]
assert len(rules) == 9 and all(x["ruleId"] in rules for x in results)
assert len(results) == 4 and {x["ruleId"] for x in results} == {"latent", "probe", "double-reap", "stolen-wait"}
for x in results:
    assert x["level"] in ("warning", "note") and len(x["stacks"]) == 3 and x["occurrenceCount"] >= 1
    assert x["stacks"][0]["frames"][0]["location"]
    assert all(y["physicalLocation"]["artifactLocation"]["uri"] for y in x["locations"]) and x["locations"]
' || fail "the SARIF"
	# the place is the program's, whose source is not known, and not in a C library whose source
	# is
	cat >"$TMPDIR/caller.c" <<'END'
void call(void (*f)(void))
{
	f();
	__asm__ volatile("" ::: "memory");
}
END
	cat >"$TMPDIR/called.c" <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void call(void (*f)(void));

void misuse_named(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	kill(pid, SIGTERM);
	__asm__ volatile("" ::: "memory");
}

int main(void)
{
	call(misuse_named);
}
END
	# shellcheck disable=SC2086
	if $CC -w -g -shared -fPIC "$TMPDIR/caller.c" -o "$TMPDIR/libc.so.x" && $CC -w "$TMPDIR/called.c" -o "$TMPDIR/called" "$TMPDIR/libc.so.x"; then
		"$PIDEPOCH" run --events="$TMPDIR/placed" --log=/dev/null --on-stale=report -- "$TMPDIR/called"
		"$PIDEPOCH" report "$TMPDIR/placed" | grep -q '#1 in call .*caller\.c' || fail "it was to be called by a library with its source"
		"$PIDEPOCH" report --format=sarif "$TMPDIR/placed" | python3 -c '
import json, sys
places = json.load(sys.stdin)["runs"][0]["results"][0]["locations"]
assert [x["logicalLocations"][0]["fullyQualifiedName"] for x in places] == ["misuse_named"], places
assert places[0]["physicalLocation"]["artifactLocation"]["uri"] == "called", places
' || fail "the place in the SARIF"
	fi
	"$PIDEPOCH" report --format=html "$events" >"$TMPDIR/page"
	sed -n '/id="data">/,/<.script>/p' "$TMPDIR/page" | sed '1s/.*id="data">//; s/<.script>$//' | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert len(d["timeline"]) == 5 and len(d["report"]["findings"]) == 4
' || fail "the data of the page"
fi

# hostile: nothing of it reaches the terminal
printf '%s\n' 'garbage' '{"pidepoch":1,"type":"event","kind":"a\u001b[2Jb","program":"<script>\u0007","call":"kill\u000a"}' \
	'{"pidepoch":1,"type":"event","ki' >"$TMPDIR/hostile"
findings 1 "$TMPDIR/hostile"
grep -q '; 2 lines could not be read' "$TMPDIR/out" || { show; fail "the unreadable are not counted"; }
! LC_ALL=C grep -q "$(printf '[\001-\010\016-\037]')" "$TMPDIR/out" || { show; fail "a control character"; }
: >"$TMPDIR/empty"
findings 0 "$TMPDIR/empty"

# what the pid was learned from, in each format
known()
{
	printf '{"pidepoch":2,"type":"event","kind":"stale","severity":"error","time":1,"pid":7,"tid":7,"program":"bash nightly.sh","call":"kill","number":307,"signal":15,"outcome":"refused","known":"evidence","evidence":{%s},"command_line":"bash nightly.sh"}\n' "$1" >"$TMPDIR/known"
	"$PIDEPOCH" report "$TMPDIR/known" >"$TMPDIR/out"
	grep -qF "$2" "$TMPDIR/out" || { cat "$TMPDIR/out"; fail "the text must have: $2"; }
	grep -qF "by thread 7 of 'bash nightly.sh'" "$TMPDIR/out" || fail 'the text must have the script'
	for format in json html; do
		"$PIDEPOCH" report --format=$format "$TMPDIR/known" >"$TMPDIR/out"
		grep -qF "\"evidence\":{$3}" "$TMPDIR/out" || fail "$format must have: $3"
		grep -qF '"command_line":"bash nightly.sh"' "$TMPDIR/out" || fail "$format must have the command line"
	done
}
known '"kind":"file","path":"/run/x.pid","ago_ms":5012,"sure":true' \
	'the pid is known by a file, /run/x.pid, as of 5.012 s before' '"kind":"file","path":"/run/x.pid","ago_ms":5012'
known '"kind":"look","source":306,"ago_ms":12,"sure":true' \
	'the pid is known by a look, of the descendant 306, as of 0.012 s before' '"kind":"look","source":306,"ago_ms":12'
known '"kind":"argument","source":305,"sure":true' \
	'the pid is known by an argument, of the parent 305' '"kind":"argument","source":305'

# what is no such file at all, and a terminal
for words in "$PIDEPOCH" "$0"; do
	try report "$events" "$words"
	status 1
	said "$words: not an event file"
done
try_env "$PIDEPOCH" report <"$0"
status 1
said 'standard input: not an event file'
head -c 300 "$events" >"$TMPDIR/cut"
findings 0 "$TMPDIR/cut"
grep -q '; 1 line could not be read' "$TMPDIR/out" || { show; fail "the line that was cut off is not counted"; }
if command -v script >/dev/null; then
	try_env script -qec "'$PIDEPOCH' report" /dev/null
	status 2
	grep -q 'needs a FILE' "$TMPDIR/out" || { show; fail "it waits for a terminal"; }
fi

# wrong words
for words in --format=xml --format= --at-least=bad --error-exitcode=0 --error-exitcode=256 --error-exitcode=x --debug-dir= --nonsense; do
	try report $words "$events"
	status 2
	said "'"
done
try report "$TMPDIR/missing"
status 1
said "$TMPDIR/missing" 'No such file'
try report "$TMPDIR"
status 1
said "$TMPDIR" 'Is a directory'
