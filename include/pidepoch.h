/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidepoch - references to processes that survive the reuse of pids.
 *
 * Names of the proposal of 2019-05-12 keep their spelling; the rest begins with pidepoch_ or PIDEPOCH_.
 */
#ifndef PIDEPOCH_H
#define PIDEPOCH_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The errno of a reference whose number may have been handed out again. It lies outside the kernel's own
 * errnos (which end at 133, and at 530 for those that stay inside the kernel) and below 4096, so that
 * it survives the system call convention, by which only -4095..-1 is an error.
 */
#define EEPOCH 2019

/*
 * pidepoch_version() - the version of the library that is loaded
 * Context:  async-signal-safe; any thread
 * Return:   a string such as "0.1.0" that is never freed
 * Errors:   none
 * Source:   none
 * Since:    0.1
 */
const char *pidepoch_version(void);

#ifdef __cplusplus
}
#endif

#endif
