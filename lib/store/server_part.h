/*
 * server_part: what the readers of configurations share: words (server_words.c), services and
 * notes (server_part.c), includes (server_include.c).
 */
#ifndef STAPLE_STORE_SERVER_PART_H
#define STAPLE_STORE_SERVER_PART_H

#include "store/server.h"

#define WORDS_MAX 256

/* Variables and macros of one configuration: each text is searched for all of them. */
#define NAMES_MAX 1000

/* A directive or line: its words, unquoted; more than WORDS_MAX are left out. */
struct words {
	struct buf bytes;
	size_t at[WORDS_MAX];
	const char *text[WORDS_MAX];
	size_t n;
	size_t line;
};

void words_reset(struct words *w);
void words_begin(struct words *w);            /* a word */
void words_byte(struct words *w, uint8_t c);  /* of it */
void words_done(struct words *w);             /* fills text[] */

/* Adds a service: server, file, line, cert and what else is known; relative paths are taken from
 * the folder of `base` (NULL: as they are).  The same again is not added. */
void server_add(struct server_list *l, const struct server_service *s, const char *base);

/* `path` seen from the folder of `file`. */
const char *server_path(struct server_list *l, const char *file, const char *path);

void server_note(struct server_list *l, const char *file, size_t line, bool harmless, const char *fmt,
		 ...) PRINTF_LIKE(5, 6);

typedef void server_reader(struct server_list *l, const char *path, struct span text, void *context);

/* An include at file:line.  Each file that the glob names (seen from the folder of `base`) is read;
 * of a folder, all files in it.  None, where the server would not start then (`must`), is a note. */
struct server_include {
	const char *file;
	size_t line;
	const char *base;
	bool must;
	bool folders;       /* a folder stands for all below it */
};
void server_include(struct server_list *l, const struct server_include *at, const char *glob,
		    server_reader *read, void *context);

/* The next line's words: blanks part, quotes hold together, # begins a comment, and a backslash at
 * the end goes on in the next.  w->line is that of the first; *line goes on behind the last. */
bool server_line(struct span *text, size_t *line, struct words *w);

/* `key = value` in one or several words: the first word of the value, or NULL when the key is
 * another, or nothing is said. */
const char *server_value(const struct words *w, const char *key);

/* The next token: a word, a quoted text (*quoted), or one of `special` by itself.  Comments begin
 * with #.  False at the end. */
bool server_token(struct span *text, size_t *line, const char *special, struct buf *token,
		  bool *quoted);

/* Texts with parameters, as Apache's <Macro NAME $a $b>. */
#define MACRO_WORDS_MAX 32
struct server_macro {
	const char *words[MACRO_WORDS_MAX]; /* name and parameters */
	size_t n;
	const char *file;
	size_t line;                /* of its head */
	struct span body;           /* behind the head's line; of the caller */
};
struct server_macros {
	struct server_macro *v;     /* owned */
	size_t n, cap;
};
/* `head`: <Macro NAME ...>, one word after the other. */
void server_macro_add(struct server_list *l, struct server_macros *macros, const struct words *head,
		      const char *file, struct span body);
const struct server_macro *server_macro_get(const struct server_macros *macros, const char *name);
/* Its body for `use` (Use NAME VALUE...). */
void server_macro_expand(const struct server_macro *m, const struct words *use, struct buf *out);

/* The values that maps give to variables; texts of the list. */
struct server_variable {
	const char *name, *value;   /* the name without its '$' */
};
struct server_variables {
	struct server_variable *v;  /* owned */
	size_t n, cap;
	bool full;                  /* there are more */
};
void server_variable_add(struct server_list *l, struct server_variables *names, const char *name,
			 const char *value);

/* Each file that a path with variables may mean, seen from the folder of `base`; how many. */
typedef void server_way(void *context, const char *path);
size_t server_variable_ways(struct server_list *l, const struct server_variables *names, const char *path,
			    const char *base, server_way *way, void *context);

/* The place in *v for one more; NULL and l->failed without memory. */
void *server_grow(struct server_list *l, void *v, size_t n, size_t *cap, size_t size);

void server_nginx_read(struct server_list *l, const char *path, struct span text);
void server_apache_read(struct server_list *l, const char *path, struct span text);
void server_haproxy_read(struct server_list *l, const char *path, struct span text);
void server_hitch_read(struct server_list *l, const char *path, struct span text);
void server_lighttpd_read(struct server_list *l, const char *path, struct span text);
void server_exim_read(struct server_list *l, const char *path, struct span text);
void server_postfix_read(struct server_list *l, const char *path, struct span text);
void server_dovecot_read(struct server_list *l, const char *path, struct span text);
void server_caddy_read(struct server_list *l, const char *path, struct span text);

#endif
