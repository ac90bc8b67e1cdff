# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# steps.sh PROGRAM FUNCTION ARGUMENT... - call a function of a file of tests/matrix/programs/:
#
#   title      prints the name and the version
#   get        gets the suite into the working folder
#   run        runs it, each program under the words in the arguments
#   count      reads what run printed; for each case it prints passed, failed or skipped,
#              a tab and a name
#   explained  prints a case, a tab and the reason for each difference that is meant
set -u

# source_package NAME - the upstream part of Debian's source, in the folder source
source_package()
{
	local apt keys=/usr/share/keyrings/debian-archive-keyring.gpg mirror status=0
	apt=$(mktemp -d) || return
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
		'Codename: bookworm' | head -n 1)
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	echo "deb-src [signed-by=$keys] $mirror bookworm main" >"$apt/sources"
	local options=(-q -o Dir::Etc::sourcelist="$apt/sources" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt")
	apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only "$1" &&
		mkdir source && tar -x --strip-components=1 -C source -f ./*.orig.tar.?z || status=1
	rm -rf "$apt" ./*.orig*.tar.* ./*.debian.tar.* ./*.diff.gz ./*.dsc
	return $status
}

# packages NAME... - install Debian's packages that are missing
packages()
{
	dpkg-query -W "$@" >/dev/null 2>&1 ||
		DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install \
			--no-install-recommends "$@"
}

# version PACKAGE
version()
{
	dpkg-query -W -f '${Version}' "$1"
}

# each case of TAP, named by the test that `== NAME` announced
count_tap()
{
	awk '
		/^== / { test = $2; next }
		/^(not )?ok [0-9]+/ {
			n = $1 == "not" ? $3 : $2
			outcome = /# *(SKIP|skip)/ ? "skipped" : ($1 == "not" && !/# *TO[D]O/) ? "failed" : "passed"
			printf "%s\t%s %s\n", outcome, test, n
		}
		/^1\.\.0/ { printf "skipped\t%s\n", test }'
}

explained() { :; }

program=$1
shift
# shellcheck source=/dev/null
. "$program"
"$@"
