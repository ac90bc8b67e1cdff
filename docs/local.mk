# SPDX-License-Identifier: LGPL-2.1-or-later
# Manual pages go to dist_man_MANS += docs/man/<page>.<section>; the rest goes into the tarball.
EXTRA_DIST += docs/ci.md docs/layers.txt docs/rules.md docs/glossary.md docs/engine.md docs/events.md docs/fuzz.md docs/prototypes.md docs/recipes.md docs/report.md docs/security.md docs/semantics.md docs/supervisor.md docs/speed.md docs/testing.md
EXTRA_DIST += docs/speed.json docs/speed-build.svg docs/speed-fuzz.svg docs/speed-library.svg \
	docs/speed-report.svg docs/speed-supervisor.svg docs/speed-vrange.svg docs/speed-waitpidv.svg
dist_man_MANS += docs/man/pidepoch.1 docs/man/pidepoch.3 docs/man/pidepoch.7 docs/man/waitpidv.2
EXTRA_DIST += docs/musl.md docs/proposal.md
EXTRA_DIST += docs/vrange.md
dist_man_MANS += docs/man/vrange.7 docs/man/mvrange.2 docs/man/vrange_object.3
