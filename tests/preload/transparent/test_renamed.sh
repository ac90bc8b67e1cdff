#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Loaded under another name than its own, the library gives started programs the environment that
# they were given.
lib=$(mktemp -d)/other.so || exit 99
trap 'rm -rf "${lib%/*}"' EXIT
cp "$PIDEPOCH_PRELOAD" "$lib" || exit 99

given=$(env -i PATH=/usr/bin:/bin LD_PRELOAD="$lib" PIDEPOCH_ERRNO=ESRCH \
	sh -c 'sh -c "exec env; :"; exit' 2>&1 | grep -v -e '^PWD=' -e '^_=' -e '^SHLVL=' -e '^OLDPWD=')
wanted="PATH=/usr/bin:/bin
LD_PRELOAD=$lib
PIDEPOCH_ERRNO=ESRCH"
test "$(echo "$given" | sort)" = "$(echo "$wanted" | sort)" && exit 0
echo "wanted:"
echo "$wanted"
echo "given:"
echo "$given"
exit 1
