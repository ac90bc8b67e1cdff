#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Only a program that gets other rights than its caller's ignores LD_PRELOAD, so it needs the
# supervisor.
. "$(dirname "$0")/../support/cli.sh"

privileged() # PROGRAM
{
	try run --supervisor=off "$1"
	status 125
	said "$1" 'privileges' 'needs the supervisor'
}

# one's own setuid program gains nothing
cp /bin/true "$TMPDIR/own"
chmod 4755 "$TMPDIR/own"
try run "$TMPDIR/own"
status 0

may_change_users || skip "only root can make a program that is set to another user"
findmnt -nT "$TMPDIR" -o OPTIONS 2>/dev/null | grep -qw nosuid && skip "$TMPDIR is on a nosuid file system"

cp /bin/true "$TMPDIR/user"
chown 65534 "$TMPDIR/user"
chmod 4755 "$TMPDIR/user"
privileged "$TMPDIR/user"

cp /bin/true "$TMPDIR/group"
chgrp 65534 "$TMPDIR/group"
chmod 2755 "$TMPDIR/group"
privileged "$TMPDIR/group"

# setgid without the group's x is mandatory locking and no privilege
chmod 2745 "$TMPDIR/group"
try run "$TMPDIR/group"
status 0

# a script's own bits mean nothing, its interpreter's do
printf '#!/bin/sh\nexit 3\n' >"$TMPDIR/script"
chown 65534 "$TMPDIR/script"
chmod 4755 "$TMPDIR/script"
try run "$TMPDIR/script"
status 3
printf '#!%s\n' "$TMPDIR/user" >"$TMPDIR/script"
privileged "$TMPDIR/script"

if command -v setpriv >/dev/null; then
	"$PIDEPOCH" run true || fail "true was not run"
	setpriv --no-new-privs "$PIDEPOCH" run "$TMPDIR/user" || fail "without new privileges there are none to fear"
fi
