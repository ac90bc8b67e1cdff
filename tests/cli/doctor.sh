#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# doctor reports for each mechanism whether it works here; the guarantees follow only from that.
. "$(dirname "$0")/../support/cli.sh"

# check EXPRESSION... - each is true of the JSON report in out; w() works, g() what is guaranteed, d
# the whole
check()
{
	python3 - "$TMPDIR/out" "$got" "$@" <<'END' || { show; exit 1; }
import json, sys
d = json.load(open(sys.argv[1]))
status = int(sys.argv[2])
w = {m["name"]: m["works"] for m in d["mechanisms"]}
m = {m["name"]: m for m in d["mechanisms"]}
g = {c["calls"]: c["here"] for c in d["guarantees"]}
wrong = [e for e in ["status == (0 if d['full'] else 1)"] + sys.argv[3:] if not eval(e)]
print("FAIL: not so: " + "; ".join(wrong)) if wrong else None
sys.exit(bool(wrong))
END
}

try doctor --json
test ! -s "$TMPDIR/err" || { show; fail "there must be no error"; }
check 'g["signal_child"] == "exact"' 'w["preload"]' 'd["kernel"] == __import__("os").uname().release' \
	'd["full"] == all(c["here"] == c["best"] for c in d["guarantees"])' \
	'all("errno" not in x and "why" not in x for x in d["mechanisms"] if x["works"])'
cp "$TMPDIR/out" "$TMPDIR/whole"

# for people it is the same
try doctor
grep -q 'signals to own children  *exact$' "$TMPDIR/out" || { show; fail "the text must have the guarantee"; }
python3 - "$TMPDIR/whole" "$TMPDIR/out" <<'END' || { show; fail "the text must agree with the JSON"; }
import json, sys
d, text = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
said = text.split("mechanisms\n")[1].split("\n\n")[0].split("\n")
ours = ["yes" if m["works"] else "no" for m in d["mechanisms"]]
assert len(said) == len(ours) and all(("  " + o) in s for s, o in zip(said, ours))
exact = sum(g["here"] == "exact" for g in d["guarantees"])
worse = [g for g in d["guarantees"] if g["here"] != g["best"]]
summary = text.split("summary\n")[1]
assert "  %d of %d kinds of calls are exact here." % (exact, len(d["guarantees"])) in summary
assert ("No kind of call is better guaranteed elsewhere." in summary) == d["full"] == (not worse)
assert all(g["change"] in summary for g in worse) and len(summary.splitlines()) == 1 + (len(worse) or 1)
assert all(g["why"] for g in d["guarantees"] if g["here"] != "exact")
END

# static programs are refused without a supervisor, and doctor does not say otherwise
if test "$(id -u)" -eq 0 && command -v setpriv >/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PIDEPOCH"; then
	tried='doctor --json as another user' got=0
	setpriv --reuid=65534 --regid=65534 --clear-groups "$PIDEPOCH" doctor --json >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	check 'g["raw_single"] == g["raw_threads"] == "none"' 'g["signal_child"] == "exact"' 'status == 1' \
		'not w["notify"] or any("--supervisor=on" in c.get("change", "") for c in d["guarantees"])'
fi

# the table: it is tried, and a trial leaves no segment
if unshare --ipc true 2>/dev/null; then
	tried='doctor --json in an IPC namespace' got=0
	unshare --ipc sh -c '"$1" doctor --json; got=$?; cat /proc/sysvipc/shm >"$2"; exit $got' sh "$PIDEPOCH" "$TMPDIR/left" >"$TMPDIR/out" || got=$?
	check 'd["evidence"]["shared"]' 'not d["evidence"]["shared_with_supervisor"]'
	test "$(wc -l <"$TMPDIR/left")" -le 1 || { cat "$TMPDIR/left"; fail 'a segment is left'; }
	if unshare --ipc sh -c 'echo 1 >/proc/sys/kernel/shmmax' 2>/dev/null; then
		got=0
		unshare --ipc sh -c 'echo 1 >/proc/sys/kernel/shmmax; exec "$1" doctor --json' sh "$PIDEPOCH" >"$TMPDIR/out" || got=$?
		check 'not d["evidence"]["shared"]' '"ipcs" in d["evidence"]["why"]'
	fi
fi

# file times: SECONDS after boot, by the clock, the kernel made its anonymous inode; 0 to 3 is right
at_second() # SECONDS
{
	offset=$(python3 -c 'import os, sys, time
made = os.fstat(os.eventfd(0)).st_ctime - time.time() + time.clock_gettime(time.CLOCK_BOOTTIME)
print(round(int(sys.argv[1]) - made))' "$1")
	tried="doctor --json with an inode of second $1" got=0
	unshare --time --fork --boottime "$offset" true 2>/dev/null || return 1
	unshare --time --fork --boottime "$offset" "$PIDEPOCH" doctor --json >"$TMPDIR/out" || got=$?
}
if at_second 1; then
	check 'd["evidence"]["file_times"]'
fi
if at_second 1000; then
	check 'not d["evidence"]["file_times"]'
fi

# its parent may have SIGCHLD ignored
env --ignore-signal=CHLD "$PIDEPOCH" doctor --json >"$TMPDIR/out" 2>"$TMPDIR/err"
cmp -s "$TMPDIR/out" "$TMPDIR/whole" || { show; fail "an ignored SIGCHLD must change nothing"; }

# only what PIDEPOCH_FORCE_OLD names is off
names=$(python3 -c 'import json, sys; [print(m["name"]) for m in json.load(open(sys.argv[1]))["mechanisms"]]' "$TMPDIR/whole")
for name in $names; do
	case $name in preload | musl) continue ;; esac
	try_env PIDEPOCH_FORCE_OLD="none,$name" "$PIDEPOCH" doctor --json
	check "not w['$name']" "m['$name']['why'] == 'disabled by PIDEPOCH_FORCE_OLD'" \
		"all(x == m[x['name']] for x in json.load(open('$TMPDIR/whole'))['mechanisms'] if x['name'] != '$name')"
done

try_env PIDEPOCH_FORCE_OLD=pidfd "$PIDEPOCH" doctor --json
check 'g["signal_vanishing"] == "best effort"' 'g["signal_child"] == "exact"' 'status == 1'

for name in notify killable children; do
	try_env PIDEPOCH_FORCE_OLD=$name "$PIDEPOCH" doctor --json
	check 'g["raw_single"] == g["raw_threads"] == "none"' 'g["signal_child"] == "exact"' 'status == 1'
done

# without /proc it says what is missing, and not a newer kernel
hidden() # COMMAND...
{
	try_env unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"
}
hidden true
if test "$got" -eq 0; then
	hidden "$PIDEPOCH" doctor --json
	check 'm["children"]["why"] == "/proc is not mounted"' 'g["raw_single"] == "none"' \
		'"a mounted /proc" in [c["change"] for c in d["guarantees"] if c["calls"] == "raw_single"]'
fi

# the loss without fork events is reported, and the rest stays
try_env PIDEPOCH_FORCE_OLD=births "$PIDEPOCH" doctor
grep -q 'threads, Go  *\(none\|best effort: forks are seen at waits only\)' "$TMPDIR/out" || { show; fail "the text must say what is lost"; }

mkdir "$TMPDIR/empty"
try_env PIDEPOCH_LIBDIR="$TMPDIR/empty" "$PIDEPOCH" doctor --json
check 'not w["preload"]' 'g["signal_child"] == "none"' 'g["inherited"] == "none"' 'status == 1' \
	'"was not found" in m["preload"]["why"]'

# the loader takes the path for two
mkdir "$TMPDIR/a b"
cp "$library" "$TMPDIR/a b/"
try_env PIDEPOCH_LIBDIR="$TMPDIR/a b" "$PIDEPOCH" doctor --json
check 'not w["preload"]' 'g["signal_child"] == "none"' '"path" in m["preload"]["why"]'

# it exists, and the loader does not load it
mkdir "$TMPDIR/broken"
echo 'no library' >"$TMPDIR/broken/libpidepoch-preload.so"
try_env PIDEPOCH_LIBDIR="$TMPDIR/broken" "$PIDEPOCH" doctor --json
check 'not w["preload"]' 'g["call_child"] == "none"' 'status == 1' '"loader" in m["preload"]["why"]'

# trying leaves this machine as it was
before=$(cat /proc/sys/kernel/pid_max)
try doctor
test "$(cat /proc/sys/kernel/pid_max)" = "$before" || fail "pid_max must stay"

try doctor --jason
status 2
said jason doctor
try doctor now
status 2
said now doctor
