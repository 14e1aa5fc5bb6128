#include "ground/pem.h"

#include "ground/limits.h"

#define DASHES "-----"
#define BEGIN "-----BEGIN "
#define END "-----END "

enum mark {
	MARK_NONE,
	MARK_BEGIN,
	MARK_END,
	MARK_UNDECIDED /* the window ends before it can be told */
};

/* The first bytes of s against a literal: 1 equal, 0 different, -1 s ends too early to tell. */
static inline int starts(struct span s, const char *literal, size_t n)
{
	if (s.n >= n)
		return memcmp(s.p, literal, n) == 0;
	return memcmp(s.p, literal, s.n) == 0 ? -1 : 0;
}

/* The label up to the closing dashes, all on one line. */
static enum mark read_label(struct span s, enum mark kind, bool last, struct span *label)
{
	static const char common[] = "CERTIFICATE" DASHES;
	size_t n = 0;

	if (starts(s, common, sizeof common - 1) == 1) {
		*label = span_of(s.p, sizeof common - sizeof DASHES);
		return kind;
	}
	for (; n < s.n && n <= LIMIT_PEM_LABEL; n++) {
		int dashes = s.p[n] == '-' ? starts(span_from(s, n), DASHES, 5) : 0;

		if (dashes == 1) {
			*label = span_of(s.p, n);
			return kind;
		}
		if (dashes < 0)
			break;
		if (s.p[n] < 0x20 || s.p[n] > 0x7e)
			return MARK_NONE;
	}
	return n > LIMIT_PEM_LABEL || last ? MARK_NONE : MARK_UNDECIDED;
}

/* Does a BEGIN or END line stand at the front of s?  *size: its bytes, with the dashes. */
static enum mark read_mark(struct span s, bool last, struct span *label, size_t *size)
{
	int begin = starts(s, BEGIN, sizeof BEGIN - 1), end = starts(s, END, sizeof END - 1);
	enum mark kind = begin == 1 ? MARK_BEGIN : MARK_END;
	size_t head = begin == 1 ? sizeof BEGIN - 1 : sizeof END - 1;

	if (begin != 1 && end != 1)
		return (begin < 0 || end < 0) && !last ? MARK_UNDECIDED : MARK_NONE;
	kind = read_label(span_from(s, head), kind, last, label);
	*size = head + label->n + 5;
	return kind;
}

/* The next mark that begins in [*at, end); *at is moved to it (or to `end`). */
static enum mark next_mark(struct span s, size_t *at, size_t end, bool last, struct span *label,
			   size_t *size)
{
	while (*at < end) {
		const uint8_t *dash = memchr(s.p + *at, '-', end - *at);
		enum mark mark;

		if (!dash)
			break;
		*at = (size_t)(dash - s.p);
		*label = SPAN_NONE;
		mark = read_mark(span_from(s, *at), last, label, size);
		if (mark != MARK_NONE)
			return mark;
		(*at)++;
	}
	*at = end;
	return MARK_NONE;
}

static enum pem_next found(struct span *window, struct pem_block *out, size_t begin, size_t end,
			   const char *damage)
{
	out->text = span_of(window->p + begin, end - begin);
	out->offset = begin;
	out->damage = damage;
	*window = span_from(*window, end);
	return PEM_BLOCK;
}

static enum pem_next more(struct span *window, size_t from)
{
	*window = span_from(*window, from);
	return PEM_MORE;
}

/* From a BEGIN line of `size` bytes at `begin` to the end of its block. */
static enum pem_next rest_of_block(struct span *window, bool last, size_t begin, size_t size,
				   struct pem_block *out)
{
	size_t from = begin + size, at = from, end_size = 0, end = window->n;
	bool cut = window->n - begin > LIMIT_PEM_BLOCK;
	struct span label;
	enum mark mark;

	if (cut)
		end = begin + LIMIT_PEM_BLOCK;
	mark = next_mark(*window, &at, end, last, &label, &end_size);
	out->body = span_of(window->p + from, at - from);
	switch (mark) {
	case MARK_UNDECIDED:
		return more(window, begin);
	case MARK_BEGIN:
		return found(window, out, begin, at, "another BEGIN inside");
	case MARK_END:
		return found(window, out, begin, at + end_size,
			     span_equal(label, out->label) ? NULL : "END label differs");
	default:
		break;
	}
	if (cut)
		return found(window, out, begin, at, "longer than the 2 MiB allowed");
	if (last)
		return found(window, out, begin, at, "no END line");
	return more(window, begin);
}

enum pem_next pem_next(struct span *window, bool last, struct pem_block *out)
{
	size_t at = 0, size = 0;
	struct span label;

	switch (next_mark(*window, &at, window->n, last, &label, &size)) {
	case MARK_BEGIN:
		out->label = label;
		return rest_of_block(window, last, at, size, out);
	case MARK_END:
		out->label = label;
		out->body = span_of(window->p + at, 0);
		return found(window, out, at, at + size, "END without BEGIN");
	case MARK_UNDECIDED:
		return more(window, at);
	default:
		more(window, window->n);
		return last ? PEM_END : PEM_MORE;
	}
}

bool pem_present(struct span text)
{
	size_t at = 0, size = 0;
	struct span label;
	enum mark mark;

	/* As pem_next would: the dashes that end a mark begin no other. */
	do {
		mark = next_mark(text, &at, text.n, true, &label, &size);
		at += size;
	} while (mark == MARK_END);
	return mark == MARK_BEGIN;
}

bool pem_has_headers(struct span body)
{
	const uint8_t *colon, *line_end;

	while (body.n > 0 && (body.p[0] == ' ' || (body.p[0] >= '\t' && body.p[0] <= '\r')))
		body = span_from(body, 1);
	if (body.n == 0)
		return false;
	line_end = memchr(body.p, '\n', body.n);
	colon = memchr(body.p, ':', line_end ? (size_t)(line_end - body.p) : body.n);
	return colon != NULL;
}
