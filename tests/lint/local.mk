# SPDX-License-Identifier: LGPL-2.1-or-later
# What a reader could check by hand, checked by machine.
