#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The comparison can fail: each faulty library in bad/ is found by the case that its head names, in
# the part of the comparison that it names; a library without a fault is not; and a run that tests
# nothing (no library, a library that is not loaded, a case that does not end) does not count as
# success.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cc=${CC:-cc}
failed=0

# expect STATUS TEXT LIBRARY CASE: the comparison's exit status, and what it must say.
expect() {
	case $4 in
	*.suite) tool=$here/../cpython/suite command=$PIDEPOCH ;;
	*) tool=$here/twice command= ;; # the library given here, and not the command's
	esac
	PIDEPOCH_PRELOAD=$3 PIDEPOCH=$command "$tool" "$4" > said 2>&1 < /dev/null
	status=$?
	if [ $status -eq "$1" ] && grep -q -e "$2" said; then
		echo "found, as it should be: $5"
	else
		echo "NOT FOUND: $5 (exit $status, not $1 with '$2')"
		sed 's/^/  | /' said
		failed=$((failed + 1))
	fi
}

room=$(mktemp -d) || exit 99
trap 'rm -rf "$room"' EXIT
cd "$room" || exit 99

echo 'int no_fault;' > none.c
$cc -shared -fPIC -o none.so none.c || exit 99
expect 0 '^same quick' "$room/none.so" "$here/bad/quick.case" "a library without a fault"

for source in "$here"/bad/*.c; do
	$cc -shared -fPIC -o bad.so "$source" || exit 99
	where=$(sed -n 's|^// Detected by: ||p' "$source")
	shown=$(sed -n 's|^// Shown as: ||p' "$source")
	fault=$(sed -n 's|^// Fault: ||p' "$source")
	expect 1 "$shown" "$room/bad.so" "$here/$where" "a library that $fault"
done

expect 99 'no library' "$room/missing.so" "$here/bad/quick.case" "a library that is not there"
echo garbage > garbage.so
expect 1 'cannot be preloaded' "$room/garbage.so" "$here/bad/quick.case" "a library that cannot be loaded"

head='#!/bin/sh\n# Promise: none.\n'
printf "$head"'date +%%N\n' > unsteady.case
expect 1 'not steady' "$room/none.so" unsteady.case "a case that differs from itself"
printf "$head"'# Limit: 0.2\nsleep 1000\n' > endless.case
expect 1 'at fault' "$room/none.so" endless.case "a case that does not end"
printf "$head"'# Needs: no-such-program\n' > needy.case
expect 77 '^no-such-program is not installed' "$room/none.so" needy.case "a case that cannot run here"

[ $failed -eq 0 ]
