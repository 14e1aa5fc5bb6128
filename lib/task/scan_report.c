/* The report at the end: order, filter, judge, write, count. */
#include "task/scan_count.h"
#include "task/scan_part.h"

#include <stdlib.h>

static int no_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory for the report");
}

/* --- order --- */

struct key {
	int64_t number;
	char *text; /* owned, or NULL */
	uint32_t row;
};

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = x->text && y->text ? strcmp(x->text, y->text) : 0;

	if (c != 0)
		return c;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

static char *key_text(const struct scan *s, const struct cert *c, size_t row)
{
	struct buf b;
	char *text = NULL;

	buf_init(&b);
	if (s->o->sort == SCAN_SORT_NAME)
		cert_label(c, &b);
	else if (s->o->sort == SCAN_SORT_ISSUER)
		inventory_issuer(&b, c);
	else
		buf_add_str(&b, s->sources[s->places[s->kept[row].first].source].name);
	if (!b.failed)
		text = strdup(buf_cstr(&b));
	buf_wipe(&b);
	return text;
}

static int make_order(const struct scan *s, struct key *order, struct err *e)
{
	struct cert c;

	for (size_t i = 0; i < s->seen.n; i++) {
		order[i] = (struct key){.row = (uint32_t)i};
		if (s->o->sort == SCAN_SORT_FOUND)
			continue;
		if (cert_decode(span_of(s->kept[i].der, s->kept[i].n), &c, e) != 0)
			return -1;
		order[i].number = c.not_after; /* WHEN_NONE, unreadable, comes first */
		if (s->o->sort != SCAN_SORT_EXPIRY && !(order[i].text = key_text(s, &c, i)))
			return no_memory(e);
	}
	if (s->o->sort != SCAN_SORT_FOUND && s->seen.n > 1)
		qsort(order, s->seen.n, sizeof *order, by_key);
	return 0;
}

/* --- certificates --- */

static void count(struct scan *s, const struct cert *c, enum severity worst)
{
	enum must_staple m = cert_must_staple(c);

	s->sum.distinct++;
	s->sum.must_staple += m == MUST_STAPLE_YES;
	s->sum.malformed += m == MUST_STAPLE_MALFORMED;
	s->sum.expired += c->not_after != WHEN_NONE && c->not_after < s->o->now;
	s->sum.expires_30d += c->not_after != WHEN_NONE && c->not_after >= s->o->now &&
			      c->not_after - s->o->now <= 30 * 86400;
	s->sum.errors += worst == SEVERITY_ERROR;
	s->sum.warnings += worst == SEVERITY_WARNING;
}

static struct inventory_place *places_of(const struct scan *s, const struct kept *k, size_t *n)
{
	struct inventory_place *v;
	size_t count_places = 0;

	for (uint32_t i = k->first; i != UINT32_MAX; i = s->places[i].next)
		count_places++;
	v = calloc(count_places, sizeof *v);
	*n = 0;
	for (uint32_t i = k->first; v && i != UINT32_MAX; i = s->places[i].next) {
		const struct place *p = &s->places[i];

		v[(*n)++] = (struct inventory_place){s->sources[p->source].name, p->index, p->entry,
						     s->sources[p->source].links};
	}
	return v;
}

static int record(struct scan *s, const struct inventory_cert *row, struct err *e)
{
	int rc;

	buf_reset(&s->text);
	s->o->note(row, &s->text);
	rc = buf_check(&s->text, "what is to be recorded", e);
	for (size_t i = 0; rc == 0 && i < row->place_count; i++) {
		rc = s->o->record(s->o->record_context, row->sha256, buf_span(&s->text),
				  row->places[i].source, row->places[i].index, e);
		buf_reset(&s->text);
	}
	return rc;
}

static int write_cert(struct scan *s, struct inventory_cert *row, struct findings *f,
		      struct inventory_staple **staples, struct inventory_service **services,
		      struct scan_count *is, struct issuer *known, struct err *e)
{
	struct inventory_item item = {.kind = INVENTORY_CERT, .u.cert = row};
	enum severity worst;

	if (s->o->record && record(s, row, e) != 0)
		return -1;
	if (scan_may_trouble(s, row->cert))
		scan_judge(s, row->cert, row->ca, row->places[0].source, row->places[0].index, f);
	if (scan_connect(s, row, staples, services, f, e) != 0 || findings_check(f, e) != 0)
		return -1;
	if (!scan_wanted(s, row->cert, f))
		return 0;
	row->findings = f;
	row->end = f->n;
	worst = scan_worst(f);
	s->failing |= scan_failing(s, f);
	s->unchecked |= s->o->fail.errors && scan_unchecked(f);
	count(s, row->cert, worst);
	if (!s->o->unlisted)
		s->r->writer->item(s->r, &item);
	s->r->items++;
	return scan_count_issuer(is, row->cert, known, e);
}

static int report_cert(struct scan *s, size_t i, struct scan_count *is, struct err *e)
{
	const struct kept *k = &s->kept[i];
	struct inventory_cert row = {.sha256 = seen_get(&s->seen, i)->sha256, .format = k->format,
				     .now = s->o->now};
	struct inventory_place *places = NULL;
	struct inventory_staple *staples = NULL;
	struct inventory_service *services = NULL;
	struct issuer *known;
	struct findings f;
	struct cert c;
	int rc;

	if (cert_decode(span_of(k->der, k->n), &c, e) != 0)
		return -1;
	places = places_of(s, k, &row.place_count);
	if (!places)
		return no_memory(e);
	findings_init(&f, s->o->policy, s->o->now);
	row.cert = &c;
	row.places = places;
	known = scan_issuer_entry(s, &s->workers[0], &c);
	row.ca = known->ca;
	row.issuer = buf_span(&known->text);
	rc = known->der.failed || known->text.failed
		     ? no_memory(e)
		     : write_cert(s, &row, &f, &staples, &services, is, known, e);
	findings_wipe(&f);
	free(staples);
	free(services);
	free(places);
	if (rc == 0 && s->o->flush)
		rc = s->o->flush(s->o->context, e);
	return rc;
}

/* --- all else --- */

static int report_side(struct scan *s, const struct side *x, struct err *e)
{
	struct inventory_place p = {s->sources[x->source].name, x->index, x->entry,
				    s->sources[x->source].links};
	struct inventory_problem problem = {p.source, x->index, x->note, (const char *)x->bytes};
	struct inventory_request request = {.place = p, .format = x->format};
	struct inventory_response response = {.place = p, .format = x->format,
					      .for_sha256 = x->for_sha256, .judged = x->judged};
	struct inventory_item item = {.kind = INVENTORY_PROBLEM, .u.problem = &problem};
	struct ocsp_response r;
	struct findings f = {0};
	struct csr csr;
	int rc;

	if (x->kind == RECORD_REQUEST) {
		if (csr_decode(span_of(x->bytes, x->n), &csr, e) != 0)
			return -1;
		scan_judge_request(s, &csr, &p, &f);
		s->failing |= scan_failing(s, &f);
		request.csr = &csr;
		request.findings = &f;
		item = (struct inventory_item){.kind = INVENTORY_REQUEST, .u.request = &request};
	} else if (x->kind == RECORD_STAPLE) {
		if (ocsp_decode(span_of(x->bytes, x->n), &r, e) != 0)
			return -1;
		response.response = &r;
		item = (struct inventory_item){.kind = INVENTORY_RESPONSE, .u.response = &response};
	}
	if (!s->o->unlisted)
		s->r->writer->item(s->r, &item);
	rc = findings_check(&f, e);
	findings_wipe(&f);
	if (rc != 0)
		return -1;
	return s->o->flush ? s->o->flush(s->o->context, e) : 0;
}

static int report_sides(struct scan *s, enum record_kind kind, struct err *e)
{
	for (size_t i = 0; i < s->side_count; i++)
		if (s->sides[i].kind == kind && report_side(s, &s->sides[i], e) != 0)
			return -1;
	return 0;
}

int scan_report(struct scan *s, struct err *e)
{
	struct scan_count is = {0};
	struct key *order = NULL;
	int rc = s->o->servers ? scan_servers(s, e) : 0;

	if (rc == 0 && !(order = calloc(s->seen.n + 1, sizeof *order)))
		rc = no_memory(e);
	if (rc == 0)
		rc = make_order(s, order, e);
	if (rc == 0)
		rc = scan_staples_begin(s, e);

	for (size_t i = 0; rc == 0 && i < s->seen.n; i++)
		rc = report_cert(s, order[i].row, &is, e);
	if (rc == 0)
		rc = report_sides(s, RECORD_REQUEST, e);
	if (rc == 0)
		rc = report_sides(s, RECORD_STAPLE, e);
	if (rc == 0)
		rc = report_sides(s, RECORD_PROBLEM, e);
	scan_count_sort(&is);
	s->sum.known = s->seen.n;
	s->sum.cas = is.v;
	s->sum.ca_count = is.n;
	if (rc == 0)
		s->r->writer->end(s->r, scan_verdict(s), &s->sum);
	else
		scan_give_up(s);
	s->sum.cas = NULL;
	for (size_t i = 0; order && i < s->seen.n; i++)
		free(order[i].text);
	free(order);
	scan_count_wipe(&is);
	return rc;
}
