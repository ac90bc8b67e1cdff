/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder - the one of --files: each run begins with the files that are in it, and changes a copy.
 *
 *   DIR                 only read
 *   WORK/files          the copy; in the mount namespace of a run it is mounted over DIR
 *
 * folder.1  Nothing in DIR changes. What the program has written there is dropped before the next
 *           run.
 * folder.2  The two lives of one run have the same copy.
 * folder.3  Another file system that is mounted below DIR is not copied: a run has an empty folder
 *           there.
 */
#ifndef PE_FUZZ_FOLDER_H
#define PE_FUZZ_FOLDER_H

/* Can each run have a copy of @name in @work? Writes its absolute path to @dir (PATH_MAX bytes). 0,
 * or an exit status after an error line. */
int pe_fuzz_folder_check(const char *name, const char *work, char *dir);

/* Make the copy of @dir in @work, in place of the one of an earlier run. 0, or an exit status after
 * an error line. */
int pe_fuzz_folder_copy(const char *dir, const char *work);

/* In the first process of a run: mount the copy over @dir; the current directory keeps its name. 0,
 * or -1 after an error line. */
int pe_fuzz_folder_enter(const char *dir, const char *work);

/* Remove the copy, if there is one. */
void pe_fuzz_folder_remove(const char *work);

/* The path of the copy; valid until the next call. */
const char *pe_fuzz_folder_path(const char *work);

#endif
