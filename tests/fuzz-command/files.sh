#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With --files each run begins with the same files, the two lives of a run share them, and the
# folder itself does not change. (folder.1, folder.2)
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1

# without a namespace, too
for name in nowhere marker / /tmp; do
	try fuzz --files="$name" -- "$marker"
	status 2
	said "--files=$name: "
	unmarked
done
try fuzz --files= -- "$marker"
status 2
said '--files'

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat err)"

# each run reads 0 and writes 1
mkdir data data/sub
echo 0 >data/n
cat >data/count <<'END'
#!/bin/sh
dirname "$PIDEPOCH_FUZZ" >"$1"
cd "$(dirname "$0")" || exit 9
read -r n <n
echo $((n + 1)) >n
: >"made by $$"
mkdir locked && : >locked/file && chmod 500 locked
rm -r sub
sleep 0
exit "$n"
END
chmod +x data/count
cp -r data before
counts() # FOLDER COMMAND
{
	folder=$1 command=$2
	(cd "$folder" && env "$PIDEPOCH" fuzz --seed=1 --runs=4 --policy=immediate --compare=files --files="$TMPDIR/data" -- "$command" "$TMPDIR/work") >out 2>err ||
		{ show; fail "in $folder: a run sees the files of another"; }
	! grep -q 'the command failed\|different ways' out || { show; fail "in $folder: a run sees the files of another"; }
	diff -r before data || fail "in $folder: the folder has changed"
	test ! -e "$(cat work)" || fail "in $folder: $(cat work) is left"
}
counts . "$TMPDIR/data/count"
counts . data/count
counts data ./count
counts data/sub ../count

# the lives of a run share the files; a replay elsewhere begins with the same ones
mkdir locks
# shellcheck disable=SC2016
again='cd "$0" || exit 9; if test -e lock && kill -0 "$(cat lock)" 2>/dev/null; then exit 1; fi; echo $$ >lock; sleep 0; true'
try fuzz --seed=1 --runs=5 --policy=again --files=locks --save=again -- sh -c "$again" "$TMPDIR/locks"
status 1
grep -q 'ends with status 1 when it is started again' out || { show; fail "the lives do not share the lock"; }
grep -qx "files $TMPDIR/locks" again || fail "the replay file does not name the folder"
try_env -C / "$PIDEPOCH" fuzz --replay="$TMPDIR/again" --save="$TMPDIR/twice"
status 1
test -z "$(ls locks)" || fail "the folder has changed"

# what cannot be copied is not left out silently
: >locks/secret
chmod 0 locks/secret
if test -r locks/secret; then
	become_user
	chmod 755 locks
fi
# shellcheck disable=SC2086
try_env ${user:-} "$PIDEPOCH" fuzz --runs=1 --files=locks -- true
status 125
grep -q '^pidepoch fuzz: cannot copy ' err || { show; fail "it does not say what failed"; }
