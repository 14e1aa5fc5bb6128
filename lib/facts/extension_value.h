/* extension_value: what the values of known extensions say.  For extension.c. */
#ifndef STAPLE_FACTS_EXTENSION_VALUE_H
#define STAPLE_FACTS_EXTENSION_VALUE_H

#include "facts/extension.h"

/* Extensions that are known: those that become facts, and those that RFC 5280, 4.2.1 and
 * 4.2.2 define, so that a critical one is not taken for unknown. */
enum extension_known {
	X_NONE, X_SAN, X_BASIC_CONSTRAINTS, X_KEY_USAGE, X_EXT_KEY_USAGE, X_AIA, X_CRL_DP, X_SKI,
	X_AKI, X_SCT_LIST, X_OCSP_NOCHECK, X_POISON, X_FEATURE, X_ISSUER_ALT_NAME,
	X_NAME_CONSTRAINTS, X_POLICIES, X_POLICY_MAPPINGS, X_POLICY_CONSTRAINTS, X_INHIBIT_ANY,
	X_FRESHEST_CRL, X_DIRECTORY_ATTRIBUTES, X_SIA
};

/* Adds what the extension says to *x; false when the value is not what it has to be. */
bool extension_read(enum extension_known k, const struct extension *ext, struct extension_facts *x);

#endif
