/*
 * csr: what staple-csr made.  An item is a struct report_csr, the end a struct report_csr_end.
 */
#ifndef STAPLE_REPORT_CSR_H
#define STAPLE_REPORT_CSR_H

#include "crypto/hash.h"
#include "crypto/request.h"
#include "report/report.h"

struct report_csr {
	size_t line;          /* of the batch list; 0: no batch */
	bool kept;            /* it was there already */
	bool key_new;         /* the key was made with it */
	bool key_encrypted;   /* the new key's file is */
	const char *path;     /* NULL: standard output */
	const char *key_path; /* a file, or a pkcs11: URL */
	const struct request *request;
	const struct spki *key;           /* kind and size */
	const struct digest *key_sha256;  /* of the SubjectPublicKeyInfo */
};

struct report_csr_end {
	bool batch;
	size_t made, kept, bad;
	const struct findings *findings;
};

#endif
