/*
 * probe_message: the certificates and staples out of the handshake messages as they came.
 * Read here and not by GnuTLS, which gives nothing of a handshake that broke over a staple of
 * zero length.
 */
#ifndef STAPLE_NET_PROBE_MESSAGE_H
#define STAPLE_NET_PROBE_MESSAGE_H

#include "facts/path.h"

/* The bodies of Certificate (RFC 5246, 7.4.2; RFC 8446, 4.4.2) and, in TLS 1.2,
 * CertificateStatus (RFC 6066, 8; absent: none came).  Both lie in path->storage.  Fills cert[]
 * and count.  -1: a length does not fit; *too_many: more than LIMIT_CHAIN certificates. */
MUST_USE int probe_message_read(struct path *p, bool tls13, struct span certificate,
				struct span status, bool *too_many);

#endif
