#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Other programs write the events. The report waits for no file that they name, and prints no
# control character from them.
. "$(dirname "$0")/../support/cli.sh"

module() # PATH: a module record, and an event with a stack in it
{
	printf '{"pidepoch":1,"type":"module","set":"ab","start":"0x0","end":"0x9000","offset":"0x0","build_id":"","path":"%s"}\n' "$1"
	event program
}

event() # PROGRAM
{
	printf '{"pidepoch":1,"type":"event","kind":"stale","severity":"critical","time":1,"pid":12,"tid":12,"program":"%s",' "$1"
	printf '"call":"kill","number":345,"signal":15,"outcome":"passed","known":"own","stack":["0x1101"],"modules":"ab"}\n'
}

# report FILE under a limit: a report that waits ends with 124
reads() # FILE
{
	try_env timeout 60 "$PIDEPOCH" report "$1"
	status 0
}

mkfifo "$TMPDIR/fifo"
for path in "$TMPDIR/fifo" /dev/zero /dev/stdin "$TMPDIR"; do
	module "$path" >"$TMPDIR/events"
	reads "$TMPDIR/events"
	grep -qF "($path+0x1100)" "$TMPDIR/out" || { show; fail "the module is not named"; }
done

# a module that names a FIFO as its debug file
if command -v objcopy >/dev/null; then
	mkdir "$TMPDIR/.debug"
	for place in "$TMPDIR" "$TMPDIR/.debug"; do
		objcopy --remove-section=.gnu_debuglink /bin/true "$TMPDIR/module" || fail "objcopy"
		: >"$place/module.debug"
		objcopy --add-gnu-debuglink="$place/module.debug" "$TMPDIR/module" || fail "objcopy"
		rm "$place/module.debug"
		mkfifo "$place/module.debug"
		module "$TMPDIR/module" >"$TMPDIR/events"
		reads "$TMPDIR/events"
		rm "$place/module.debug"
	done
fi

# a module whose split debug information is a FIFO; the address is in it
echo 'int unit(void) { return 1; }' >"$TMPDIR/unit.c"
(cd "$TMPDIR" && ${CC:-cc} -g -gsplit-dwarf -fPIC -shared -nostdlib -Wl,-Ttext=0x1100 -o split unit.c) ||
	fail "split debug information"
set -- "$TMPDIR"/*.dwo
test -e "$1" || fail "no split debug information"
rm "$1"
mkfifo "$1"
module "$TMPDIR/split" >"$TMPDIR/events"
reads "$TMPDIR/events"
grep -q ' in unit ' "$TMPDIR/out" || { show; fail "the function is not named"; }

# U+009B and U+009D begin a terminal's commands, U+202E turns what follows round, and 0xff is no
# character
hostile='\u00c2\u009b2J\u00c2\u009d0;t\u00c2\u009c\u001b[2J\u007f\u00e2\u0080\u00ae\u00ff\u00c3\u00a9'
event "$hostile" >"$TMPDIR/events"
accent=$(printf '\303\251')
printed_name() # LOCALE NAME
{
	try_env LC_ALL="$1" "$PIDEPOCH" report "$TMPDIR/events"
	status 0
	grep -qF "'$2'," "$TMPDIR/out" || { show; fail "in $1 the name must be $2"; }
}
printed_name C '??2J??0;t???[2J???????'
locale -a 2>/dev/null | grep -qix 'C.utf-\{0,1\}8' && printed_name C.UTF-8 "??2J??0;t???[2J?????$accent"

# the suppression that is generated for it matches it
LC_ALL=C "$PIDEPOCH" report --gen-suppressions "$TMPDIR/events" >"$TMPDIR/all"
LC_ALL=C grep -q '[^ -~]' "$TMPDIR/all" && fail "a control character in the suppressions"
try report --suppressions="$TMPDIR/all" "$TMPDIR/events"
status 0
grep -q '; 1 suppressed' "$TMPDIR/out" || { show; fail "the suppression does not match"; }
