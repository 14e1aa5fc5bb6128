/*
 * Archives, through libarchive: tar in its compressions, zip (jar, war), ar (deb), cpio, and
 * single compressed files.  What stands in a member is read like a file; archives in archives
 * too, down to a depth.  Only named formats and filters are switched on, since others may start
 * programs.
 */
#include "ground/limits.h"
#include "store/archive_library.h"
#include "store/readers.h"

static bool has(struct span s, size_t at, const char *magic, size_t n)
{
	return s.n >= at + n && memcmp(s.p + at, magic, n) == 0;
}

/* How they begin; `unread` names a kind that is not read. */
static const struct kind {
	size_t at, n;
	const char *magic, *unread;
} kinds[] = {
	{0, 3, "\x1f\x8b\x08", NULL},             /* gzip, which knows one method */
	{0, 6, "\xfd\x37zXZ\0", NULL},            /* xz */
	{0, 4, "\x28\xb5\x2f\xfd", NULL},         /* zstd */
	{0, 3, "BZh", NULL},                      /* bzip2 */
	{0, 4, "\x04\x22\x4d\x18", NULL},         /* lz4 */
	{0, 4, "LZIP", NULL},
	{0, 4, "\x5d\0\0\x80", NULL}, {0, 5, "\x5d\0\0\0\x01", NULL}, /* lzma, dictionaries of 2^n */
	{0, 5, "\x5d\0\0\0\x02", NULL}, {0, 5, "\x5d\0\0\0\x04", NULL},
	{0, 2, "\x1f\x9d", NULL},                 /* compress */
	{0, 4, "PK\x03\x04", NULL}, {0, 4, "PK\x05\x06", NULL},
	{0, 8, "!<arch>\n", NULL},
	{257, 5, "ustar", NULL},
	{0, 6, "070701", NULL}, {0, 6, "070707", NULL}, /* cpio */
	{0, 9, "\x89LZO\0\r\n\x1a\n", "lzop"},
	{0, 6, "7z\xbc\xaf\x27\x1c", "7-Zip"},
	{0, 6, "Rar!\x1a\x07", "RAR"},
	{0, 4, "\xed\xab\xee\xdb", "RPM"},
};

/* A header of tar from before POSIX has no magic, but a sum of itself (its own place as blanks). */
static bool is_old_tar(struct span s)
{
	unsigned sum = 0, told = 0;
	size_t i = 148;

	if (s.n < 512 || s.p[0] == 0)
		return false;
	for (size_t k = 0; k < 512; k++)
		sum += k >= 148 && k < 156 ? ' ' : s.p[k];
	while (i < 156 && s.p[i] == ' ')
		i++;
	for (; i < 156 && s.p[i] >= '0' && s.p[i] <= '7'; i++)
		told = told * 8 + (s.p[i] - '0');
	return told == sum;
}

static const struct kind *kind_of(struct span s)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (has(s, kinds[i].at, kinds[i].magic, kinds[i].n))
			return &kinds[i];
	return NULL;
}

bool store_archive_is(struct span s)
{
	return kind_of(s) || is_old_tar(s);
}

static struct archive *open_bytes(const struct archive_library *lib, struct span bytes)
{
	struct archive *a = lib->archive_read_new();

	if (!a)
		return NULL;
	lib->archive_read_support_filter_gzip(a);
	lib->archive_read_support_filter_xz(a);
	lib->archive_read_support_filter_lzma(a);
	lib->archive_read_support_filter_lzip(a);
	lib->archive_read_support_filter_compress(a);
	lib->archive_read_support_filter_bzip2(a);
	lib->archive_read_support_filter_zstd(a);
	lib->archive_read_support_filter_lz4(a);
	lib->archive_read_support_format_tar(a);
	lib->archive_read_support_format_zip(a);
	lib->archive_read_support_format_ar(a);
	lib->archive_read_support_format_cpio(a);
	lib->archive_read_support_format_raw(a);
	if (lib->archive_read_open_memory(a, bytes.p, bytes.n) == ARCHIVE_OK)
		return a;
	lib->archive_read_free(a);
	return NULL;
}

/* What all members of one archive, and of those within it, share. */
struct unpacking {
	struct store_input *in;
	const struct archive_library *lib;
	struct archive *a;
	struct buf content, name;
	size_t members, nothing;
	bool damaged;            /* was told */
};

static bool too_much(struct unpacking *u, const char *what, unsigned limit)
{
	store_problem(u->in, STORE_NO_INDEX, STORE_ERROR,
		      "archive: %s %u; what follows is not read", what, limit);
	return true;
}

/* The member's bytes into u->content.  0; 1: it is too large and left out; -1: the end. */
static int unpack(struct unpacking *u)
{
	buf_reset(&u->content);
	for (;;) {
		uint8_t *room = buf_room(&u->content, 65536);
		la_ssize_t n = room ? u->lib->archive_read_data(u->a, room, 65536) : -1;

		if (n == 0)
			return 0;
		if (n < 0 && n != ARCHIVE_WARN)
			return -1;
		if (n < 0)
			continue;
		u->content.n += (size_t)n;
		if (u->content.n > LIMIT_ARCHIVE_MEMBER)
			return 1;
		if ((size_t)n > *u->in->budget) {
			*u->in->budget = 0;
			return 1;
		}
		*u->in->budget -= (size_t)n;
	}
}

static void read_member(struct unpacking *u, const char *name)
{
	struct store_input sub = *u->in;
	int rc;

	buf_reset(&u->name);
	buf_add_str(&u->name, u->in->source);
	buf_add_byte(&u->name, '!');
	buf_add_str(&u->name, name);
	sub.source = buf_cstr(&u->name);
	sub.path = NULL;
	sub.certs = sub.requests = sub.staples = sub.keys = sub.others = sub.problems = sub.nothing = 0;
	sub.depth++;
	sub.member = true;
	rc = unpack(u);
	sub.bytes = buf_span(&u->content);
	if (rc < 0) {
		store_problem(&sub, STORE_NO_INDEX, STORE_ERROR, "cannot be unpacked: %s",
			      u->lib->archive_error_string(u->a) ? u->lib->archive_error_string(u->a) : "out of memory");
	} else if (rc > 0) {
		store_problem(&sub, STORE_NO_INDEX, STORE_ERROR,
			      *u->in->budget == 0 ? "not read: the archive unpacks to more than %u MiB"
						  : "not read: the member is larger than %u MiB",
			      *u->in->budget == 0 ? LIMIT_ARCHIVE_TOTAL >> 20 : LIMIT_ARCHIVE_MEMBER >> 20);
	} else {
		store_read(&sub);
	}
	u->in->keys += sub.keys;
	u->in->found += sub.certs + sub.requests + sub.staples + sub.found;
	u->nothing += sub.nothing;
}

/* A header that cannot be read, and others behind it that perhaps can. */
static void damaged(struct unpacking *u)
{
	if (!u->damaged)
		store_problem(u->in, STORE_NO_INDEX, STORE_ERROR,
			      "archive: damaged behind %zu members; others may be missing", u->members);
	u->damaged = true;
}

/* Of a regular file; ar keeps no kind. */
static bool is_file(const struct archive_library *lib, struct archive_entry *entry)
{
	return (lib->archive_entry_filetype(entry) == AE_IFREG || lib->archive_entry_filetype(entry) == 0) &&
	       !lib->archive_entry_hardlink(entry);
}

static void read_members(struct unpacking *u)
{
	struct archive_entry *entry;
	const char *name;
	int rc;

	while ((rc = u->lib->archive_read_next_header(u->a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN ||
	       rc == ARCHIVE_RETRY) {
		if (rc == ARCHIVE_RETRY) {
			damaged(u);
			continue;
		}
		if (u->lib->archive_format(u->a) == ARCHIVE_FORMAT_RAW && u->lib->archive_filter_count(u->a) <= 1)
			break; /* neither packed nor an archive */
		if (++u->members > LIMIT_ARCHIVE_MEMBERS &&
		    too_much(u, "more members than", LIMIT_ARCHIVE_MEMBERS))
			return;
		if (*u->in->budget == 0 &&
		    too_much(u, "it unpacks to more than MiB", LIMIT_ARCHIVE_TOTAL >> 20))
			return;
		if (!is_file(u->lib, entry))
			continue;
		name = u->lib->archive_entry_pathname(entry);
		read_member(u, name ? name : "(a name that cannot be read)");
	}
	if (rc != ARCHIVE_EOF && rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		store_problem(u->in, STORE_NO_INDEX, STORE_ERROR, "archive: %s",
			      u->lib->archive_error_string(u->a) ? u->lib->archive_error_string(u->a) : "cannot be read");
}

void store_archive_read(struct store_input *in)
{
	const struct kind *k = kind_of(in->bytes);
	struct unpacking u = {.in = in};
	size_t budget = LIMIT_ARCHIVE_TOTAL;
	struct err e;

	if (k && k->unread) {
		store_problem(in, STORE_NO_INDEX, in->options->archives ? STORE_ERROR : STORE_NOTE,
			      "an archive of %s: not read", k->unread);
		return;
	}
	if (!in->options->archives) {
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "an archive: staple-inventory --archives looks into it");
		return;
	}
	if (in->depth >= LIMIT_ARCHIVE_DEPTH) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR,
			      "an archive within %u archives: not read", LIMIT_ARCHIVE_DEPTH);
		return;
	}
	u.lib = archive_library(&e);
	if (!u.lib) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "archive: %s", e.text);
		return;
	}
	if (!in->budget)
		in->budget = &budget;
	u.a = open_bytes(u.lib, in->bytes);
	if (!u.a) {
		store_problem(in, STORE_NO_INDEX, STORE_ERROR, "archive: cannot be read");
	} else {
		read_members(&u);
		u.lib->archive_read_free(u.a);
	}
	if (u.nothing > 0)
		store_problem(in, STORE_NO_INDEX, STORE_NOTE,
			      "archive: %zu of %zu members hold no certificate, request or staple",
			      u.nothing, u.members);
	else if (u.members == 0 && in->problems == 0)
		store_problem(in, STORE_NO_INDEX, STORE_NOTE, "an empty archive");
	if (in->budget == &budget)
		in->budget = NULL;
	buf_wipe_secret(&u.content); /* a member may have been a key */
	buf_wipe(&u.name);
}

int store_archives_start(struct err *e)
{
	return archive_library(e) ? 0 : -1;
}
