# SPDX-License-Identifier: LGPL-2.1-or-later
# Generated input: libFuzzer targets and the property tests that also run without it.
