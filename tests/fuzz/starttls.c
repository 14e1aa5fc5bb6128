/* STARTTLS dialogues: any bytes in any pieces, of any protocol; and the handshake messages that
 * are read by hand.  What was said stays small, and the end is the end. */
#include "tests/fuzz/fuzz.h"

#include "net/probe_message.h"
#include "net/starttls.h"

/* The first byte chooses the protocol, the second the size of the pieces. */
static void talk(const uint8_t *data, size_t size)
{
	const struct starttls *p = NULL;
	enum starttls_state before, now;
	struct starttls_talk t;
	size_t n = 0, piece, spoken = 0;

	while (starttls_name(n))
		n++;
	p = starttls_get(starttls_name(data[0] % n));
	piece = data[1] ? data[1] : size;
	starttls_begin(&t, p, "x.test");
	for (size_t i = 2; i < size; i += piece) {
		before = t.state;
		now = starttls_feed(&t, span_of(data + i, size - i < piece ? size - i : piece));
		FUZZ_CHECK(before == STARTTLS_TALKING || now == before);
		FUZZ_CHECK(now != STARTTLS_READY || t.in.n == 0);
		FUZZ_CHECK(now <= STARTTLS_READY || t.reason[0]);
		spoken += t.out.n;
		buf_reset(&t.out);
		FUZZ_CHECK(spoken < 1024);
	}
	FUZZ_CHECK(t.total <= LIMIT_STARTTLS_BYTES || t.state != STARTTLS_TALKING);
	starttls_wipe(&t);
}

static bool within(struct span s, const uint8_t *data, size_t size)
{
	return !span_present(s) || (s.p >= data && s.p + s.n <= data + size);
}

static void message(const uint8_t *data, size_t size, bool tls13)
{
	struct path p;
	bool many;

	path_init(&p);
	if (probe_message_read(&p, tls13, span_of(data, size), span_of(data, size), &many) != 0)
		return;
	FUZZ_CHECK(p.count <= LIMIT_CHAIN);
	for (size_t i = 0; i < p.count; i++) {
		FUZZ_CHECK(within(p.cert[i].der, data, size));
		FUZZ_CHECK(within(p.cert[i].staple, data, size));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	talk(data, size);
	message(data, size, data[0] & 1);
	message(data + 2, size - 2, data[0] & 1);
	return 0;
}
