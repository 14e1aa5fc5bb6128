/*
 * starttls_step: the protocols' steps, and what they share; for net/starttls*.c alone.
 */
#ifndef STAPLE_NET_STARTTLS_STEP_H
#define STAPLE_NET_STARTTLS_STEP_H

#include "net/starttls.h"

void starttls_smtp(struct starttls_talk *t);
void starttls_lmtp(struct starttls_talk *t);
void starttls_ftp(struct starttls_talk *t);
void starttls_nntp(struct starttls_talk *t);
void starttls_imap(struct starttls_talk *t);
void starttls_pop3(struct starttls_talk *t);
void starttls_sieve(struct starttls_talk *t);
void starttls_xmpp(struct starttls_talk *t);
void starttls_xmpp_server(struct starttls_talk *t);
void starttls_ldap(struct starttls_talk *t);
void starttls_postgres(struct starttls_talk *t);
void starttls_mysql(struct starttls_talk *t);

void starttls_end(struct starttls_talk *t, enum starttls_state state, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void starttls_consume(struct starttls_talk *t, size_t n);
void starttls_go(struct starttls_talk *t);

#endif
