/* Objects for people, in the order in which they ask. */
#include "report/inspect_text.h"

#include "facts/dn.h"
#include "facts/oid.h"

#include <stdio.h>

#define LABEL 16  /* columns of a label and the blanks around it */
#define WIDE 100  /* longer lines are hard to read */

static void begin(struct report *r)
{
	(void)r;
}

static void end(struct report *r, enum verdict verdict, const void *summary)
{
	(void)r;
	(void)verdict; /* nothing is judged */
	(void)summary;
}

/* --- rows --- */

static void put_label(struct report *r, const char *label)
{
	size_t n = strlen(label);

	buf_add_str(r->out, "  ");
	report_color(r, REPORT_DIM);
	buf_add_str(r->out, label);
	report_color(r, REPORT_PLAIN);
	for (n += 2; n < LABEL; n++)
		buf_add_byte(r->out, ' ');
}

void inspect_text_row(struct report *r, const char *label, const char *text)
{
	size_t columns = r->columns < 40 ? 40 : r->columns > WIDE ? WIDE : r->columns;
	size_t at = LABEL, word;

	put_label(r, label);
	for (bool first = true; *text; first = false) {
		struct buf b;
		size_t wide;

		word = strcspn(text, " ");
		buf_init(&b);
		text_terminal(&b, span_of(text, word));
		wide = text_width(buf_span(&b));
		if (!first && at + 1 + wide > columns) {
			buf_add_byte(r->out, '\n');
			for (at = 0; at < LABEL; at++)
				buf_add_byte(r->out, ' ');
		} else if (!first) {
			buf_add_byte(r->out, ' ');
			at++;
		}
		buf_add(r->out, buf_span(&b));
		at += wide;
		buf_wipe(&b);
		text += word;
		text += *text == ' ';
	}
	buf_add_byte(r->out, '\n');
}

void inspect_text_row_take(struct report *r, const char *label, struct buf *text)
{
	if (text->n > 0)
		inspect_text_row(r, label, buf_cstr(text));
	buf_reset(text);
}

const char *inspect_text_time(int64_t t, char out[32])
{
	char rfc3339[WHEN_TEXT_SIZE];

	if (t == WHEN_NONE)
		return "unreadable";
	when_format(t, rfc3339);
	snprintf(out, 32, "%.10s %.8s UTC", rfc3339, rfc3339 + 11);
	return out;
}

void inspect_text_left(struct buf *out, int64_t until, int64_t now)
{
	char human[WHEN_DURATION_SIZE];

	if (until == WHEN_NONE)
		return;
	if (until >= now)
		buf_printf(out, "%s left", when_duration_human(until - now, human));
	else
		buf_printf(out, "ended %s ago", when_duration_human(now - until, human));
}

void inspect_text_bar(struct report *r, int64_t from, int64_t until, int64_t now)
{
	const int64_t cells = 40;
	int64_t left;

	if (!r->color || from == WHEN_NONE || until == WHEN_NONE || until <= from)
		return;
	left = now <= from ? cells : now >= until ? 0
	       : (int64_t)((double)(until - now) / (double)(until - from) * (double)cells + 0.5);
	put_label(r, "");
	report_color(r, left * 4 > cells ? REPORT_GREEN : left > 0 ? REPORT_YELLOW : REPORT_RED);
	for (int64_t i = 0; i < cells; i++)
		buf_add_str(r->out, i < left ? "\u2588" : "\u2591");
	report_color(r, REPORT_PLAIN);
	buf_printf(r->out, " %d%% left\n", (int)(left * 100 / cells));
}

void inspect_text_deviations(struct report *r, uint32_t deviations)
{
	const char *label = "Deviates";
	struct buf b;

	buf_init(&b);
	for (unsigned d = 0; d < DEVIATION_COUNT; d++) {
		const struct deviation_text *t = deviation_text((enum deviation)d);

		if (!(deviations & deviation_bit((enum deviation)d)))
			continue;
		buf_printf(&b, "%s (%s)", t->text, t->section);
		inspect_text_row_take(r, label, &b);
		label = "";
	}
	buf_wipe(&b);
}

void inspect_text_oid(struct buf *out, struct span oid)
{
	const char *name = span_present(oid) ? oid_name(oid) : "unreadable";

	if (name)
		buf_add_str(out, name);
	else
		oid_dotted(out, oid);
}

/* --- the other kinds --- */

static void write_crl(struct report *r, const struct inspect_crl *c, int64_t now)
{
	char time[32];
	struct buf b;

	buf_init(&b);
	if (span_present(c->issuer))
		dn_text(&b, c->issuer);
	inspect_text_row_take(r, "By", &b);
	if (c->this_update != WHEN_NONE) {
		buf_printf(&b, "from %s", inspect_text_time(c->this_update, time));
		if (c->next_update != WHEN_NONE) {
			buf_printf(&b, " to %s, ", inspect_text_time(c->next_update, time));
			inspect_text_left(&b, c->next_update, now);
		}
	}
	inspect_text_row_take(r, "Valid", &b);
	buf_wipe(&b);
}

static void write_key(struct report *r, const struct inspect_object *o)
{
	char text[32];

	if (o->key.encrypted) {
		inspect_text_row(r, "Key", "encrypted: nothing of it can be shown");
		return;
	}
	if (o->key.known)
		inspect_text_row(r, "Key", spki_text(&o->key.spki, text)); /* and its SHA-256 below */
}

static void write_path(struct report *r, const struct path *p, struct buf *b)
{
	char label[16];

	snprintf(label, sizeof label, "TLS %s", p->tls == PATH_TLS_1_2 ? "1.2" : "1.3");
	if (p->outcome != PATH_SERVED || p->count == 0) {
		buf_add_str(b, path_outcome_text(p->outcome));
		if (p->reason[0])
			buf_printf(b, ": %s", p->reason);
	} else {
		bool stapled = span_present(p->cert[0].staple) && p->cert[0].staple.n > 0;

		buf_printf(b, "%zu certificate%s, %s", p->count, p->count == 1 ? "" : "s",
			   stapled ? "with a staple" : "no staple");
		if (span_present(p->cert[0].staple) && !stapled)
			buf_add_str(b, " (an empty one was sent)");
		buf_printf(b, ", from %s", p->address);
	}
	inspect_text_row_take(r, label, b);
}

/* What an object is, in a heading. */
static void put_heading(struct report *r, const struct inspect_object *o, bool alone)
{
	static const char *const what[] = {
		[INSPECT_CERTIFICATE] = "certificate", [INSPECT_REQUEST] = "certificate request",
		[INSPECT_OCSP_RESPONSE] = "OCSP response (a staple)",
		[INSPECT_OCSP_REQUEST] = "OCSP request",
		[INSPECT_CRL] = "certificate revocation list",
		[INSPECT_PKCS7] = "PKCS#7 container", [INSPECT_PKCS12] = "PKCS#12 container",
		[INSPECT_PRIVATE_KEY] = "private key", [INSPECT_PUBLIC_KEY] = "public key",
		[INSPECT_STORE] = "store", [INSPECT_SERVER] = "server",
		[INSPECT_OTHER] = "not described here", [INSPECT_UNREADABLE] = "unreadable",
	};
	struct buf b;

	buf_init(&b);
	if (o->kind == INSPECT_CERTIFICATE)
		cert_label(&o->cert, &b);
	else if (o->kind == INSPECT_REQUEST && !dn_attribute(o->csr.subject, "CN", &b))
		dn_text(&b, o->csr.subject);
	report_color(r, REPORT_BOLD);
	text_terminal(r->out, span_str(o->source));
	if (!alone)
		buf_printf(r->out, "#%zu", o->index);
	buf_printf(r->out, ": %s", what[o->kind]);
	if (o->kind == INSPECT_STORE)
		buf_printf(r->out, " (%s)", o->store.format);
	if (b.n) {
		buf_add_byte(r->out, ' ');
		text_terminal(r->out, buf_span(&b));
	}
	report_color(r, REPORT_PLAIN);
	buf_add_byte(r->out, '\n');
	buf_wipe(&b);
}

static void write_kind(struct report *r, const struct inspect_object *o,
		       const struct inspect_item *item, struct buf *b)
{
	switch (o->kind) {
	case INSPECT_CERTIFICATE:
		inspect_text_certificate(r, item);
		break;
	case INSPECT_REQUEST:
		inspect_text_request(r, o);
		break;
	case INSPECT_OCSP_RESPONSE:
		inspect_text_ocsp(r, o, item->list->now);
		break;
	case INSPECT_CRL:
		write_crl(r, &o->crl, item->list->now);
		break;
	case INSPECT_PRIVATE_KEY:
	case INSPECT_PUBLIC_KEY:
		write_key(r, o);
		break;
	case INSPECT_PKCS7:
	case INSPECT_PKCS12:
	case INSPECT_STORE:
		buf_printf(b, "%zu certificate%s, %zu private key%s", o->store.certificates,
			   o->store.certificates == 1 ? "" : "s", o->store.keys,
			   o->store.keys == 1 ? "" : "s");
		inspect_text_row_take(r, "Holds", b);
		break;
	case INSPECT_SERVER:
		for (size_t i = 0; i < o->server.n; i++)
			write_path(r, &o->server.paths[i], b);
		break;
	default:
		break;
	}
}

static void item(struct report *r, const void *what)
{
	const struct inspect_item *i = what;
	const struct inspect_object *o = &i->list->v[i->at];
	struct buf b;

	buf_init(&b);
	if (r->items++ > 0)
		buf_add_byte(r->out, '\n');
	put_heading(r, o, i->list->n == 1 || o->kind == INSPECT_SERVER);
	if (o->reason[0])
		inspect_text_row(r, o->kind == INSPECT_UNREADABLE ? "Reason" : "Note", o->reason);
	write_kind(r, o, i, &b);
	if (o->trailing) {
		buf_printf(&b, "%zu octets behind it in its file or block", o->trailing);
		inspect_text_row_take(r, "Trailing", &b);
	}
	if (o->entry)
		inspect_text_row(r, "Alias", o->entry);
	if (span_present(o->label) && (o->line || o->kind == INSPECT_OTHER)) {
		buf_printf(&b, "line %zu, PEM label ", o->line);
		buf_add(&b, o->label);
		inspect_text_row_take(r, "Found", &b);
	}
	if (o->sha256.n) {
		text_hex(&b, digest_span(&o->sha256));
		inspect_text_row_take(r, "SHA-256", &b);
	}
	buf_wipe(&b);
}

const struct report_writer report_inspect_text = {"inspect", "text", begin, item, end};
