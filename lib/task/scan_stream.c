/* Rows written as they come: one JSON object a line. */
#include "task/scan_part.h"

static void tail(struct scan *s, const struct inventory_place *p)
{
	if (p->entry) {
		struct json j;

		buf_add_str(s->r->out, ",\"entry\":");
		json_begin(&j, s->r->out, 0);
		json_cstring(&j, p->entry);
	}
	if (p->links) {
		struct json j;

		buf_add_str(s->r->out, ",\"links\":");
		json_begin(&j, s->r->out, 0);
		json_array(&j);
		for (const char *const *l = p->links; *l; l++)
			json_cstring(&j, *l);
		json_array_end(&j);
	}
}

static void head_of(struct buf *out, const char *source)
{
	struct json j;

	buf_add_str(out, "{\"type\":\"certificate\",\"source\":");
	json_begin(&j, out, 0);
	json_cstring(&j, source);
	buf_add_str(out, ",\"index\":");
}

/* {"type":"certificate","source":"...","index":N and what follows up to the fingerprint.  All but
 * the number is the same for a whole file. */
static void place_head(struct scan *s, const struct inventory_place *p)
{
	struct buf *out = s->r->out;
	uint8_t *room;

	if (p->source == (const char *)s->path.p) {
		if (s->head.n == 0)
			head_of(&s->head, p->source);
		buf_add(out, buf_span(&s->head));
		out->failed |= s->head.failed;
	} else {
		head_of(out, p->source);
	}
	room = buf_room(out, TEXT_INT_MAX);
	if (room)
		out->n += (size_t)(text_put_int(room, (int64_t)p->index) - room);
	tail(s, p);
}

const char *scan_member(struct scan *s, const char *name, struct err *e)
{
	const char *added = array_add_copy(&s->members, &s->member_count, &s->member_cap, name);

	if (!added)
		err_set(e, ERR_MEMORY, "out of memory for names");
	return added;
}

static uint32_t file_number(struct scan *s, const char *source, struct err *e)
{
	if (source == (const char *)s->path.p)
		return (uint32_t)s->entry;
	if (s->member_count > 0 && strcmp(s->members[s->member_count - 1], source) == 0)
		return (uint32_t)(s->member_count - 1) | UINT32_C(1) << 31;
	if (!scan_member(s, source, e))
		return UINT32_MAX;
	return (uint32_t)(s->member_count - 1) | UINT32_C(1) << 31;
}

static void write_repeat(struct scan *s, const struct inventory_place *p, const struct record *x,
			 const struct seen_row *first)
{
	struct json j;

	buf_reset(&s->text);
	if (first->file >> 31)
		buf_add_str(&s->text, s->members[first->file & (UINT32_MAX >> 1)]);
	else
		walk_path(&s->walk, &s->walk.v[first->file], &s->text);
	buf_printf(&s->text, "#%u", first->index);
	place_head(s, p);
	buf_add_str(s->r->out, ",\"sha256\":\"");
	text_hex(s->r->out, span_of(x->sha256, sizeof x->sha256));
	buf_printf(s->r->out, "\",\"must_staple\":\"%s\",\"duplicate_of\":",
		   must_staple_text((enum must_staple)x->must_staple));
	json_begin(&j, s->r->out, 0);
	json_string(&j, buf_span(&s->text));
	buf_add_str(s->r->out, "}\n");
}

static void count(struct scan *s, const struct record *x, enum severity worst)
{
	s->sum.distinct++;
	s->sum.must_staple += x->must_staple == MUST_STAPLE_YES;
	s->sum.malformed += x->must_staple == MUST_STAPLE_MALFORMED;
	s->sum.expired += x->not_after != WHEN_NONE && x->not_after < s->o->now;
	s->sum.expires_30d += x->not_after != WHEN_NONE && x->not_after >= s->o->now &&
			      x->not_after - s->o->now <= 30 * 86400;
	s->sum.errors += worst == SEVERITY_ERROR;
	s->sum.warnings += worst == SEVERITY_WARNING;
}

/* A certificate of a part that may be in trouble: judged here, where its index is known. */
static int late_row(struct scan *s, const struct record *x, struct span der,
		    const struct inventory_place *p, enum severity *worst, bool *dropped,
		    struct buf *row, struct err *e)
{
	struct inventory_cert c = {.sha256 = x->sha256, .format = x->format, .now = s->o->now};
	struct findings f;
	struct cert cert;
	struct json j;
	int rc;

	if (cert_decode(der, &cert, e) != 0)
		return -1;
	findings_init(&f, s->o->policy, s->o->now);
	c.ca = policy_ca_of(s->o->policy, &cert);
	scan_judge(s, &cert, c.ca, p->source, p->index, &f);
	*worst = scan_worst(&f);
	*dropped = !scan_wanted(s, &cert, &f);
	s->failing |= !*dropped && scan_failing(s, &f);
	c.cert = &cert;
	c.findings = &f;
	c.end = f.n;
	json_begin(&j, row, 0);
	json_object(&j);
	inventory_json_cert(&j, &c);
	json_object_end(&j);
	rc = findings_check(&f, e);
	findings_wipe(&f);
	return rc;
}

/* The row behind its head: a comma instead of its brace, and the line's end. */
static void add_rest(struct buf *out, struct span row)
{
	uint8_t *room = buf_room(out, row.n + 1);

	if (!room)
		return;
	memcpy(room, row.p, row.n);
	room[0] = ',';
	room[row.n] = '\n';
	out->n += row.n + 1;
}

static int write_cert(struct scan *s, const struct record *x, struct span payload, struct span note,
		      const struct inventory_place *p, struct err *e)
{
	enum severity worst = (enum severity)x->worst;
	bool dropped = x->dropped;
	struct buf late;
	uint32_t file;
	size_t row;
	int added = 0, rc = 0;

	buf_init(&late);
	s->sum.found++;
	if (!x->written && !dropped) {
		rc = late_row(s, x, payload, p, &worst, &dropped, &late, e);
		payload = buf_span(&late);
	}
	if (rc != 0 || dropped)
		goto out;
	s->failing |= x->failing;
	s->unchecked |= s->o->fail.errors && x->unchecked;
	file = file_number(s, p->source, e);
	rc = -1;
	if (file == UINT32_MAX)
		goto out;
	added = seen_add(&s->seen, x->sha256, file, (uint32_t)p->index, &row, e);
	if (added < 0)
		goto out;
	rc = 0;
	if (added == 0) {
		note = span_of(NULL, 0);
		write_repeat(s, p, x, seen_get(&s->seen, row));
		goto out;
	}
	count(s, x, worst);
	if (x->whole) {
		buf_add(s->r->out, payload);
	} else {
		place_head(s, p);
		add_rest(s->r->out, payload);
	}
out:
	buf_wipe(&late);
	if (rc == 0 && s->o->record)
		rc = s->o->record(s->o->record_context, x->sha256, note, p->source, p->index, e);
	return rc;
}

int scan_stream_whole(struct scan *s, const struct record *x, const uint8_t *bytes, size_t entry,
		      struct err *e)
{
	size_t row;
	int added;

	if (!x->whole || x->source_n > 0 || s->o->record)
		return 0;
	added = seen_add(&s->seen, x->sha256, (uint32_t)entry, (uint32_t)x->index, &row, e);
	if (added != 1)
		return added;
	s->sum.found++;
	s->failing |= x->failing;
	s->unchecked |= s->o->fail.errors && x->unchecked;
	count(s, x, (enum severity)x->worst);
	buf_add_bytes(s->r->out, bytes + x->at + x->entry_n, x->n - x->entry_n);
	return 1;
}

static void write_line(struct scan *s, const char *type, const struct inventory_item *item)
{
	struct json j;

	json_begin(&j, s->r->out, 0);
	json_object(&j);
	json_member_cstring(&j, "type", type);
	if (item->kind == INVENTORY_REQUEST)
		inventory_json_request(&j, item->u.request);
	else if (item->kind == INVENTORY_RESPONSE)
		inventory_json_response(&j, item->u.response);
	else
		inventory_json_problem(&j, item->u.problem);
	json_object_end(&j);
	buf_add_byte(s->r->out, '\n');
}

static int write_request(struct scan *s, const struct record *x, struct span payload,
			 const struct inventory_place *p, struct err *e)
{
	struct inventory_request request = {.place = *p, .format = x->format};
	struct inventory_item item = {.kind = INVENTORY_REQUEST, .u.request = &request};
	struct findings f;
	struct csr csr;
	int rc;

	if (csr_decode(payload, &csr, e) != 0)
		return -1;
	scan_judge_request(s, &csr, p, &f);
	s->failing |= scan_failing(s, &f);
	request.csr = &csr;
	request.findings = &f;
	write_line(s, "request", &item);
	rc = findings_check(&f, e);
	findings_wipe(&f);
	return rc;
}

static int write_side(struct scan *s, const struct record *x, struct span payload,
		      const struct inventory_place *p, struct err *e)
{
	struct inventory_problem problem = {p->source, p->index, x->note, (const char *)payload.p};
	struct inventory_response response = {.place = *p, .format = x->format};
	struct inventory_item item;
	struct ocsp_response r;

	if (x->kind == RECORD_PROBLEM) {
		item = (struct inventory_item){.kind = INVENTORY_PROBLEM, .u.problem = &problem};
		write_line(s, "problem", &item);
	} else if (x->kind == RECORD_REQUEST) {
		return write_request(s, x, payload, p, e);
	} else {
		if (ocsp_decode(payload, &r, e) != 0)
			return -1;
		response.response = &r;
		item = (struct inventory_item){.kind = INVENTORY_RESPONSE, .u.response = &response};
		write_line(s, "staple", &item);
	}
	return 0;
}

int scan_stream(struct scan *s, const struct record *x, const uint8_t *bytes, const char *source,
		const char *entry, struct err *e)
{
	struct inventory_place p = {.source = source, .index = x->index, .entry = entry};
	struct span payload = record_payload(x, bytes);

	p.links = s->links;
	if (x->kind == RECORD_CERT)
		return write_cert(s, x, payload, record_note(x, bytes), &p, e);
	return s->o->unlisted ? 0 : write_side(s, x, payload, &p, e);
}
