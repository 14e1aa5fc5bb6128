/*
 * starttls_binary: the protocols that are not lines of text, and what all steps share.
 */
#ifndef STAPLE_NET_STARTTLS_BINARY_H
#define STAPLE_NET_STARTTLS_BINARY_H

#include "net/starttls.h"

void starttls_ldap(struct starttls_talk *t);
void starttls_postgres(struct starttls_talk *t);
void starttls_mysql(struct starttls_talk *t);

void starttls_end(struct starttls_talk *t, enum starttls_state state, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void starttls_consume(struct starttls_talk *t, size_t n);
void starttls_go(struct starttls_talk *t);

#endif
