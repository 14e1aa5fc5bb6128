/*
 * archive_library: libarchive, loaded when an archive is first to be looked into.
 *
 * It draws in some twenty libraries more, among them an XML parser, which no other run has to
 * start with, nor to hold in its memory while it reads what attackers send.
 */
#ifndef STAPLE_STORE_ARCHIVE_LIBRARY_H
#define STAPLE_STORE_ARCHIVE_LIBRARY_H

#include "ground/err.h"

#include <archive.h>
#include <archive_entry.h>

#define ARCHIVE_CALLS(call)                                                                        \
	call(archive_entry_filetype)                                                               \
	call(archive_entry_hardlink)                                                               \
	call(archive_entry_pathname)                                                               \
	call(archive_error_string)                                                                 \
	call(archive_filter_count)                                                                 \
	call(archive_format)                                                                       \
	call(archive_read_data)                                                                    \
	call(archive_read_free)                                                                    \
	call(archive_read_new)                                                                     \
	call(archive_read_next_header)                                                             \
	call(archive_read_open_memory)                                                             \
	call(archive_read_support_filter_bzip2)                                                    \
	call(archive_read_support_filter_compress)                                                 \
	call(archive_read_support_filter_gzip)                                                     \
	call(archive_read_support_filter_lz4)                                                      \
	call(archive_read_support_filter_lzip)                                                     \
	call(archive_read_support_filter_lzma)                                                     \
	call(archive_read_support_filter_xz)                                                       \
	call(archive_read_support_filter_zstd)                                                     \
	call(archive_read_support_format_ar)                                                       \
	call(archive_read_support_format_cpio)                                                     \
	call(archive_read_support_format_raw)                                                      \
	call(archive_read_support_format_tar)                                                      \
	call(archive_read_support_format_zip)

/* Each call under its own name. */
struct archive_library {
#define ARCHIVE_MEMBER(name) __typeof__(name) *name;
	ARCHIVE_CALLS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
};

/* The library, loaded by the first call; any thread may ask.  NULL: it is not there, or too old
 * (ERR_UNSUPPORTED, with its name and what the loader says), now and at every later call. */
const struct archive_library *archive_library(struct err *e);

#endif
