/* The table of writers, as rows for report.c: WRITER(KIND, FORMAT) names the struct
 * report_KIND_FORMAT in lib/report/KIND_FORMAT.c.  No include guard: it is read twice. */
WRITER(verify, text)
WRITER(verify, json)
WRITER(csr, text)
WRITER(csr, json)
WRITER(inspect, text)
WRITER(inspect, json)
WRITER(gate, text)
WRITER(gate, json)
WRITER(fetch, text)
WRITER(fetch, json)
WRITER(fetch, openmetrics)
