/* XMPP, RFC 6120, 5: looked at as text, for there is nothing else in it yet. */
#include "net/starttls_step.h"

static bool has(struct starttls_talk *t, const char *text)
{
	return strstr(buf_cstr(&t->in), text) != NULL;
}

static void xmpp_step(struct starttls_talk *t, const char *ns)
{
	if (t->stage == 0) {
		buf_printf(&t->out, "<?xml version='1.0'?><stream:stream xmlns='%s' "
			   "xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>", ns,
			   t->host);
		t->stage = 1;
		return;
	}
	if (t->in.n > 0 && t->in.p[0] != '<' && t->in.p[0] != ' ' && t->in.p[0] != '\r' &&
	    t->in.p[0] != '\n') {
		starttls_end(t, STARTTLS_GARBAGE, "XML expected, but met byte 0x%02x", t->in.p[0]);
		return;
	}
	if (has(t, "<stream:error")) {
		starttls_end(t, STARTTLS_REFUSED, "the server ended the stream with an error");
	} else if (t->stage == 1 && (has(t, "</stream:features>") || has(t, "<stream:features/>"))) {
		if (!has(t, "<starttls")) {
			starttls_end(t, STARTTLS_REFUSED, "the server does not offer STARTTLS");
			return;
		}
		buf_add_str(&t->out, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
		starttls_consume(t, t->in.n);
		t->stage = 2;
	} else if (t->stage == 2 && has(t, "<failure")) {
		starttls_end(t, STARTTLS_REFUSED, "the server answered STARTTLS with a failure");
	} else if (t->stage == 2 && has(t, "<proceed")) {
		const char *text = buf_cstr(&t->in), *p = strchr(strstr(text, "<proceed"), '>');

		if (!p)
			return;
		if (p[-1] != '/') /* <proceed ...></proceed> */
			p = strstr(p, "</proceed>") ? strstr(p, "</proceed>") + 9 : NULL;
		if (!p)
			return;
		starttls_consume(t, (size_t)(p + 1 - text));
		starttls_go(t);
	}
}

void starttls_xmpp(struct starttls_talk *t)
{
	xmpp_step(t, "jabber:client");
}

void starttls_xmpp_server(struct starttls_talk *t)
{
	xmpp_step(t, "jabber:server");
}
