/* Behind the handshake: what the server says of itself in HTTP. */
#include "net/probe_connection.h"

#include <stdio.h>
#include <strings.h>

/* Headers of an answer to HEAD: Alt-Svc stands early or not at all. */
#define MAX_HTTP 16384u
/* Connections that wait for one at once: it is a courtesy, and costs a session's memory. */
#define MAX_ASKING 32

bool connection_may_ask(const struct connection *c)
{
	return c->context->asking < MAX_ASKING && probe_tls_is_http(&c->tls);
}

void connection_ask_http(struct connection *c)
{
	char text[512];
	int n = snprintf(text, sizeof text,
			 "HEAD / HTTP/1.1\r\nHost: %s\r\nUser-Agent: staple-gate\r\nConnection: close\r\n\r\n",
			 c->path.sni[0] ? c->path.sni : "localhost");

	if (probe_tls_send(&c->tls, text, (size_t)n) != n) {
		c->stage = CONNECTION_OVER;
	} else {
		c->stage = CONNECTION_HTTP;
		c->context->asking++;
		c->asking = true;
	}
}

/* "Alt-Svc: ... h3" (RFC 7838). */
static bool names_http3(const char *p, const char *end)
{
	for (; p + 2 < end; p++)
		if (memcmp(p, "h3", 2) == 0 && (p[2] == '=' || p[2] == '-'))
			return true;
	return false;
}

static void read_headers(struct connection *c)
{
	const char *line = buf_cstr(&c->http), *end;
	size_t n;

	for (; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (strncasecmp(line, "alt-svc:", 8) == 0) {
			c->path.offers_udp = c->path.offers_udp || names_http3(line + 8, end);
		} else if (strncasecmp(line, "server:", 7) == 0) {
			line += 7 + strspn(line + 7, " ");
			n = strcspn(line, "\r\n");
			snprintf(c->path.server, sizeof c->path.server, "%.*s",
				 (int)(n < sizeof c->path.server ? n : sizeof c->path.server - 1), line);
		}
	}
}

bool connection_read_http(struct connection *c)
{
	char bytes[4096];
	ptrdiff_t n;

	while ((n = probe_tls_receive(&c->tls, bytes, sizeof bytes)) > 0) {
		buf_add_bytes(&c->http, bytes, (size_t)n);
		if (c->http.n >= MAX_HTTP || strstr(buf_cstr(&c->http), "\r\n\r\n")) {
			n = 0;
			break;
		}
	}
	if (n == -2)
		return false;
	read_headers(c);
	c->stage = CONNECTION_OVER;
	return true;
}
