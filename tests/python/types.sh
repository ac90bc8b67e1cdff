#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Python module's types are complete and right, as mypy sees them.
command -v mypy >/dev/null || {
	echo 'skip: mypy is not installed'
	exit 77
}
cd "${PIDEPOCH_SRCDIR:-.}/python" || exit
exec mypy --strict --cache-dir="$TMPDIR/mypy" pidepoch
