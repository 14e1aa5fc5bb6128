/* Standard input that is no file.  PEM is read as it comes and cut behind END lines: what has come is
 * reported before the rest is there, and no more than a piece is held.  All else is read whole. */
#include "ground/limits.h"
#include "task/scan_part.h"

#include <errno.h>
#include <unistd.h>

#define PIECE 65536

static const char begin[] = "-----BEGIN ", end[] = "-----END ";

void scan_pipe_begin(struct scan *s, size_t entry)
{
	s->pipe = (struct scan_pipe){.active = true, .entry = entry};
	buf_init(&s->pipe.bytes);
}

/* Behind the last whole line that ends a block, from `from` on; 0: there is none. */
static size_t cut_of(struct span b, size_t from)
{
	const size_t n = sizeof end - 1;

	for (size_t i = b.n < n ? 0 : b.n - n + 1; i > from; i--) {
		const uint8_t *at = b.p + i - 1, *line;

		if (*at != '-' || memcmp(at, end, n) != 0)
			continue;
		line = memchr(at, '\n', (size_t)(b.p + b.n - at));
		if (line)
			return (size_t)(line - b.p) + 1;
	}
	return 0;
}

static void read_more(struct scan_pipe *p)
{
	uint8_t *room = buf_room(&p->bytes, PIECE);
	ssize_t n = -1;

	if (room)
		do
			n = read(STDIN_FILENO, room, PIECE);
		while (n < 0 && errno == EINTR);
	if (n < 0)
		p->error = room ? errno : ENOMEM;
	else
		p->bytes.n += (size_t)n;
	if (p->bytes.n > LIMIT_CONTAINER)
		p->error = EFBIG;
	p->ended = n <= 0 || p->error != 0;
}

/* How much makes the next item; reads until that is known. */
static size_t next_piece(struct scan_pipe *p, bool *pem)
{
	size_t looked = 0, cut;

	for (;;) {
		const struct span b = buf_span(&p->bytes);

		*pem = p->offset > 0 || (b.n >= sizeof begin - 1 && memcmp(b.p, begin, sizeof begin - 1) == 0);
		cut = *pem ? cut_of(b, looked) : 0;
		if (p->ended)
			return b.n;
		if (cut > 0)
			return cut;
		looked = b.n > 256 ? b.n - 256 : 0; /* no END line is longer */
		read_more(p);
	}
}

void scan_pipe_next(struct scan *s, struct item *it)
{
	struct scan_pipe *p = &s->pipe;
	bool pem;
	size_t n = next_piece(p, &pem);

	it->kind = pem ? ITEM_PART : ITEM_SMALL;
	it->offset = p->offset;
	it->of = 0;
	it->final = p->ended;
	it->file_count = 1;
	it->files[0] = (struct item_file){.entry = p->entry, .fd = -1, .error = p->ended ? p->error : 0,
					  .held = true};
	buf_add(&it->content, span_of(p->bytes.p, n));
	it->failed |= it->content.failed;
	p->offset += n;
	if (n > 0 && n < p->bytes.n)
		memmove(p->bytes.p, p->bytes.p + n, p->bytes.n - n);
	p->bytes.n -= n;
	if (p->ended) {
		p->active = false;
		buf_wipe_secret(&p->bytes);
	}
}
