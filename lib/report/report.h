/*
 * report: a table of writers.
 *
 * What is reported has a kind (a judged certificate, a target, a row of an inventory, ...);
 * how it is written is a format.  Each pair that exists is one row in writers.h (WRITER(kind, format)) and
 * one file, KIND_FORMAT.c, that defines the struct report_KIND_FORMAT.  Writers write into a buf only.
 */
#ifndef STAPLE_REPORT_REPORT_H
#define STAPLE_REPORT_REPORT_H

#include "ground/text.h"
#include "judge/finding.h"

struct report {
	struct buf *out;
	const char *tool, *version; /* "staple-gate", "0.1.0" */
	int64_t at;                 /* "now" of every judgement */
	bool color;
	size_t columns;
	bool wrap;                  /* break lines for people at `columns`; else a finding is a line */
	int verbose;
	bool quiet;
	const struct report_writer *writer;
	struct json json;           /* for the JSON writers */
	size_t items;               /* written so far */
	void *state;                /* the writer's own */
	const void *choose;         /* what the user chose to see, as the kind's header says; or NULL */
};

struct report_writer {
	const char *kind;   /* "verify", "gate", "inventory", "fetch", "inspect", "csr" */
	const char *format; /* "text", "json", ... */
	void (*begin)(struct report *r);
	/* `item` is the kind's struct, as its header (report/KIND.h) says. */
	void (*item)(struct report *r, const void *item);
	/* `summary` as the kind's header says; may be NULL. */
	void (*end)(struct report *r, enum verdict verdict, const void *summary);
};

/* NULL: the kind has no such format. */
const struct report_writer *report_writer_get(const char *kind, const char *format);

/* Shared by the JSON writers: opens the document with schema, tool, version, at; and closes it
 * with the verdict (which has to stand there too when it is only known at the end). */
void report_json_head(struct report *r);
void report_json_findings(struct json *j, const struct findings *f, size_t first, size_t end);

/* A member whose value is a Name as RFC 4514 text. */
void report_json_dn(struct json *j, const char *key, struct span name);

/* Shared by the OpenMetrics writers: what a gauge is, before its samples; and NAME="value", which is
 * valid UTF-8 on one line with backslash and quote escaped. */
void report_metric_family(struct buf *out, const char *name, const char *help);
void report_metric_label(struct buf *out, const char *name, struct span value);

/* Shared by the text writers: a line each, errors first, with hint; waived ones marked. */
void report_text_findings(struct report *r, const struct findings *f, size_t first, size_t end);

/* Appends text for a terminal; with r->wrap it goes on in a new line, `hang` blanks in, where it
 * would pass the last column.  `used` columns of the line are taken already. */
void report_text_wrap(struct report *r, size_t used, size_t hang, struct span text);

/* Colours; nothing without r->color. */
enum report_color { REPORT_PLAIN, REPORT_RED, REPORT_YELLOW, REPORT_GREEN, REPORT_BOLD, REPORT_DIM };
void report_color(struct report *r, enum report_color c);

#endif
