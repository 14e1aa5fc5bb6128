#include "net/probe_tls.h"

#include "facts/cert.h"
#include "net/probe_message.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

/* Nobody sends so many warning alerts before a handshake is over, but to hold us. */
#define MAX_WARNINGS 8

/* --- bytes --- */

static ssize_t pull(gnutls_transport_ptr_t arg, void *p, size_t n)
{
	struct probe_tls *t = arg;
	ssize_t got;

	if (t->received >= t->context->max_bytes) {
		t->over = true;
		gnutls_transport_set_errno(t->session, EMSGSIZE);
		return -1;
	}
	if (n > t->context->max_bytes - t->received)
		n = t->context->max_bytes - t->received;
	got = recv(t->fd, p, n, 0);
	if (got < 0)
		gnutls_transport_set_errno(t->session, errno);
	if (got > 0 && t->received < sizeof t->first) {
		size_t k = sizeof t->first - t->received;

		memcpy(t->first + t->received, p, (size_t)got < k ? (size_t)got : k);
	}
	if (got > 0)
		t->received += (size_t)got;
	return got;
}

static ssize_t push(gnutls_transport_ptr_t arg, const void *p, size_t n)
{
	struct probe_tls *t = arg;
	ssize_t put = send(t->fd, p, n, MSG_NOSIGNAL);

	if (put < 0)
		gnutls_transport_set_errno(t->session, errno);
	return put;
}

static int pull_timeout(gnutls_transport_ptr_t arg, unsigned ms)
{
	struct probe_tls *t = arg;
	struct pollfd p = {.fd = t->fd, .events = POLLIN};

	(void)ms; /* the loop waits, not we */
	return poll(&p, 1, 0);
}

/* Keeps Certificate and CertificateStatus as they came. */
static int on_message(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
		      const gnutls_datum_t *msg)
{
	struct probe_tls *t = gnutls_session_get_ptr(session);
	struct span body = span_of(msg->data, msg->size);

	(void)when;
	if (!incoming)
		return 0;
	if (type == GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST) {
		t->asked_for_certificate = true;
	} else if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT && !t->certificate_seen) {
		buf_add(&t->path->storage, body);
		t->certificate_seen = true;
		t->certificate_n = body.n;
	} else if (type == GNUTLS_HANDSHAKE_CERTIFICATE_STATUS && t->certificate_seen &&
		   !t->status_seen) {
		buf_add(&t->path->storage, body);
		t->status_seen = true;
		t->status_n = body.n;
	}
	return 0;
}

/* --- a session --- */

static int set_alpn(struct probe_tls *t, const struct probe_job *job)
{
	gnutls_datum_t v[9];
	unsigned n = 0;
	static unsigned char http[] = "http/1.1";

	for (unsigned i = 0; i < t->context->alpn_count; i++)
		v[n++] = (gnutls_datum_t){(unsigned char *)t->context->alpn[i],
					  (unsigned)strlen(t->context->alpn[i])};
	if (n == 0 && job->ask_http)
		v[n++] = (gnutls_datum_t){http, sizeof http - 1};
	return n > 0 ? gnutls_alpn_set_protocols(t->session, v, n, 0) : 0;
}

int probe_tls_open(struct probe_tls *t, struct probe_tls_context *c, int fd,
		   const struct probe_job *job, struct path *path, struct err *e)
{
	gnutls_priority_t p = probe_tls_priority(c, job->tls, job->key);
	int rc;

	*t = (struct probe_tls){.context = c, .fd = fd, .path = path};
	if (!p)
		return err_set(e, ERR_UNSUPPORTED, "the local library cannot offer TLS %s with %s keys",
			       path_tls_text(job->tls), key_kind_text(job->key));
	rc = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
					      GNUTLS_NO_TICKETS);
	if (rc < 0)
		return err_set(e, ERR_MEMORY, "TLS session: %s", gnutls_strerror(rc));
	gnutls_session_set_ptr(t->session, t);
	gnutls_transport_set_ptr(t->session, t);
	gnutls_transport_set_pull_function(t->session, pull);
	gnutls_transport_set_push_function(t->session, push);
	gnutls_transport_set_pull_timeout_function(t->session, pull_timeout);
	gnutls_handshake_set_max_packet_length(t->session, c->max_bytes);
	gnutls_handshake_set_hook_function(t->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE,
					   on_message);
	rc = gnutls_priority_set(t->session, p);
	if (rc >= 0)
		rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
	if (rc >= 0 && job->sni && *job->sni)
		rc = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, job->sni, strlen(job->sni));
	if (rc >= 0)
		rc = set_alpn(t, job);
	if (rc < 0)
		return err_set(e, ERR_CRYPTO, "TLS session: %s", gnutls_strerror(rc));
	return 0;
}

void probe_tls_close(struct probe_tls *t)
{
	if (!t->session)
		return;
	if (t->path && t->path->outcome == PATH_SERVED)
		(void)gnutls_bye(t->session, GNUTLS_SHUT_WR); /* told once, not waited for */
	gnutls_deinit(t->session);
	t->session = NULL;
}

bool probe_tls_wants_write(const struct probe_tls *t)
{
	return gnutls_record_get_direction(t->session) == 1;
}

/* --- what the end means --- */

static void end(struct path *p, enum path_outcome o, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void end(struct path *p, enum path_outcome o, const char *fmt, ...)
{
	va_list ap;

	p->outcome = o;
	va_start(ap, fmt);
	vsnprintf(p->reason, sizeof p->reason, fmt, ap);
	va_end(ap);
}

static bool looks_like_tls(const struct probe_tls *t)
{
	return t->received == 0 || (t->first[0] >= 20 && t->first[0] <= 23 &&
				    (t->received < 2 || t->first[1] == 3));
}

/* The chain out of the messages; false: outcome is set. */
static bool read_chain(struct probe_tls *t)
{
	struct path *p = t->path;
	struct span all = buf_span(&p->storage), status = SPAN_NONE;
	bool tls13 = gnutls_protocol_get_version(t->session) == GNUTLS_TLS1_3, many;
	struct err e;

	if (buf_check(&p->storage, "the server's certificates", &e) != 0) {
		end(p, PATH_BROKEN, "%s", e.text);
		return false;
	}
	if (t->status_seen)
		status = span_of(all.p + t->certificate_n, t->status_n);
	if (probe_message_read(p, tls13, span_of(all.p, t->certificate_n), status, &many) != 0) {
		end(p, PATH_BROKEN, "the Certificate message is malformed");
		return false;
	}
	p->tls = tls13 ? PATH_TLS_1_3 : PATH_TLS_1_2;
	if (many)
		end(p, PATH_LIMIT, "more than %d certificates", LIMIT_CHAIN);
	return !many;
}

static enum key_kind leaf_kind(const struct path *p)
{
	struct cert c;
	struct err e;

	if (p->count == 0 || cert_decode(p->cert[0].der, &c, &e) != 0)
		return KEY_UNKNOWN;
	return c.key.kind;
}

/* A handshake that went wrong before a certificate came. */
static void refused(struct probe_tls *t, int rc, const struct probe_job *job)
{
	struct path *p = t->path;
	int alert = rc == GNUTLS_E_FATAL_ALERT_RECEIVED ? (int)gnutls_alert_get(t->session) : -1;

	if (alert == GNUTLS_A_HANDSHAKE_FAILURE || alert == GNUTLS_A_PROTOCOL_VERSION ||
	    alert == GNUTLS_A_INSUFFICIENT_SECURITY || rc == GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
		end(p, PATH_NOT_SERVED, "answered TLS %s with %s keys by %s", path_tls_text(job->tls),
		    job->key == KEY_UNKNOWN ? "any" : key_kind_text(job->key),
		    alert < 0 ? "another version" :
				gnutls_alert_get_name((gnutls_alert_description_t)alert));
	else if (alert >= 0)
		end(p, PATH_BROKEN, "the server sent the alert '%s'",
		    gnutls_alert_get_name((gnutls_alert_description_t)alert));
	else if (rc == GNUTLS_E_PREMATURE_TERMINATION || rc == GNUTLS_E_PULL_ERROR ||
		 rc == GNUTLS_E_PUSH_ERROR)
		end(p, PATH_BROKEN, t->received ? "the connection was closed in mid-handshake after %zu bytes" :
				"the connection was closed without an answer (%zu bytes)", t->received);
	else
		end(p, PATH_BROKEN, "the handshake broke: %s", gnutls_strerror(rc));
}

static void failed(struct probe_tls *t, int rc, const struct probe_job *job)
{
	struct path *p = t->path;
	bool empty = false, unreadable = false;
	enum key_kind kind;
	struct cert c;
	struct err why;

	if (t->over || rc == GNUTLS_E_HANDSHAKE_TOO_LARGE) {
		end(p, PATH_LIMIT, "the server sent more than %zu bytes in its handshake",
		    t->context->max_bytes);
		return;
	}
	if (!looks_like_tls(t)) {
		end(p, PATH_NOT_TLS, "the answer is not TLS: it begins with bytes %02x %02x %02x %02x",
		    t->first[0], t->first[1], t->first[2], t->first[3]);
		return;
	}
	if (!t->certificate_seen) {
		refused(t, rc, job);
		return;
	}
	if (!read_chain(t))
		return;
	for (size_t i = 0; i < p->count; i++) {
		empty = empty || (span_present(p->cert[i].staple) && p->cert[i].staple.n == 0);
		unreadable = unreadable || cert_decode(p->cert[i].der, &c, &why) != 0;
	}
	kind = leaf_kind(p);
	if (empty) /* the library gives up on it; a client sees what we saw */
		end(p, PATH_SERVED, "the handshake broke over a staple of zero length");
	else if (unreadable)
		end(p, PATH_SERVED, "the handshake broke over a certificate that cannot be read");
	else if (job->key != KEY_UNKNOWN && kind != KEY_UNKNOWN && probe_tls_key_group(kind) != probe_tls_key_group(job->key))
		end(p, PATH_NOT_SERVED, "answered an offer of %s keys with a certificate for %s",
		    key_kind_text(job->key), key_kind_text(kind));
	else if (t->asked_for_certificate)
		end(p, PATH_BROKEN, "the server wants a certificate from the client: %s",
		    gnutls_strerror(rc));
	else
		end(p, PATH_BROKEN, "the handshake broke behind the certificate: %s",
		    gnutls_strerror(rc));
}

enum probe_tls_step probe_tls_step(struct probe_tls *t, const struct probe_job *job)
{
	struct path *p = t->path;
	int rc;

	for (;;) {
		rc = gnutls_handshake(t->session);
		if (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED)
			return PROBE_TLS_AGAIN;
		if (rc == GNUTLS_E_WARNING_ALERT_RECEIVED && ++t->warnings <= MAX_WARNINGS)
			continue;
		break;
	}
	if (rc == GNUTLS_E_WARNING_ALERT_RECEIVED) {
		end(p, PATH_BROKEN, "more than %d warning alerts before the handshake was over",
		    MAX_WARNINGS);
	} else if (rc < 0) {
		failed(t, rc, job);
	} else if (!t->certificate_seen) {
		end(p, PATH_BROKEN, "the server sent no certificate");
	} else if (read_chain(t)) {
		if (p->count == 0)
			end(p, PATH_BROKEN, "the server sent an empty chain");
		else
			p->outcome = PATH_SERVED;
	}
	if (p->outcome == PATH_SERVED && job->key == KEY_UNKNOWN)
		p->key = leaf_kind(p);
	return PROBE_TLS_DONE;
}

bool probe_tls_alpn_refused(const struct probe_tls *t)
{
	return gnutls_alert_get(t->session) == GNUTLS_A_NO_APPLICATION_PROTOCOL;
}

bool probe_tls_is_http(const struct probe_tls *t)
{
	gnutls_datum_t d;

	return gnutls_alpn_get_selected_protocol(t->session, &d) == 0 &&
	       span_equal(span_of(d.data, d.size), span_str("http/1.1"));
}

static ptrdiff_t result(ssize_t n)
{
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return -2;
	return n < 0 ? -1 : n;
}

ptrdiff_t probe_tls_send(struct probe_tls *t, const void *p, size_t n)
{
	return result(gnutls_record_send(t->session, p, n));
}

ptrdiff_t probe_tls_receive(struct probe_tls *t, void *p, size_t n)
{
	return result(gnutls_record_recv(t->session, p, n));
}
