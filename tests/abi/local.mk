# SPDX-License-Identifier: LGPL-2.1-or-later
# What the libraries export, compared with a stored dump.
