#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` writes its result as JSON, SARIF and JUnit XML; it keeps the runs that found
# something, and repeats them first; it ends when its time is over.
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat err)"
command -v python3 >/dev/null || skip "python3 is not installed"

files='--json=r.json --sarif=r.sarif --junit=r.xml'
# shellcheck disable=SC2016
wrong='sleep 0 & wait $!; kill -9 $! 2>/dev/null; true' asks='sleep 0 & wait $!; kill -0 $! 2>/dev/null'

# check PYTHON - with the three results as j, s and x
check()
{
	python3 - "$1" <<'END' || { show; cat r.json r.sarif r.xml; fail "the result must be: $1"; }
import json, sys, xml.etree.ElementTree as tree
j, s = json.load(open("r.json")), json.load(open("r.sarif"))
x = tree.parse("r.xml").getroot().find("testsuite")
results = s["runs"][0]["results"]
fail = x.find("testcase/failure")
assert all(r["locations"] for r in results), "a result without a place: code hosts refuse it"
assert all(r["ruleId"] in {k["id"] for k in s["runs"][0]["tool"]["driver"]["rules"]} for r in results)
assert eval(sys.argv[1])
END
}

# shellcheck disable=SC2086
try fuzz --seed=3 --runs=2 $files -- bash -c "$wrong"
status 1
check 'j["result"] == "act" and j["run"] == 1 and j["run_policy"] == "immediate" and j["seed"] == 3'
check 'j["command"][0] == "bash" and j["control_runs"] == 1 and "signal 9 (KILL) reached" in j["acts"][0]'
check 'j["report"]["findings"][0]["kind"] == "stale" and results[0]["ruleId"] == "stale"'
check 'x.get("failures") == "1" and "signal 9 (KILL) reached" in fail.get("message")'
# shellcheck disable=SC2086
try fuzz --seed=3 --runs=2 $files -- bash -c "$asks"
status 1
check 'j["result"] == "differs" and j["difference"]["differ"] == 6 and j["difference"]["p"] < 0.0012'
check '"kill by pid" in j["beliefs"][0] and results[0]["ruleId"] == "differs"'
check '"ends with status 0" in fail.get("message")'
# shellcheck disable=SC2086
try fuzz --seed=3 --runs=3 $files -- sh -c 'sleep 0 & wait; echo "<&>"'
status 0
check 'j["result"] == "nothing" and j["runs"] == 3 and results == [] and fail is None and x.get("tests") == "3"'
# shellcheck disable=SC2086
try fuzz --seed=3 --runs=2 $files -- true
status 3
check 'j["result"] == "untested" and j["releases"] == 0 and x.get("skipped") == "2"'
# an act that nothing but the canary has seen
# shellcheck disable=SC2086
try fuzz --seed=3 --runs=1 $files -- bash -c "env -u LD_PRELOAD bash -c 'sleep 0.1; kill -9 \$1' - \$\$ & sleep 0 & p=\$!; wait \$p; env -u LD_PRELOAD bash -c \"kill -9 \$p\"; exit 0"
status 1
check 'j["result"] == "act" and results[0]["ruleId"] == "stale" and results[0]["level"] == "error"'

# the corpus: another seed and policy, and still the kept run comes first
try fuzz --seed=4 --runs=3 --policy=window --corpus=kept -- bash -c "$wrong"
status 1
test -s kept/window-4-1.replay || { ls -l kept; fail "the run is not kept"; }
try fuzz --seed=5 --runs=1 --policy=own --corpus=kept --save=again -- bash -c "$wrong"
status 1
grep -q 'found in run 1 (--policy=window --seed=4)' out || { show; fail "the kept run is not tried"; }
cmp again kept/window-4-1.replay || fail "the run of the corpus is saved as another"
try fuzz --seed=5 --runs=1 --policy=own --corpus=kept -- bash -c "$asks; true"
status 0
grep -q 'in 1 run ' out || { show; fail "the run of another command is tried"; }
# what is no replay file is left out, and what cannot be a corpus is refused before the first run
printf 'nonsense\n' >kept/bad.replay
mkfifo kept/fifo.replay
mkdir kept/folder.replay
try fuzz --seed=5 --runs=1 --policy=own --corpus=kept -- bash -c "$wrong"
status 1
grep -q 'found in run 1 (--policy=window --seed=4)' out || { show; fail "the kept run is not tried"; }
for name in bad fifo folder; do
	grep -qx "pidepoch fuzz: kept/$name.replay is left out" err || { show; fail "$name: it is not said"; }
done
for name in nowhere/corpus "$marker"; do
	try fuzz --runs=1 --corpus="$name" -- "$marker"
	status 2
	said "$name"
	unmarked
done

# time for all runs; without --runs it is the only limit
try fuzz --budget=1s -- sh -c 'sleep 0 & wait; sleep 0.1'
status 0
try fuzz --budget=1 -- sleep 1000
status 3
