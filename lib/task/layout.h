/*
 * layout: where a server looks for the staple of a certificate file.
 *
 * A layout is a row in a table: the name of the staple's file and of others that the server
 * wants beside it.
 */
#ifndef STAPLE_TASK_LAYOUT_H
#define STAPLE_TASK_LAYOUT_H

#include "ground/buf.h"

struct layout {
	const char *name;   /* "haproxy" */
	const char *file;   /* the staple's name in the certificate's folder; NULL: CERT.ocsp */
	bool issuer;        /* CERT.issuer, the issuer in PEM, is wanted too */
	const char *use;    /* how the server is told, for people */
};

extern const struct layout layouts[]; /* the first is the default */
extern const size_t layout_count;

/* NULL: there is no such layout. */
const struct layout *layout_get(const char *name);

/* Appends the path of the staple, or of the issuer, for a certificate file: in `folder`, or
 * beside the certificate when it is NULL. */
void layout_staple(const struct layout *l, const char *cert, const char *folder, struct buf *out);
void layout_issuer(const char *cert, const char *folder, struct buf *out);

#endif
