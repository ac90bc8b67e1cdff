# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# headers FOLDER - make FOLDER hold what musl-gcc lacks: the kernel's headers, and error.h
headers()
{
	mkdir -p "$1" || return
	for name in linux asm-generic asm; do
		for from in /usr/include "/usr/include/$(gcc -print-multiarch)"; do
			test ! -e "$from/$name" || ln -sfn "$from/$name" "$1/$name"
		done
	done
	ln -sfn "$PIDEPOCH_SRCDIR/tests/musl/error.h" "$1/error.h"
}
