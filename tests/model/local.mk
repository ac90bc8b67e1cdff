# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulation of the semantics, and models of the protocols.
