/*
 * server: which line of a server's configuration serves which certificate, and does it staple?
 *
 * A table of servers, told by what a file says.  What matters is read, all else is passed over:
 * this is no check of a configuration.  Nothing that a configuration names is run.  What stands in
 * a file that cannot be followed (a variable, a command) is a note.
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
	const char *file;      /* the configuration's */
	size_t line;
	const char *cert;      /* the certificate file's path */
	enum server_stapling stapling;
	const char *staple_file; /* or NULL */
	const char *trusted;   /* a file with issuers, for the server's own fetching; or NULL */
	bool shared_staple;    /* one staple file for several certificates (nginx) */
	bool responder;        /* the responder's URL is configured */
	bool resolver;         /* names can be resolved, or need no setting for it */
	bool varies;           /* a variable names the certificate (nginx) */
	bool forges;           /* answers "try later" in the responder's place (Apache) */
	bool firm;             /* of a main file, or of one that such includes */
};

/* What could not be followed. */
struct server_note {
	const char *file;
	size_t line;
	const char *text;
	bool harmless;         /* nothing is lost by it, or it is never done on purpose */
};

struct server_list {
	struct server_service *v;
	size_t n, cap;
	struct server_note *notes;
	size_t note_count, note_cap;
	char **texts;          /* owned: all strings above */
	size_t text_count, text_cap;
	const char **read;     /* configurations that were read, so that none is read again by itself */
	size_t read_count, read_cap;
	const char *open[16];  /* those that are being read, one included by the other */
	unsigned depth;
	size_t includes, included;   /* files and their bytes, each time they are read */
	size_t compared;
	bool full;             /* what follows is not looked at */
	bool firm;             /* what is read now is */
	bool failed;           /* memory */
};

void server_list_wipe(struct server_list *l);

/* The server whose configuration this text seems to be, or NULL. */
const char *server_kind(struct span text);

/* Is it a server's main file, by its name or by what it says? */
bool server_is_main(const char *path, struct span text);

/* Adds what the configuration serves; includes are followed.  Does nothing for one that was read.
 * firm: it is in force for sure. */
void server_read(struct server_list *l, const char *path, struct span text, bool firm);

/* By itself, or as a part of another? */
bool server_was_read(const struct server_list *l, const char *path);

/* A copy that lives as long as the list; "" and l->failed without memory. */
const char *server_text(struct server_list *l, struct span text);

#endif
