/*
 * file_stale: temporary files of replacements (file.h) that were killed.
 *
 * While a replacement is under way its temporary file is locked (flock), and the lock ends with the
 * process, however that ends.  What is ours by name and owner, has not been touched for a while and
 * is not locked, nobody will ever finish.
 */
#ifndef STAPLE_GROUND_FILE_STALE_H
#define STAPLE_GROUND_FILE_STALE_H

/* ".staple-" and 16 hexadecimal digits and ".tmp", with its NUL. */
#define FILE_TEMP_NAME 29

/* To be called when the temporary file was made.  Where a file system has no locks, its age alone
 * protects it. */
void file_stale_lock(int fd);

/* Removes what is stale in the open folder, which has just been written to; once for each folder and
 * process, and only of the first entries of a large one.  Best effort: nothing is told. */
void file_stale_remove(int dirfd);

#endif
