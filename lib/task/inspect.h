/*
 * inspect: what a file, standard input or a server holds, taken apart into objects.
 *
 * Told by content, never by a name.  Nothing is judged; what cannot be read is an object of its
 * own with the reason, and its neighbours are still described.
 */
#ifndef STAPLE_TASK_INSPECT_H
#define STAPLE_TASK_INSPECT_H

#include "report/inspect.h"
#include "store/store.h"

struct inspect {
	struct inspect_list list;
	struct buf objects;   /* of struct inspect_object: what list.v points at */
	struct buf storages;  /* of struct buf: the bytes that the objects point into */
	const struct store_passwords *passwords; /* for containers and private keys, or NULL */
};

void inspect_init(struct inspect *in, int64_t now);
void inspect_wipe(struct inspect *in);

/* Takes the bytes over: `bytes` is empty afterwards.  `source` is kept as it is.  -1 only when
 * memory or the library failed; an empty or strange file is an unreadable object. */
MUST_USE int inspect_bytes(struct inspect *in, const char *source, struct buf *bytes,
			   struct err *e);

/* One TLS handshake for each version with a server, and then what it served and stapled as
 * objects of their own; `source` as gate_target_parse takes it, and kept.  -1: `source` is no
 * server's name, or nothing could be tried at all.  A server that cannot be reached is an
 * unreadable object. */
struct inspect_server_options {
	const char *sni;      /* NULL: the host; "": none */
	const char *starttls; /* a protocol, "auto" or "none"; NULL: by the port */
	int64_t timeout_ms;   /* of one handshake */
	int64_t deadline_ms;  /* of each version, over all addresses; 0: none */
};
MUST_USE int inspect_server(struct inspect *in, const char *source,
			    const struct inspect_server_options *o, struct err *e);

#endif
