/*
 * gate_evidence: the chains and staples of a target, kept as files for whoever has to explain the
 * verdict later.  TARGET-N.chain.pem, TARGET-N.ocsp and TARGET.tsv, which says on which paths each was met.
 */
#ifndef STAPLE_TASK_GATE_EVIDENCE_H
#define STAPLE_TASK_GATE_EVIDENCE_H

#include "report/gate.h"
#include "ground/err.h"

MUST_USE int gate_evidence_save(const char *folder, const struct gate_result *r, struct err *e);

#endif
