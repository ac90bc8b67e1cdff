#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The report names functions and lines: in C, in C++, inlined, in handlers, threads and a vfork's
# parent; for stripped code it names the module, and finds the functions in a debug file by the
# build id, after the program has ended.
. "$(dirname "$0")/../support/cli.sh"
subject=$PIDEPOCH_BUILDDIR/tests/report/misuses
events=$TMPDIR/events

# report MISTAKE - of one run of the subject, without the C library's own frames
report()
{
	rm -f "$events"
	try run --events="$events" --log=/dev/null --on-stale=report -- "${2:-$subject}" "$1"
	status 0
	try report "$events"
	status 0
}

# the functions of the stack that comes after the line with TEXT, up to main
stack() # TEXT
{
	awk -v text="$1" 'index($0, text) { on = 1; next } on && !/^    #/ { exit } on { print }' "$TMPDIR/out" |
		sed -n 's/^    #[0-9]* in \([^ (]*\).*/\1/p' | grep -vE '^_|pthread|raise|start_thread|clone' | tr '\n' ' '
}

is() # TEXT EXPECTED
{
	test "$(stack "$1")" = "$2 " || { show; fail "after '$1': '$(stack "$1")' must be '$2'"; }
}

grep -q 'libdw\.so' "$PIDEPOCH" || skip "built without libdw"

report latent
is ' by thread ' 'misuse_here latent main'
is 'was released by' 'release_here latent main'
is 'was obtained by fork' 'obtain_here latent main'
grep -q '#0 in misuse_here .*misuses\.c:[0-9]*$' "$TMPDIR/out" || { show; fail "no line number"; }
grep -q '^SUMMARY: pidepoch: latent .*misuses\.c:[0-9]* in misuse_here$' "$TMPDIR/out" || { show; fail "no summary"; }
report vforked
is 'was obtained by vfork' 'obtain_by_vfork vforked main'
report in-handler
is ' by thread ' 'misuse_here on_signal in_handler main'
is 'was released by' 'release_here on_signal in_handler main'
report in-thread
grep -q '^==.*stolen-wait' "$TMPDIR/out" || { show; fail "not stolen"; }
is 'was released by' 'release_here run_thread'
is 'was obtained by fork' 'obtain_here in_thread main'

# an interpreter, by the names that a stripped program keeps for its libraries
if test -x /usr/bin/python3; then
	rm -f "$events"
	try run --events="$events" --log=/dev/null --on-stale=report -- /usr/bin/python3 -c '
import os
pid = os.fork()
if not pid: os._exit(0)
os.waitpid(pid, 0)
try: os.kill(pid, 15)
except ProcessLookupError: pass'
	status 0
	try report "$events"
	status 0
	test "$(grep -c ' in _PyEval_EvalFrameDefault ' "$TMPDIR/out")" -eq 3 ||
		{ show; fail "the interpreter is not in all three stacks"; }
	test "$(grep -c ' in Py_BytesMain ' "$TMPDIR/out")" -eq 3 || { show; fail "the stacks do not reach main"; }
fi

# stripped, and the debug file apart: beside it by its link; by its build id below a folder of one's
# own, the program there or gone
apart()
{
	cp "$subject" "$TMPDIR/prog"
	objcopy --only-keep-debug "$TMPDIR/prog" "$TMPDIR/prog.debug" && strip "$TMPDIR/prog" &&
		(cd "$TMPDIR" && objcopy --add-gnu-debuglink=prog.debug prog) || fail "no debug file"
	report latent "$TMPDIR/prog"
	is 'was obtained by fork' 'obtain_here latent main'
	grep -q '#0 in misuse_here .*misuses\.c:[0-9]*$' "$TMPDIR/out" || { show; fail "by its link: no line number"; }

	id=$(readelf -n "$subject" | sed -n 's/^ *Build ID: //p')
	test "$id" || fail "the subject has no build id"
	rest=${id#??}
	mkdir -p "$TMPDIR/debug/.build-id/${id%"$rest"}"
	mv "$TMPDIR/prog.debug" "$TMPDIR/debug/.build-id/${id%"$rest"}/$rest.debug"
	try report "$events"
	status 0
	grep -q "#0 ($TMPDIR/prog+0x[0-9a-f]*)" "$TMPDIR/out" || { show; fail "names from nowhere"; }
	for now in there gone; do
		try report --debug-dir="$TMPDIR/debug" "$events"
		status 0
		is ' by thread ' 'misuse_here latent main'
		is 'was released by' 'release_here latent main'
		grep -q '#0 in misuse_here .*misuses\.c:[0-9]*$' "$TMPDIR/out" || { show; fail "by its build id, $now: no line number"; }
		rm -f "$TMPDIR/prog"
	done
}
command -v objcopy >/dev/null && command -v readelf >/dev/null && command -v strip >/dev/null || skip "binutils are not installed"
apart

# C++, and a function that is inlined
command -v clang >/dev/null || skip "clang is not installed (C++ frames were not tried)"
cat >"$TMPDIR/names.cc" <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int after;
namespace jobs {
static inline __attribute__((always_inline)) void inlined(pid_t p) { kill(p, SIGTERM); after++; }
template <class T> struct Job {
	T pid;
	__attribute__((noinline)) void stop() { inlined(pid); after++; }
};
}
int main()
{
	jobs::Job<int> job = { fork() };
	if (job.pid == 0)
		_exit(0);
	waitpid(job.pid, nullptr, 0);
	job.stop();
	return 0;
}
END
clang -x c++ -g -O1 "$TMPDIR/names.cc" -o "$TMPDIR/names" || skip "clang makes no C++ program"
report x "$TMPDIR/names"
grep -q '#0 in jobs::inlined(int) .*names.cc:6 (inlined)' "$TMPDIR/out" || { show; fail "the inlined function"; }
grep -q '#1 in jobs::Job<int>::stop() .*names.cc:9$' "$TMPDIR/out" || { show; fail "the C++ name"; }
grep -q '#2 in main .*names.cc:18$' "$TMPDIR/out" || { show; fail "main"; }

# what is generated for such a name is that name, and no pattern
"$PIDEPOCH" report --gen-suppressions "$events" >"$TMPDIR/lines"
grep -qx 'latent:jobs::inlined(int)' "$TMPDIR/lines" || { cat "$TMPDIR/lines"; fail "the suppression"; }
try report --suppressions="$TMPDIR/lines" --error-exitcode=7 "$events"
status 0

# stripped: the module and where in it
cp "$TMPDIR/names" "$TMPDIR/stripped"
strip "$TMPDIR/stripped" || skip "strip is not installed"
report x "$TMPDIR/stripped"
grep -q "#0 ($TMPDIR/stripped+0x[0-9a-f]*)" "$TMPDIR/out" || { show; fail "a stripped program"; }

# the file is another by now: better no name than a wrong one
clang -x c++ -g -O0 "$TMPDIR/names.cc" -o "$TMPDIR/stripped"
try report "$events"
status 0
grep -q "#0 ($TMPDIR/stripped+0x[0-9a-f]*)" "$TMPDIR/out" || { show; fail "names of a program that came later"; }
rm "$TMPDIR/stripped"
try report "$events"
status 0
grep -q "#0 ($TMPDIR/stripped+0x[0-9a-f]*)" "$TMPDIR/out" || { show; fail "a program that is gone"; }
