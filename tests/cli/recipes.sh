#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each block of docs/recipes.md does what the page says, with programs of this test.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/stale.sh"
page=$PIDEPOCH_SRCDIR/docs/recipes.md
bin=$TMPDIR/bin
prog=$bin/prog
mkdir "$bin"
ln -s "$PIDEPOCH" "$bin/pidepoch"
PATH=$bin:$PATH
cd "$TMPDIR" || exit 99

# block NAME - the block with the program and the command of this test
block()
{
	awk -v name="$1" '/^```/ { inside = !inside && $2 == name; next } inside' "$page" |
		sed -e "s,/usr/sbin/prog,$prog,g" -e "s,/usr/bin/pidepoch,$bin/pidepoch,g" \
			-e "s,/run/prog.pid,$TMPDIR/pidfile,; s,/var/log/prog.pidepoch,$TMPDIR/log,"
}
# for the init script, which needs a file that is some seconds old
echo 350 >old.pid
written=$(date +%s)

missed=''
miss()
{
	echo "not tried: $*"
	missed="$missed $1"
}

for name in drop-in journal events image init ci gdb valgrind core; do
	test -n "$(block $name)" || fail "the page has no block $name"
done
test "$(grep -c '^```.' "$page")" -eq 9 || fail "the page has a block that this test does not know"

# a program that says that the library is in it, and one that is correct
cat >"$prog" <<'END'
#!/bin/sh
case $1 in
--foreground) grep -q libpidepoch-preload /proc/self/maps && echo protected && echo $$ >>pids && echo $PPID >parent ;;
--self-test) sleep 0 & wait $! ;;
esac
END
chmod +x "$prog"

# In a pid namespace another process has the pid of the old pidfile; in a time namespace the clock
# was right at boot: the kernel made its anonymous inode in the first second.
stop_another()
{
	until test "$(date +%s)" -ge $((written + 5)); do sleep 0.1; done
	stale_programs "$TMPDIR"
	offset=$(/usr/bin/python3 -c 'import os, time
made = os.fstat(os.eventfd(0)).st_ctime - time.time() + time.clock_gettime(time.CLOCK_BOOTTIME)
print(round(1 - made))') || { miss python3; return; }
	sed "s,$TMPDIR/pidfile,$TMPDIR/old.pid," init >old
	cat >another <<'END'
/usr/bin/python3 birth.py 350 || exit $?
sh old stop
kill -0 350
END
	got=0
	unshare --time --fork --boottime "$offset" unshare -rpf --mount-proc sh another >out 2>err || got=$?
	grep -qi 'unshare\|ns_last_pid' err && { miss namespace "$(head -n 1 err)"; return; }
	test "$got" -ne 77 || { miss pid "the next pid cannot be set"; return; }
	status 0
	grep -q 'stale pid: 350 was read from .*/old.pid, .*refused: ESRCH$' log || { cat log; fail "no notice of the pidfile"; }
}

# the drop-in
block drop-in >drop-in
if command -v systemd-analyze >/dev/null; then
	mkdir -p units/prog.service.d
	printf '[Service]\nExecStart=%s\n' "$prog" >units/prog.service
	cp drop-in units/prog.service.d/pidepoch.conf
	SYSTEMD_UNIT_PATH=$TMPDIR/units: systemd-analyze verify units/prog.service >verified 2>&1 || {
		grep -q prog verified && { cat verified; fail "systemd does not accept the drop-in"; }
		miss systemd-analyze "$(head -n 1 verified)"
	}
else
	miss systemd-analyze
fi
# the program has the pid of the command
try_env sh -c "echo \$\$ >pids; exec $(sed -n 's/--log=journal/--log=journal.log/; s/^ExecStart=\(.\)/\1/p' drop-in)"
printed protected
test "$(sort -u pids | wc -l)" -eq 1 || { cat pids; fail "the program has another pid"; }
block journal | sed -n 's/.*\(PIDEPOCH_[A-Z]*\|SYSLOG_IDENTIFIER\)=.*/\1/p' | while read -r field; do
	grep -q "$field" "$PIDEPOCH_SRCDIR/src/core/record/sink.c" || fail "there is no field $field"
done

# the container: the entry point with its command
# shellcheck disable=SC2046
try_env $(block image | sed -n 's/^\(ENTRYPOINT\|CMD\) \[\(.*\)\]/\2/p' | tr -d '",' | tr '\n' ' ')
printed protected
in_container() # COMMAND...
{
	rm -f pids
	try_env unshare -rpf --mount-proc "$@"
	printed protected
}
if unshare -rpf --mount-proc true 2>/dev/null; then
	# shellcheck disable=SC2046
	in_container $(block image | sed -n 's/^\(ENTRYPOINT\|CMD\) \[\(.*\)\]/\2/p' | tr -d '",' | tr '\n' ' ')
	test "$(cat pids)" = 1 || { cat pids; fail "the command must be pid 1"; }
	in_container pidepoch run --init -- "$prog" --foreground
	test "$(cat parent)" = 1 || { cat parent; fail "the command must be a child of pid 1"; }
else
	miss container 'no pid namespace'
fi

# the init script: start, stop, and a pidfile that names another process
if command -v start-stop-daemon >/dev/null; then
	mkfifo never
	printf '#!/bin/sh\ncd "%s"\necho "$$" >started\nexec cat never\n' "$TMPDIR" >"$prog"
	mkfifo started
	block init >init
	sh init start || fail "the init script does not start"
	read -r daemon <started
	test "$(cat pidfile)" = "$daemon" || fail "the pidfile is not the daemon's"
	try_env sh -c "$(block journal | grep '^pidepoch')"
	status 0
	grep -q "^ *$daemon " out || { show; fail "top does not show the daemon"; }
	sh init stop || fail "the init script does not stop"
	test ! -s "/proc/$daemon/cmdline" || fail "the daemon still runs"
	sh init stop || fail "stopping what has stopped is no error"
	sh init 2>/dev/null
	test $? -eq 2 || fail "the init script without a word"
	stop_another
	printf '#!/bin/sh\nsleep 0 & wait $!\n' >"$prog"
else
	miss start-stop-daemon
fi

# the CI job: right programs, and one that is wrong
printf 'check:\n\t@%s\n' "$prog" >Makefile
block ci >ci
try_env sh ci
grep -q 'needs a user namespace' err && miss fuzz "$(head -n 1 err)"
test "$missed" || status 0
grep -q '<title>pidepoch report' pid-report.html || fail "no page"
printf 'check:\n\t@%s latent\n' "$PIDEPOCH_BUILDDIR/tests/report/misuses" >Makefile
sed -i '/fuzz/d' ci
try_env sh ci
status 99

# the page of a service's events
try_env sh -c "$(block events | sed "s,/var/log/prog.events,$TMPDIR/pid-events,")"
status 0
grep -q '"kind":"latent"' report.html || fail "the page of a service has no event"

# gdb and valgrind beside it
if command -v gdb >/dev/null; then
	cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int main(void) { return system("grep -q libpidepoch-preload /proc/$PPID/maps") == 0 && puts("protected") < 0; }
END
	# shellcheck disable=SC2086
	$CC main.c -o "$prog" || fail "$CC cannot build"
	cp "$prog" compiled
	block gdb | sed 's/gdb -q/gdb -q -batch/' >gdb
	try_env sh gdb
	grep -q '^protected' out || { grep -qi 'ptrace\|not permitted' err && miss gdb "$(tail -n 1 err)"; } ||
		{ show; fail "the program is not protected under gdb"; }
else
	miss gdb
fi
if command -v valgrind >/dev/null && valgrind -q /bin/true 2>/dev/null; then
	cp compiled "$prog" 2>/dev/null || printf '#!/bin/sh\necho protected\n' >"$prog"
	try_env sh -c "$(block valgrind)"
	printed protected
else
	miss valgrind
fi

# The core dump. The limit of this test can be raised with CAP_SYS_RESOURCE only; a pattern with a
# folder or a program keeps the dump elsewhere.
printf '#!/bin/sh\nexec "%s" stale\n' "$PIDEPOCH_BUILDDIR/tests/report/misuses" >"$prog"
mkdir dumps
cd dumps || exit 99
block core >core.sh
dumps=$(ulimit -c unlimited 2>/dev/null && sed '/[/|]/d' /proc/sys/kernel/core_pattern)
test "$dumps" || sed -i '/^ulimit/d' core.sh
try_env sh core.sh
if ! grep -q '; aborting$' "$TMPDIR/err"; then
	miss abort "$(tail -n 1 "$TMPDIR/err")"
elif test "$dumps" && command -v gdb >/dev/null; then
	rm core.sh
	gdb -q -batch -ex bt "$PIDEPOCH_BUILDDIR/tests/report/misuses" ./* >"$TMPDIR/out" 2>&1
	grep -q ' misuse_here ' "$TMPDIR/out" || { show; fail "the dump has no stack of the call"; }
fi
test -z "$missed" || skip "not tried:$missed"
