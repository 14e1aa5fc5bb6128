/*
 * verify: one certificate, judged; the item of the "verify" reports.
 */
#ifndef STAPLE_REPORT_VERIFY_H
#define STAPLE_REPORT_VERIFY_H

#include "crypto/hash.h"
#include "judge/client.h"
#include "judge/promise.h"
#include "report/report.h"

struct report_verify {
	const char *source;            /* the file, as it was given: the subject of the findings */
	const char *error;             /* NULL, or why the certificate could not be read at all */
	enum verdict verdict;
	const struct findings *findings;
	size_t first, end;             /* this certificate's */

	/* Without an error: */
	const struct cert *cert;
	struct digest sha256;          /* of its DER */
	const struct chain_path *path; /* NULL: not looked at */
	const struct staple_result *staple; /* NULL: none was given */
	const char *staple_source;
	bool staple_only;
	unsigned clients;              /* enum policy_client: those that were asked for; 0: none */
	struct client_row with_staple[CLIENT_COUNT], without_staple[CLIENT_COUNT];
	struct client_row this_staple[CLIENT_COUNT]; /* with staple and clients both */
};

#endif
