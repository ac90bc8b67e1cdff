#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# title.1: a pattern that selects the program by its command line does not select monitor and
# worker. What "pkill -9 -f PROGRAM" leaves of the run can still execute programs.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
command -v pkill >/dev/null || skip 'pkill (procps) is not installed'
unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null ||
	skip 'cannot create a pid namespace'

mkfifo "$TMPDIR/ready" "$TMPDIR/go" "$TMPDIR/result"

# The program that is ended, and the child that survives it: it reports once it is executed, since
# before that its command line is the program's.
cat >"$TMPDIR/doomed" <<END
#!/bin/sh
cd '$TMPDIR'
sh -c 'echo "\$1" >ready; read -r word <go; /bin/true && word=well; echo "\$word" >result' sh \$\$ &
wait
END
chmod +x "$TMPDIR/doomed"

# first process of a namespace: the pattern selects nothing outside of it
cat >"$TMPDIR/first" <<'END'
cd "$1" || exit 99
"$PIDEPOCH" run --supervisor=on -- "./doomed" "$2" &
read -r pid <ready
for process in /proc/[0-9]*; do
	read -r name <"$process/comm" && case $name in
	pidepoch-*) tr '\0' ' ' <"$process/cmdline" | sed "s/ of $pid  *\$/ of RUN/"; echo ;;
	esac
done >titles
pkill -9 -f doomed
echo go >go
read -r word <result
echo "$word"
END

# the arguments' place is shorter than a title, and longer
long=$(printf '%0300d' 0)
for argument in '' "$long"; do
	try_env unshare --user --map-root-user --pid --fork --mount-proc \
		sh "$TMPDIR/first" "$TMPDIR" "$argument"
	status 0
	printed well
	sort "$TMPDIR/titles" >"$TMPDIR/sorted"
	printf '%s\n' 'pidepoch: monitor of RUN' 'pidepoch: worker of RUN' | cmp - "$TMPDIR/sorted" ||
		{ cat "$TMPDIR/titles"; fail 'they have other command lines'; }
done
