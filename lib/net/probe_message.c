#include "net/probe_message.h"

/* A big-endian length of `octets` octets and as many bytes: moves *in behind them. */
static bool take(struct span *in, size_t octets, struct span *out)
{
	size_t n = 0;

	if (in->n < octets)
		return false;
	for (size_t i = 0; i < octets; i++)
		n = n << 8 | in->p[i];
	if (in->n - octets < n)
		return false;
	*out = span_of(in->p + octets, n);
	*in = span_from(*in, octets + n);
	return true;
}

/* CertificateStatus: status_type 1 (ocsp) and an OCSPResponse<1..2^24-1>.  What does not fit is
 * given as it is: the judge says what is wrong with it. */
static struct span read_status(struct span body)
{
	struct span in = span_from(body, 1), response;

	if (body.n >= 4 && body.p[0] == 1 && take(&in, 3, &response) && in.n == 0)
		return response;
	return body;
}

/* Extensions of a CertificateEntry: status_request is 5. */
static bool read_extensions(struct span list, struct span *staple)
{
	struct span value;

	while (list.n > 0) {
		unsigned type;

		if (list.n < 2)
			return false;
		type = (unsigned)list.p[0] << 8 | list.p[1];
		list = span_from(list, 2);
		if (!take(&list, 2, &value))
			return false;
		if (type == 5)
			*staple = read_status(value);
	}
	return true;
}

int probe_message_read(struct path *p, bool tls13, struct span certificate, struct span status,
		       bool *too_many)
{
	struct span context, list, extensions;

	*too_many = false;
	p->count = 0;
	if (tls13 && !take(&certificate, 1, &context))
		return -1;
	if (!take(&certificate, 3, &list) || certificate.n > 0)
		return -1;
	while (list.n > 0) {
		struct path_cert c = {.staple = SPAN_NONE};

		if (!take(&list, 3, &c.der))
			return -1;
		if (tls13 && (!take(&list, 2, &extensions) || !read_extensions(extensions, &c.staple)))
			return -1;
		if (p->count == LIMIT_CHAIN) {
			*too_many = true;
			return 0;
		}
		p->cert[p->count++] = c;
	}
	if (!tls13 && p->count > 0 && span_present(status))
		p->cert[0].staple = read_status(status);
	return 0;
}
