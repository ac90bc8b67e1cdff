# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulation of the semantics, and models of the protocols.

check_PROGRAMS += tests/model/epoch_sim
tests_model_epoch_sim_LDADD = libcore.la
TESTS += tests/model/epoch_sim

dist_check_SCRIPTS += tests/model/epoch_mutants.sh
TESTS += tests/model/epoch_mutants.sh

dist_check_SCRIPTS += tests/model/run-slot-model.sh
dist_check_DATA += tests/model/slot.pml
TESTS += tests/model/run-slot-model.sh

dist_check_SCRIPTS += tests/model/proposal.sh
TESTS += tests/model/proposal.sh

SLOW_TESTS += \
	tests/model/epoch_mutants.sh \
	tests/model/run-slot-model.sh
