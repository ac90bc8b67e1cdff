# SPDX-License-Identifier: LGPL-2.1-or-later
# The other processor: cross-built, run under an emulator.
