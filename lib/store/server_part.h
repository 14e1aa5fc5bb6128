/*
 * server_part: what the readers of configurations share.
 */
#ifndef STAPLE_STORE_SERVER_PART_H
#define STAPLE_STORE_SERVER_PART_H

#include "store/server.h"

#define WORDS_MAX 32
#define WORD_MAX 1024

/* One directive: its words, unquoted. */
struct words {
	char text[WORDS_MAX][WORD_MAX];
	size_t n;
};

/* Adds a service; paths that are not absolute are taken from the configuration's folder, or from
 * `base` when it is given. */
void server_add(struct server_list *l, const char *server, const char *file, size_t line,
		const char *cert, enum server_stapling stapling, const char *staple_file,
		const char *base);

/* `path` seen from the folder of `file`: appended to out, which is then a C string. */
const char *server_path(struct buf *out, const char *file, const char *path);

/* Reads each file that the glob names, as an include of `file`. */
void server_include(struct server_list *l, const char *file, const char *glob,
		    void (*read)(struct server_list *l, const char *path, struct span text, void *context),
		    void *context);

/* The next line's words: blanks part, quotes hold together, # begins a comment. */
bool server_line(struct span *text, size_t *line, struct words *w);

void server_nginx_read(struct server_list *l, const char *path, struct span text);
void server_apache_read(struct server_list *l, const char *path, struct span text);
void server_haproxy_read(struct server_list *l, const char *path, struct span text);
void server_hitch_read(struct server_list *l, const char *path, struct span text);
void server_lighttpd_read(struct server_list *l, const char *path, struct span text);
void server_exim_read(struct server_list *l, const char *path, struct span text);
void server_postfix_read(struct server_list *l, const char *path, struct span text);
void server_dovecot_read(struct server_list *l, const char *path, struct span text);

#endif
