#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual pages are clean by mandoc -Tlint.
. "$(dirname "$0")/lint.sh"
need mandoc

complaints()
{
	find "$1/docs/man" -name '*.[1-8]' -type f 2>/dev/null | sort | while read -r page; do
		mandoc -T lint -W warning "$page" | sed "s,^mandoc: $1/,,"
	done
}

printf '.Dd November 21, 2026\n.Dt BAD 1\n.Os\n.Sh NAME\n.Nm bad\n.Nd worse\n.Sh DESCRIPTION\n.Xx no such macro\n' |
	bad_file docs/man/bad.1
ls "$project"/docs/man/*.[1-8] >/dev/null 2>&1 || skip "there is no manual page yet"
project_lint 1
