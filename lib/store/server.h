/*
 * server: which line of a server's configuration serves which certificate, and does it staple?
 *
 * A table of servers, told by what a file says.  What matters is read, all else is passed over:
 * this is no check of a configuration.
 */
#ifndef STAPLE_STORE_SERVER_H
#define STAPLE_STORE_SERVER_H

#include "ground/buf.h"

enum server_stapling {
	SERVER_OFF,        /* it does not staple */
	SERVER_ON,         /* it fetches staples itself */
	SERVER_FILE,       /* it reads them from a file */
	SERVER_CANNOT      /* this server knows no stapling */
};
const char *server_stapling_text(enum server_stapling s); /* "off", "on", "file", "impossible" */

struct server_service {
	const char *server;    /* "nginx" */
	char *file;            /* owned: the configuration's */
	size_t line;
	char *cert;            /* owned: the certificate file's path */
	enum server_stapling stapling;
	char *staple_file;     /* owned, or NULL */
	bool shared_staple;    /* one staple file for several certificates (nginx) */
};

struct server_list {
	struct server_service *v;
	size_t n, cap;
	char **read;           /* owned: configurations that were read, so that none is twice */
	size_t read_count, read_cap;
	unsigned depth;        /* of includes */
	bool failed;           /* memory */
};

void server_list_wipe(struct server_list *l);

/* The server whose configuration this text seems to be, or NULL. */
const char *server_kind(struct span text);

/* Adds what the configuration serves; includes are followed.  Does nothing for one that was read. */
void server_read(struct server_list *l, const char *path, struct span text);

#endif
