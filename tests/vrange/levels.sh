#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: each level of libvrange keeps what it promises, as root and as an ordinary user.
set -u

here=$PIDEPOCH_BUILDDIR/tests/vrange
bad=0

# check WITHOUT USER TEST [ARGUMENT...]
check()
{
	without=$1
	user=$2
	shift 2
	VRANGE_FORCE_OLD=$without timeout 100 $user "$@" >"$TMPDIR/log" 2>&1
	status=$?
	test $status -eq 0 && return
	test $status -eq 77 && { echo "left out without '$without': $*: $(cat "$TMPDIR/log")"; return; }
	cat "$TMPDIR/log"
	echo "FAIL: without '$without' $user: $*: status $status"
	bad=1
}

for without in query populate query,populate; do
	check $without '' "$here/ranges"
	check $without '' "$here/forks"
	check $without '' "$here/decisions"
	check $without '' "$here/model" 3 3000
done
for without in query populate userfaultfd free; do
	check $without '' "$here/objects"
done
for without in userfaultfd free; do
	check $without '' "$here/files"
done
check userfaultfd '' "$here/bad_input"
check '' '' "$here/model" 2 6000

if test "$(id -u)" -eq 0 && command -v setpriv >/dev/null && chmod 755 "$TMPDIR"; then
	user='setpriv --reuid 65534 --regid 65534 --clear-groups'
	# copies: an ordinary user may not enter the folders above the build
	for test in ranges forks threads objects files model bad_input decisions; do
		cp "$here/.libs/$test" "$TMPDIR/$test"
	done
	cp -P "$PIDEPOCH_BUILDDIR"/.libs/libvrange.so* "$TMPDIR"
	for test in ranges forks threads objects files model bad_input decisions; do
		LD_LIBRARY_PATH=$TMPDIR check '' "$user" "$TMPDIR/$test"
	done
else
	echo 'left out: as an ordinary user (this one is not root)'
fi
exit $bad
