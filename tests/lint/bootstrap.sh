#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bootstrap is silent where nothing is missing, installs as root (asking for package lists only
# after a failure), and otherwise prints the one apt-get line and fails. In a folder with a name
# that make cannot quote, it fails at once.
. "$(dirname "$0")/lint.sh"

fail()
{
	echo "bootstrap: $*"
	cat out
	exit 1
}

# A copy with a list of its own, and commands in place of the system's: `id` prints a chosen user,
# `apt-get` writes down its arguments, and installs only after an update (or at once, with
# lists=fresh).
mkdir "$TMPDIR/bin" && cd "$TMPDIR" || exit 99
cp "$project/build-aux/bootstrap" "$project/build-aux/folder-name" .
cat >packages <<'END'
build  sh-package     sh
build  absent         absent-command
test   elsewhere      /nowhere/at/all
other  not-asked-for  another-absent-command
END
printf '#!/bin/sh\necho "$uid"\n' >bin/id
cat >bin/apt-get <<'END'
#!/bin/sh
echo "$*" >>asked
case "$*" in
*update*) touch updated ;;
*install*) test -e updated -o "$lists" = fresh || exit 100; printf '#!/bin/sh\n' >bin/absent-command; chmod +x bin/* ;;
esac
END
chmod +x bin/*
unset PIDEPOCH_PACKAGES
PATH=$TMPDIR/bin:$PATH
export uid lists

bootstrap() # UID LISTS TIER...
{
	uid=$1 lists=$2
	shift 2
	rm -f asked updated bin/absent-command
	sh ./bootstrap "$@" >out 2>&1
}

sed -i 's/^build  absent .*/build  absent  sh/' packages
bootstrap 1000 fresh build && test ! -s out || fail "something was said or wrong though nothing was missing"
sed -i 's/^build  absent .*/build  absent  absent-command/' packages

bootstrap 1000 fresh build test && fail "succeeded without packages, not being root"
test "$(grep -c 'apt-get install' out)" = 1 || fail "not one line to type"
grep -q '^ *apt-get install --no-install-recommends absent elsewhere$' out || fail "the line names something else"
test ! -e asked || fail "asked apt-get for something, not being root"

PIDEPOCH_PACKAGES=have bootstrap 1000 fresh build || fail "would not go on with what there is"

bootstrap 0 fresh build || fail "root could not install"
grep -q ' install .*absent$' asked || fail "did not ask for the package"
! grep -q update asked || fail "fetched the package lists without need"

bootstrap 0 stale build || fail "did not recover from stale package lists"
test "$(sed 's/.*\(install\|update\).*/\1/' asked | tr '\n' ' ')" = 'install update install ' || fail "asked in another order"

bootstrap 0 fresh build test && fail "succeeded although a package does not bring what it is wanted for"

for folder in 'with space' with:colon "o'clock" 'R&D' '#1' '$x'; do
	mkdir "$folder"
	cp bootstrap folder-name packages "$folder"
	(cd "./$folder" && bootstrap 0 fresh build) && fail "began in a folder that make cannot name: $folder"
	grep -qF "/$folder" "$folder/out" || { cat "$folder/out"; fail "did not say which folder"; }
	test ! -e "$folder/asked" || fail "installed packages for a folder that make cannot name"
done
exit 0
