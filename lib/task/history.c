#include "task/history.h"

#include "facts/dn.h"
#include "ground/when.h"

#include <stdlib.h>

int history_open(struct history *h, const char *path, const char *const *roots, int64_t at,
		 struct err *e)
{
	struct buf text;
	int rc;

	*h = (struct history){0};
	buf_init(&text);
	for (const char *const *r = roots; *r; r++) {
		char *real = realpath(*r, NULL);
		size_t n = strlen(*r);

		while (n > 1 && (*r)[n - 1] == '/')
			n--;
		/* As it was given, too: places are named by it. */
		buf_add_bytes(&text, *r, n);
		buf_add_byte(&text, '\t');
		buf_add_str(&text, real ? real : *r);
		buf_add_byte(&text, '\n');
		free(real);
	}
	rc = buf_check(&text, "the names of the roots", e);
	if (rc == 0)
		rc = inventory_open(&h->db, path, true, e);
	if (rc == 0)
		rc = inventory_begin(h->db, buf_cstr(&text), at, e);
	buf_wipe(&text);
	return rc;
}

void history_wipe(struct history *h)
{
	inventory_close(h->db);
}

static void write_text(enum inventory_text which, const struct inventory_cert *c, struct buf *out)
{
	switch (which) {
	case INVENTORY_NAME:
		cert_label(c->cert, out);
		break;
	case INVENTORY_NAMES:
		inventory_names(out, c->cert);
		break;
	case INVENTORY_SUBJECT:
		dn_text(out, c->cert->subject);
		break;
	case INVENTORY_ISSUER:
		if (span_present(c->issuer))
			buf_add(out, c->issuer);
		else
			dn_text(out, c->cert->issuer);
		break;
	default:
		text_hex(out, c->cert->serial);
	}
}

void history_note(const struct inventory_cert *c, struct buf *out)
{
	struct inventory_note note = {.not_before = c->cert->not_before, .not_after = c->cert->not_after,
				      .must_staple = must_staple_text(cert_must_staple(c->cert))};
	size_t at = out->n, from;

	buf_add_bytes(out, &note, sizeof note);
	for (int i = 0; i < INVENTORY_TEXTS; i++) {
		from = out->n;
		write_text((enum inventory_text)i, c, out);
		note.length[i] = (uint32_t)(out->n - from);
	}
	if (!out->failed)
		memcpy(out->p + at, &note, sizeof note);
}

int history_place(void *context, const uint8_t sha256[32], struct span note, const char *source,
		  size_t index, struct err *e)
{
	struct history *h = context;

	return inventory_place(h->db, sha256, note, source, index, e);
}

int history_commit(struct history *h, size_t files, size_t problems, struct err *e)
{
	return inventory_commit(h->db, files, problems, e);
}

/* --- what changed --- */

struct telling {
	struct report *r;
	struct json *j;        /* NULL: text */
	size_t told;
};

static void json_entry(struct json *j, const struct inventory_entry *x)
{
	json_member_hex(j, "sha256", span_of(x->sha256, 32));
	json_member_cstring(j, "must_staple", x->must_staple);
	json_member_cstring(j, "subject", x->subject);
	json_member_cstring(j, "issuer", x->issuer);
	json_member_cstring(j, "serial", x->serial);
	json_member_time(j, "not_after", x->not_after);
}

static void text_entry(struct report *r, const struct inventory_entry *x)
{
	text_terminal(r->out, span_str(x->name));
	buf_add_str(r->out, strcmp(x->must_staple, "no") == 0 ? " (" : " (must staple, ");
	text_hex(r->out, span_of(x->sha256, 8));
	buf_add_str(r->out, "…)");
}

static void changed(void *context, enum inventory_change c, bool came, const struct inventory_entry *x,
		    const char *source, int64_t index)
{
	static const char *const words[] = {"appeared", "vanished", "moved"};
	struct telling *t = context;

	t->told++;
	if (t->j) {
		json_object(t->j);
		json_member_cstring(t->j, "change", words[c]);
		json_member_bool(t->j, "there", came);
		json_member_cstring(t->j, "source", source);
		json_member_int(t->j, "index", index);
		json_entry(t->j, x);
		json_object_end(t->j);
		return;
	}
	report_color(t->r, c == INVENTORY_APPEARED ? REPORT_GREEN : c == INVENTORY_VANISHED ? REPORT_RED
											     : REPORT_YELLOW);
	buf_printf(t->r->out, "%-8s ", words[c]);
	report_color(t->r, REPORT_PLAIN);
	text_entry(t->r, x);
	buf_add_str(t->r->out, c != INVENTORY_MOVED ? " at " : came ? " is now at " : " was at ");
	text_terminal(t->r->out, span_str(source));
	buf_printf(t->r->out, "#%lld\n", (long long)index);
}

/* Nothing is judged here. */
static void end_json(struct telling *t)
{
	json_member_cstring(t->j, "verdict", "pass");
	json_key(t->j, "findings");
	json_array(t->j);
	json_array_end(t->j);
	json_object_end(t->j);
	json_end(t->j);
	buf_add_byte(t->r->out, '\n');
}

int history_diff(struct history *h, struct report *r, bool json, struct err *e)
{
	struct telling t = {.r = r, .j = json ? &r->json : NULL};
	char when[WHEN_TEXT_SIZE];
	int64_t previous;

	if (json) {
		report_json_head(r);
		json_key(t.j, "changes");
		json_array(t.j);
	}
	if (inventory_diff(h->db, &previous, changed, &t, e) != 0)
		return -1;
	if (json) {
		json_array_end(t.j);
		json_member_time(t.j, "since", previous);
		end_json(&t);
	} else if (previous == WHEN_NONE) {
		buf_add_str(r->out, "the first scan of these paths: nothing to compare with\n");
	} else {
		buf_printf(r->out, "%zu change%s since %s\n", t.told, t.told == 1 ? "" : "s",
			   when_format(previous, when));
	}
	return 0;
}

/* --- a life --- */

static void life(void *context, const struct inventory_entry *x, const char *source, int64_t index,
		 int64_t first, int64_t last, bool still)
{
	char from[WHEN_TEXT_SIZE], until[WHEN_TEXT_SIZE];
	struct telling *t = context;

	t->told++;
	if (t->j) {
		json_object(t->j);
		json_entry(t->j, x);
		json_member_cstring(t->j, "source", source);
		json_member_int(t->j, "index", index);
		json_member_time(t->j, "first_seen", first);
		json_member_time(t->j, "last_seen", last);
		json_member_bool(t->j, "still_there", still);
		json_object_end(t->j);
		return;
	}
	text_entry(t->r, x);
	buf_add_str(t->r->out, "\n  at ");
	text_terminal(t->r->out, span_str(source));
	buf_printf(t->r->out, "#%lld: seen from %s to %s%s\n", (long long)index, when_format(first, from),
		   when_format(last, until), still ? ", still there" : ", then gone");
}

int history_tell(const char *path, const char *what, struct report *r, bool json, struct err *e)
{
	struct telling t = {.r = r, .j = json ? &r->json : NULL};
	struct inventory *db;
	int rc;

	if (inventory_open(&db, path, false, e) != 0)
		return -1;
	if (json) {
		report_json_head(r);
		json_key(t.j, "history");
		json_array(t.j);
	}
	rc = inventory_history(db, what, life, &t, e);
	inventory_close(db);
	if (rc == 0 && t.told == 0)
		return err_set(e, ERR_NOT_FOUND, "%s: no certificate %s was ever seen", path, what);
	if (rc == 0 && json) {
		json_array_end(t.j);
		end_json(&t);
	}
	return rc;
}
