/* The protocols that are not lines of text: LDAP, PostgreSQL, MySQL. */
#include "net/starttls_step.h"

static unsigned at(const struct starttls_talk *t, size_t i)
{
	return t->in.p[i];
}

/*
 * LDAP, RFC 4511, 4.14: ExtendedRequest { messageID 1, 1.3.6.1.4.1.1466.20037 }, answered by
 * ExtendedResponse [APPLICATION 24] whose first element is resultCode.
 */
void starttls_ldap(struct starttls_talk *t)
{
	static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
				      "1.3.6.1.4.1.1466.20037";
	size_t i, n;

	if (t->stage == 0) {
		buf_add_bytes(&t->out, request, sizeof request - 1);
		t->stage = 1;
		return;
	}
	if (t->in.n < 2)
		return;
	i = 2;
	n = at(t, 1);
	if (n > 0x80) { /* BER: servers write long forms for short lengths */
		size_t octets = n & 0x7f;

		if (octets > 4 || at(t, 0) != 0x30) {
			starttls_end(t, STARTTLS_GARBAGE, "an LDAP message expected, but met 0x%02x 0x%02x",
				     at(t, 0), at(t, 1));
			return;
		}
		if (t->in.n < 2 + octets)
			return;
		for (n = 0, i = 2; i < 2 + octets; i++)
			n = n << 8 | at(t, i);
	}
	if (at(t, 0) != 0x30 || n < 7 || n > LIMIT_STARTTLS_LINE) {
		starttls_end(t, STARTTLS_GARBAGE, "an LDAP message expected, but met 0x%02x 0x%02x",
			     at(t, 0), at(t, 1));
		return;
	}
	if (t->in.n < i + n)
		return;
	n += i; /* the message's end */
	if (at(t, i) != 2 || at(t, i + 1) != 1 || at(t, i + 2) != 1 || at(t, i + 3) != 0x78) {
		starttls_end(t, STARTTLS_GARBAGE, "no ExtendedResponse to message 1");
		return;
	}
	i += 4;
	i += at(t, i) > 0x80 ? 1 + (at(t, i) & 0x7f) : 1;
	if (i + 3 > n || at(t, i) != 0x0a || at(t, i + 1) != 1) {
		starttls_end(t, STARTTLS_GARBAGE, "an ExtendedResponse without resultCode");
		return;
	}
	if (at(t, i + 2) != 0) {
		starttls_end(t, STARTTLS_REFUSED, "the server refused STARTTLS with resultCode %u",
			     at(t, i + 2));
		return;
	}
	starttls_consume(t, n);
	starttls_go(t);
}

/* PostgreSQL: SSLRequest (80877103), answered by one byte, S or N. */
void starttls_postgres(struct starttls_talk *t)
{
	static const uint8_t request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};

	if (t->stage == 0) {
		buf_add_bytes(&t->out, request, sizeof request);
		t->stage = 1;
		return;
	}
	if (t->in.n == 0)
		return;
	if (at(t, 0) == 'N') {
		starttls_end(t, STARTTLS_REFUSED, "the server does not offer TLS");
	} else if (at(t, 0) != 'S') {
		starttls_end(t, STARTTLS_GARBAGE, "S or N expected, but met byte 0x%02x", at(t, 0));
	} else {
		starttls_consume(t, 1);
		starttls_go(t);
	}
}

/*
 * MySQL: the server's greeting (protocol 10) tells its capabilities; CLIENT_SSL is 0x800.  The
 * client's SSLRequest has no answer: TLS begins right behind it.
 */
void starttls_mysql(struct starttls_talk *t)
{
	static const uint8_t request[36] = {32, 0, 0, 1, 0x00, 0x8a, 0x00, 0x00,
					    0, 0, 0, 1, 33};
	size_t n, i;

	if (t->in.n < 5)
		return;
	n = at(t, 0) | (size_t)at(t, 1) << 8 | (size_t)at(t, 2) << 16;
	if (at(t, 3) != 0 || n < 20 || n > LIMIT_STARTTLS_LINE || (at(t, 4) != 10 && at(t, 4) != 0xff)) {
		starttls_end(t, STARTTLS_GARBAGE, "a MySQL greeting (protocol 10) expected, but met protocol %u",
			     at(t, 4));
		return;
	}
	if (t->in.n < 4 + n)
		return;
	if (at(t, 4) == 0xff) {
		starttls_end(t, STARTTLS_REFUSED, "the server refused the connection with an error");
		return;
	}
	for (i = 5; i < 4 + n && at(t, i) != 0;) /* version, NUL-terminated */
		i++;
	i += 1 + 4 + 8 + 1; /* thread id, scramble, filler */
	if (i + 2 > 4 + n) {
		starttls_end(t, STARTTLS_GARBAGE, "a MySQL greeting without capabilities");
		return;
	}
	if (!(at(t, i + 1) & 0x08)) {
		starttls_end(t, STARTTLS_REFUSED, "the server does not offer TLS");
		return;
	}
	buf_add_bytes(&t->out, request, sizeof request);
	starttls_consume(t, 4 + n);
	starttls_go(t);
}
