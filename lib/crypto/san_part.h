/* san_part: for crypto/san*.c alone: what a name is made of, and how one is refused. */
#ifndef STAPLE_CRYPTO_SAN_PART_H
#define STAPLE_CRYPTO_SAN_PART_H

#include "ground/err.h"

static inline bool san_is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Graphic ASCII only, no blanks. */
static inline bool san_is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

/* ERR_USAGE that names the name and the rule that it breaks; -1. */
static inline int san_refuse(struct err *e, const char *name, const char *rule)
{
	return err_set(e, ERR_USAGE, "name \"%.300s\": %s", name, rule);
}

#endif
