#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stacks from outside of a C++ program, with and without optimization: methods and templates by
# name.
. "$(dirname "$0")/stacks.inc"

command -v "${CXX:-c++}" >/dev/null || skip "no C++ compiler (Debian: g++)"
for flags in -O0 -O2; do
	"${CXX:-c++}" -g -static $flags "$(dirname "$0")/stacked.cc" -o "$TMPDIR/program" || skip "it does not build: no static libstdc++"
	watched "$TMPDIR/program"
	is ' by thread ' 'shop::Clerk::misuse void main'
	is 'was released by wait' 'shop::Clerk::release main'
	grep -q 'in void shop::Clerk::use<int>(int) .*stacked\.cc:[0-9]*$' "$TMPDIR/out" || { show; fail "$flags: no template"; }
done
