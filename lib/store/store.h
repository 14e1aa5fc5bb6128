/*
 * store: what stands in a file, whatever its name says.
 *
 * A table of readers, one file each.  store_read() tells the kind by content and hands every
 * certificate, request and staple, decoded, to a sink, in the order of the file.  What cannot be
 * read is a problem, told to the same sink: nothing is skipped silently and nothing ends the run.
 * Private keys are counted, never decoded or kept.
 *
 * It does not judge, hash, or remember; it knows no folders (store/walk.h does).
 */
#ifndef STAPLE_STORE_STORE_H
#define STAPLE_STORE_STORE_H

#include "facts/cert.h"
#include "facts/csr.h"
#include "facts/ocsp.h"
#include "ground/buf.h"

#define STORE_NO_INDEX SIZE_MAX

/* How a problem weighs: an error means that something which may be a certificate was not
 * read; a note, that a file holds nothing for us, or was left out for a reason. */
enum store_weight { STORE_NOTE, STORE_ERROR };

struct store_object {
	const char *source;   /* the file, or FILE!MEMBER of an archive */
	const char *format;   /* the reader's name: "pem", "pkcs12", ... */
	const char *entry;    /* alias, nickname, "namespace/name:key", "namespace/name:key!alias"; or NULL */
	size_t index;         /* among the certificates (requests, staples) of this source, from 0;
				 what cannot be decoded takes no number */
};

/* Where readers put what they find.  Spans live until the call returns. */
struct store_sink {
	void *context;
	void (*cert)(void *context, const struct store_object *o, const struct cert *c);
	void (*request)(void *context, const struct store_object *o, const struct csr *r);
	void (*staple)(void *context, const struct store_object *o, const struct ocsp_response *r);
	/* `index`: the number that the object would have had, or STORE_NO_INDEX for the file. */
	void (*problem)(void *context, const char *source, size_t index, enum store_weight w,
			const char *reason);
};

/* Passwords to try after none and the empty one; the bytes are the caller's secrets. */
struct store_passwords {
	char **v;
	size_t n;
};

struct store_options {
	const struct store_passwords *passwords; /* or NULL */
	bool archives;            /* look into archives */
};

struct store_input {
	const struct store_options *options;
	const struct store_sink *sink;
	const char *source;       /* as in struct store_object */
	const char *path;         /* of the file on disk; NULL for a member or a stream */
	struct span bytes;        /* its whole content */
	const char *format, *entry;
	const char *outer;        /* the entry of the container around it, or NULL */
	bool member;              /* of a container: that nothing is in it is only counted */
	size_t certs, requests, staples; /* handed out so far */
	size_t keys, others;      /* private keys; CRLs, parameters, public keys */
	size_t problems;
	size_t nothing;           /* members that hold nothing */
	size_t found;             /* objects in members */
	unsigned depth;           /* of archives and containers around it */
	size_t *budget;           /* bytes that nested archives may still unpack, or NULL */
	struct buf *scratch;      /* for decoded PEM; grows to the largest block */
};

/* Reads everything in in->bytes.  A file in which nothing was found is a problem: a note, or an
 * error when its content is of a kind that a reader knows. */
void store_read(struct store_input *in);

/* For readers: one decoded object, or what looks like one, to the sink. */
void store_cert(struct store_input *in, struct span der);
void store_request(struct store_input *in, struct span der);
void store_staple(struct store_input *in, struct span der);
void store_problem(struct store_input *in, size_t index, enum store_weight w, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* What archives need is loaded, for a program that may open no library later.  ERR_UNSUPPORTED: it is
 * not there; reading an archive is a problem then. */
MUST_USE int store_archives_start(struct err *e);

/* The certificates of the token or object that in->path, a pkcs11: URL, names. */
void store_token_read(struct store_input *in);

struct store_reader {
	const char *name;
	bool (*is)(struct span bytes);
	void (*read)(struct store_input *in);
};

/* May a large file that begins like this be read in parts (text searched for PEM), or is it a
 * container that has to be read as a whole? */
bool store_reads_parts(struct span head);

/* Does the content begin like one of the binary kinds?  Everything else is searched as text. */
const struct store_reader *store_reader_of(struct span bytes);

/* --- PEM, in parts: a large file is shared out to threads --- */

/* What one part says about its edges, so that parts put together read as one. */
struct store_pem_part {
	uint64_t offset;          /* of the part in the file */
	size_t own;               /* blocks that begin in the first `own` bytes are this part's */
	bool last;                /* nothing comes behind bytes */
	uint64_t open_end;        /* out: where the last block ends, in the file */
	bool orphan;              /* out: the part begins with the END line of a block that began
				     before it; its problem is not told */
	uint64_t orphan_at;       /* out: where that line stands */
};

/* Reads the blocks of a part.  0: done; 1: the last block goes on behind in->bytes: call again
 * with more bytes (nothing of that block was told; the state is in *part and *done). */
int store_pem_part(struct store_input *in, struct store_pem_part *part, size_t *done);

void store_pem_read(struct store_input *in);
bool store_pem_is(struct span bytes);
void store_der_read(struct store_input *in);
bool store_der_is(struct span bytes);

#endif
