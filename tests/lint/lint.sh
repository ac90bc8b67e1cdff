# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Shared by the lint tests. A lint is a function complaints() that prints what is wrong below the
# folder it is given. project_lint() first shows it a bad sample, which the lint must complain
# about, and then the project.

project=$(realpath "${PIDEPOCH_SRCDIR:-.}")
# a folder of this lint's own, also when it is run by hand
TMPDIR=$(mktemp -d) || exit 99
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
bad=$TMPDIR/bad
mkdir -p "$bad"

skip()
{
	echo "skip: $*"
	exit 77
}

need() # COMMAND
{
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# project_files FOLDER EXTENSION... - the files of the project below FOLDER, as paths relative to it
project_files()
{
	(
		cd "$1" || exit
		shift
		for extension; do
			for folder in include src preload python tests bench docs; do
				test ! -d $folder || find $folder -name "*.$extension" -type f
			done
		done | sort
	)
}

# bad_file PATH - standard input becomes a file of the bad sample
bad_file()
{
	mkdir -p "$bad/$(dirname "$1")"
	cat >"$bad/$1"
}

# project_lint NUMBER - complaints() must find exactly NUMBER faults (lines) in the bad sample, none
# in the project
project_lint()
{
	complaints "$bad" >"$TMPDIR/found"
	if test "$(wc -l <"$TMPDIR/found")" -ne "$1"; then
		echo "this lint cannot be trusted: $1 faults were put into a sample, it found:"
		cat "$TMPDIR/found"
		exit 1
	fi
	complaints "$project" >"$TMPDIR/found"
	cat "$TMPDIR/found"
	test ! -s "$TMPDIR/found"
}
