/* Containers that are known and not read: said, instead of "nothing is in it". */
#include "store/readers.h"

struct magic {
	const char *bytes;
	size_t n;
	const char *what;
};

static const struct magic magics[] = {
	{"\x00\x06\x15\x61", 4, "a Berkeley DB file (NSS cert8.db or key3.db?): not read; certutil --upgrade-merge "
				"makes a cert9.db of it"},
	{"\x61\x15\x06\x00", 4, "a Berkeley DB file (NSS cert8.db or key3.db?): not read; certutil --upgrade-merge "
				"makes a cert9.db of it"},
	{"\x00\x00\x00\x01\x00\x00\x00\x14", 8, "a BouncyCastle keystore (BKS or UBER): not read; keytool can convert it"},
	{"\x00\x00\x00\x02\x00\x00\x00\x14", 8, "a BouncyCastle keystore (BKS or UBER): not read; keytool can convert it"},
	{"\xff\xfe-\0-\0-\0", 8, "a PEM text in UTF-16: not read; convert it to UTF-8"},
	{"\xfe\xff\0-\0-\0-", 8, "a PEM text in UTF-16: not read; convert it to UTF-8"},
	{"-\0-\0-\0-\0", 8, "a PEM text in UTF-16: not read; convert it to UTF-8"},
	{"\0-\0-\0-\0-", 8, "a PEM text in UTF-16: not read; convert it to UTF-8"},
};

static const struct magic *magic_of(struct span s)
{
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (s.n >= magics[i].n && memcmp(s.p, magics[i].bytes, magics[i].n) == 0)
			return &magics[i];
	return NULL;
}

bool store_foreign_is(struct span bytes)
{
	return magic_of(bytes) != NULL;
}

void store_foreign_read(struct store_input *in)
{
	store_problem(in, STORE_NO_INDEX, STORE_ERROR, "%s", magic_of(in->bytes)->what);
}
