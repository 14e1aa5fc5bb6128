/*
 * signature: is this signed by that key?
 *
 * Says which algorithm was used and whether it is weak; whether a weak one may pass is the
 * policy's business, so a good SHA-1 signature is answered as good *and* weak.
 */
#ifndef STAPLE_CRYPTO_SIGNATURE_H
#define STAPLE_CRYPTO_SIGNATURE_H

#include "ground/err.h"

enum signature_state {
	SIGNATURE_GOOD,
	SIGNATURE_BAD,         /* the mathematics says no, or key and algorithm do not fit */
	SIGNATURE_UNSUPPORTED, /* an algorithm or key that the library does not know */
	SIGNATURE_BROKEN       /* an algorithm that proves nothing: MD2, MD4, MD5 */
};

struct signature_facts {
	enum signature_state state;
	bool sha1;             /* the digest is SHA-1 */
	unsigned key_size;     /* of the key that was used, in bits; 0: unknown */
	bool rsa;
	char algorithm[48];    /* "RSA-SHA256" */
};

/*
 * `spki`: the signer's SubjectPublicKeyInfo TLV.  `algorithm`: the AlgorithmIdentifier TLV
 * (parameters matter for RSA-PSS).  `data`: the signed bytes.  `signature`: the octets.
 * -1 only when it could not be tried at all (memory); any verdict is in *out.
 */
MUST_USE int signature_check(struct span spki, struct span algorithm, struct span data,
			     struct span signature, struct signature_facts *out, struct err *e);

#endif
