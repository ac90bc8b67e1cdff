#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Under the restrictions of containers, the library and the supervisor do what doctor reports there.
# Prints the table of docs/containers.md.
. "$(dirname "$0")/../support/cli.sh"
here=$(cd "$(dirname "$0")" && pwd)
stale=$PIDEPOCH_BUILDDIR/tests/supervisor/stale
confine=$PIDEPOCH_BUILDDIR/tests/containers/confine
real=$PIDEPOCH

unshare --user --map-root-user --pid --fork --mount-proc "$confine" docker true 2>"$TMPDIR/err" ||
	skip "no user namespace available: $(head -n 1 "$TMPDIR/err")"

# a program of libc that keeps a pid
cat >"$TMPDIR/keeps" <<'END'
#!/bin/sh
/bin/true &
number=$!
wait $number
echo reaped $number
read -r line
kill -TERM $number 2>"$0.said" && echo ok || case $(cat "$0.said") in *"No such process"*) echo ESRCH ;; *) echo EEPOCH ;; esac
END
chmod +x "$TMPDIR/keeps"

# command NAME BODY - the pidepoch of the environment NAME: what the test starts in its namespace
command_in()
{
	printf '#!/bin/bash\nreal=%s confine=%s folder=%s\n%s\n' "$real" "$confine" "$TMPDIR" "$2" >"$TMPDIR/$1"
	chmod +x "$TMPDIR/$1"
}

# the same, with the library alone where the test asks for a supervisor
command_in namespace 'exec "$real" "$@"'
command_in capabilities 'exec "$confine" none "$real" "$@"'
command_in docker 'exec "$confine" docker "$real" "$@"'
command_in podman 'exec "$confine" podman "$real" "$@"'
command_in read-only 'exec unshare --mount sh -c "mount --bind \"\$0\" \"\$0\" && mount -o remount,bind,ro / &&
	test ! -w / && exec \"\$@\"" "$folder" "$confine" docker "$real" "$@"'
command_in hidepid 'exec unshare --mount sh -c "mount -t proc -o hidepid=invisible proc /proc && exec \"\$0\" \"\$@\"" \
	"$confine" docker "$real" "$@"'

# with the library alone: the options of the test are not for it
for name in namespace capabilities docker podman read-only hidepid; do
	command_in "$name-library" "arguments=(); for a; do test \"\$a\" != --supervisor=on || a=--supervisor=off
		arguments+=(\"\$a\"); done; exec $TMPDIR/$name \"\${arguments[@]}\""
done

inside() # COMMAND... - in a pid namespace whose first process is a shell
{
	unshare --user --map-root-user --pid --fork --kill-child --mount-proc sh -c '"$@"; exit $?' sh "$@"
}

# hidepid may hide the process that was spared, and the notice cannot name it; that is all that the
# scenario then misses
is_hidden()
{
	grep -q 'now held by a process that /proc does not show; refused: ESRCH' "$TMPDIR/said" &&
		grep -q "FAIL: .*: the log is wrong; it printed 'ESRCH'" "$TMPDIR/said"
}

# holds ENVIRONMENT - fill the variables of a row
holds()
{
	local name=$1
	inside "$TMPDIR/$name" doctor --json >"$TMPDIR/doctor" 2>"$TMPDIR/err"
	test -s "$TMPDIR/doctor" || { cat "$TMPDIR/err"; fail "$name: no doctor"; }
	library=no supervisor=no
	PIDEPOCH=$TMPDIR/$name-library "$stale" "$TMPDIR/keeps" >"$TMPDIR/said" 2>&1 || is_hidden && library=yes
	test $library = yes || cat "$TMPDIR/said"
	PIDEPOCH=$TMPDIR/$name "$stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/raw" >"$TMPDIR/said" 2>&1 ||
		is_hidden && supervisor=yes
	test $supervisor = yes || cat "$TMPDIR/said"
	inside env PYTHONPATH="$PIDEPOCH_SRCDIR/python" PIDEPOCH_LIBDIR="$PIDEPOCH_BUILDDIR/.libs" PYTHONDONTWRITEBYTECODE=1 \
		"$TMPDIR/$name" run --supervisor=off -- /usr/bin/python3 "$here/probe.py" >"$TMPDIR/probe" 2>"$TMPDIR/err" ||
		{ cat "$TMPDIR/err"; fail "$name: the probe failed"; }
	python3 - "$name" "$TMPDIR/doctor" "$TMPDIR/probe" $library $supervisor <<'END'
import json, sys
name, doctor, probe, library, supervisor = sys.argv[1:]
d, p = json.load(open(doctor)), json.load(open(probe))
works = {m["name"]: m["works"] for m in d["mechanisms"]}
here = {g["calls"]: g["here"] for g in d["guarantees"]}
listens = works["notify"] and works["killable"] and works["children"]
claims = {
    "the library": (here["signal_child"] == "exact", library == "yes"),
    "children": (here["call_child"] == "exact", p["fork_and_wait"]),
    "a supervisor": (listens, supervisor == "yes"),
    "groups": (here["signal_group"] == "exact", p["group"]),
    "evidence": (here["evidence"] == "best effort", p["evidence"]),
    "the level of vrange": (d["vrange"]["level"], p["level"]),
    "waits": (True, p["many"]),
}
wrong = [f"{what}: doctor says {said}, it is {found}" for what, (said, found) in claims.items() if said != found]
words = {True: "yes", False: "no"}
print("|", " | ".join([name] + [words[claims[c][1]] for c in ("the library", "a supervisor", "groups", "evidence", "waits")]
                      + [words[works["io_uring"]], str(p["level"])]), "|")
sys.exit("FAIL: " + name + ": " + "; ".join(wrong) if wrong else 0)
END
}

echo '| environment | stale pids, library | static programs, --supervisor=on | groups of reaped leaders | evidence | waitpidv | io_uring | vrange level |'
echo '|---|---|---|---|---|---|---|---|'
failed=0
for name in namespace capabilities docker podman read-only hidepid; do
	holds "$name" || failed=1
done
test $failed -eq 0 || fail 'doctor is wrong'

# pids.max: with room for a supervisor's two processes it starts, else the run goes on without it
for root in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	group=$root/pidepoch-test.$$
	test "$(id -u)" -eq 0 && mkdir "$group" 2>/dev/null || continue
	trap 'rmdir "$group" 2>/dev/null' EXIT
	test -e "$group/pids.max" || { rmdir "$group"; continue; }
	unset PIDEPOCH_SUPERVISOR
	for most in 1 2 3; do
		echo $most >"$group/pids.max"
		try_env sh -c "echo \$\$ >'$group/cgroup.procs'; exec '$real' run -- sh -c 'exec true'"
		status 0
		said="no supervisor: there is no room"
		if test $most -lt 3; then grep -q "$said" "$TMPDIR/err"; else test ! -s "$TMPDIR/err"; fi ||
			{ show; fail "pids.max $most"; }
	done
	echo 'pids.max: tested'
	break
done
exit 0
