#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each block of docs/recipes.md does what the page says, with programs of this test.
. "$(dirname "$0")/../support/cli.sh"
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
--foreground) grep -q libpidepoch-preload /proc/self/maps && echo protected ;;
--self-test) sleep 0 & wait $! ;;
esac
END
chmod +x "$prog"

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
try_env sh -c "$(sed -n 's/--log=journal/--log=journal.log/; s/^ExecStart=\(.\)/\1/p' drop-in)"
printed protected
block journal | sed -n 's/.*\(PIDEPOCH_[A-Z]*\|SYSLOG_IDENTIFIER\)=.*/\1/p' | while read -r field; do
	grep -q "$field" "$PIDEPOCH_SRCDIR/src/core/record/sink.c" || fail "there is no field $field"
done

# the container: the entry point with its command
# shellcheck disable=SC2046
try_env $(block image | sed -n 's/^\(ENTRYPOINT\|CMD\) \[\(.*\)\]/\2/p' | tr -d '",' | tr '\n' ' ')
printed protected

# the init script: start, stop, and a pidfile that names another process
if command -v start-stop-daemon >/dev/null; then
	mkfifo never
	printf '#!/bin/sh\ncd "%s"\necho "$$" >started\nexec cat never\n' "$TMPDIR" >"$prog"
	mkfifo started
	block init >init
	sh init start || fail "the init script does not start"
	read -r daemon <started
	test "$(cat pidfile)" = "$daemon" || fail "the pidfile is not the daemon's"
	sh init stop || fail "the init script does not stop"
	test ! -s "/proc/$daemon/cmdline" || fail "the daemon still runs"
	sh init stop || fail "stopping what has stopped is no error"
	sh init 2>/dev/null
	test $? -eq 2 || fail "the init script without a word"
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
	block gdb | sed 's/gdb -q/gdb -q -batch/' >gdb
	try_env sh gdb
	grep -q '^protected' out || { grep -qi 'ptrace\|not permitted' err && miss gdb "$(tail -n 1 err)"; } ||
		{ show; fail "the program is not protected under gdb"; }
else
	miss gdb
fi
if command -v valgrind >/dev/null && valgrind -q /bin/true 2>/dev/null; then
	printf '#!/bin/sh\necho runs\n' >"$prog"
	try_env sh -c "$(block valgrind)"
	printed runs
else
	miss valgrind
fi

# the core dump
printf '#!/bin/sh\nexec "%s" stale\n' "$PIDEPOCH_BUILDDIR/tests/report/misuses" >"$prog"
block core | sed 's/^ulimit.*/ulimit -c 0/' >core.sh
try_env sh core.sh
grep -q '; aborting$' err || miss abort "$(tail -n 1 err)"
test -z "$missed" || skip "not tried:$missed"
