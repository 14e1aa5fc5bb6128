#include "facts/mistaken.h"

#include "facts/shape.h"
#include "ground/pem.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a file may turn out to be; the shapes of DER come first and as they are. */
enum kind {
	KIND_UNKNOWN, KIND_CERTIFICATE, KIND_REQUEST, KIND_STAPLE, KIND_OCSP_REQUEST, KIND_CRL,
	KIND_PKCS7, KIND_PKCS12, KIND_KEY, KIND_ENCRYPTED_KEY, KIND_PUBLIC_KEY, KIND_OPENSSH,
	KIND_JKS, KIND_MARKUP, KIND_BASE64, KIND_TEXT, KIND_EMPTY, KIND_UTF16,
	KIND_BINARY, KIND_COUNT
};

static const char *const texts[KIND_COUNT] = {
	[KIND_CERTIFICATE] = "a certificate",
	[KIND_REQUEST] = "a certificate request",
	[KIND_STAPLE] = "an OCSP response",
	[KIND_OCSP_REQUEST] = "an OCSP request",
	[KIND_CRL] = "a certificate revocation list",
	[KIND_PKCS7] = "a PKCS#7 container",
	[KIND_PKCS12] = "a PKCS#12 key store",
	[KIND_KEY] = "a private key",
	[KIND_ENCRYPTED_KEY] = "an encrypted private key",
	[KIND_PUBLIC_KEY] = "a public key",
	[KIND_OPENSSH] = "a private key of OpenSSH",
	[KIND_JKS] = "a Java key store",
	[KIND_MARKUP] = "a page of HTML or XML",
	[KIND_BASE64] = "bare base64",
	[KIND_TEXT] = "a text file",
	[KIND_EMPTY] = "nothing at all",
	[KIND_UTF16] = "a text in UTF-16",
	[KIND_BINARY] = "data that is neither PEM nor DER",
};

static const struct {
	enum shape shape;
	enum kind kind;
} shapes[] = {
	{SHAPE_CERTIFICATE, KIND_CERTIFICATE},   {SHAPE_REQUEST, KIND_REQUEST},
	{SHAPE_OCSP_RESPONSE, KIND_STAPLE},      {SHAPE_OCSP_REQUEST, KIND_OCSP_REQUEST},
	{SHAPE_CRL, KIND_CRL},                   {SHAPE_PKCS7, KIND_PKCS7},
	{SHAPE_PKCS12, KIND_PKCS12},             {SHAPE_PRIVATE_KEY, KIND_KEY},
	{SHAPE_ENCRYPTED_KEY, KIND_ENCRYPTED_KEY}, {SHAPE_PUBLIC_KEY, KIND_PUBLIC_KEY},
};

static enum kind kind_of_shape(enum shape s)
{
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		if (shapes[i].shape == s)
			return shapes[i].kind;
	return KIND_UNKNOWN;
}

/* The first block that has a name ("EC PARAMETERS" before a key has none); `wanted` beats it. */
static enum kind kind_of_pem(struct span file, enum kind wanted)
{
	enum kind first = KIND_UNKNOWN, k;
	struct pem_block b;

	while (pem_next(&file, true, &b) == PEM_BLOCK) {
		k = span_equal(b.label, span_str("OPENSSH PRIVATE KEY"))
			    ? KIND_OPENSSH : kind_of_shape(shape_of_label(b.label));
		if (k == wanted && k != KIND_UNKNOWN)
			return k;
		if (first == KIND_UNKNOWN)
			first = k;
	}
	return first;
}

static enum kind kind_of_text(struct span file)
{
	bool base64 = true;
	size_t at = 0;

	while (at < file.n && isspace(file.p[at]))
		at++;
	if (at == file.n)
		return KIND_EMPTY;
	for (size_t i = at; i < file.n; i++) {
		unsigned char c = file.p[i];

		if (c == 0 || (c < ' ' && !isspace(c)) || c == 0x7f)
			return KIND_UNKNOWN;
		if (!isalnum(c) && c != '+' && c != '/' && c != '=' && !isspace(c))
			base64 = false;
	}
	if (file.p[at] == '<')
		return KIND_MARKUP;
	/* DER of more than 127 bytes begins so */
	return base64 && file.n - at > 64 && memcmp(file.p + at, "MI", 2) == 0 ? KIND_BASE64 : KIND_TEXT;
}

/* Neither text nor of a known shape.  All that is wanted is a SEQUENCE (0x30), sound or damaged. */
static enum kind kind_of_rest(struct span file)
{
	static const char *const marks[] = {"\xff\xfe", "\xfe\xff", "-\0", "\0-"};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (file.n >= 2 && file.n % 2 == 0 && memcmp(file.p, marks[i], 2) == 0)
			return KIND_UTF16;
	return file.p[0] == 0x30 ? KIND_UNKNOWN : KIND_BINARY;
}

static enum kind kind_of(struct span file, enum kind wanted)
{
	enum kind k;

	if (pem_present(file))
		return kind_of_pem(file, wanted);
	if (file.n >= 4 && (memcmp(file.p, "\xfe\xed\xfe\xed", 4) == 0 ||
			    memcmp(file.p, "\xce\xce\xce\xce", 4) == 0))
		return KIND_JKS;
	k = kind_of_shape(shape_of(file));
	if (k == KIND_UNKNOWN)
		k = kind_of_text(file);
	return k == KIND_UNKNOWN ? kind_of_rest(file) : k;
}

const char *mistaken_text(struct span file)
{
	return texts[kind_of(file, KIND_UNKNOWN)];
}

/* What is wanted, and what to do when something else came. */
static const struct wanted {
	enum kind kind, also;
	const char *what;
	const char *hints[KIND_COUNT];
	const char *other; /* for all else */
} wanted_table[] = {
	[MISTAKEN_FOR_CERTIFICATE] = {
		KIND_CERTIFICATE, KIND_PKCS7, "certificate",
		{[KIND_KEY] = "give the certificate that belongs to it",
		 [KIND_ENCRYPTED_KEY] = "give the certificate that belongs to it",
		 [KIND_REQUEST] = "give the certificate that the CA made of it",
		 [KIND_STAPLE] = "give the certificate that it speaks for (staple-inspect shows what it says)",
		 [KIND_CRL] = "staple-inspect shows what it says",
		 [KIND_PKCS12] = "take the certificates out with 'openssl pkcs12 -nokeys -in FILE' "
				 "(staple-inspect and staple-inventory read it as it is)",
		 [KIND_JKS] = "take the certificate out with 'keytool -exportcert -rfc -alias NAME -keystore "
			      "FILE' (staple-inspect and staple-inventory read it as it is)",
		 [KIND_MARKUP] = "what was downloaded is no certificate but a page about it, or an error",
		 [KIND_BASE64] = "decode it with 'base64 -d', or put BEGIN and END lines around it",
		 [KIND_UTF16] = "convert it to UTF-8",
		 [KIND_TEXT] = "give a file in PEM or DER (a policy goes with --policy)"},
		"give a certificate in PEM or DER"},
	[MISTAKEN_FOR_STORE] = {
		KIND_CERTIFICATE, KIND_PKCS7, "certificate",
		{[KIND_KEY] = "give the certificate that belongs to it",
		 [KIND_ENCRYPTED_KEY] = "give the certificate that belongs to it",
		 [KIND_PKCS12] = "it holds keys only",
		 [KIND_JKS] = "it holds keys only",
		 [KIND_MARKUP] = "what was downloaded is no certificate but a page about it, or an error",
		 [KIND_BASE64] = "decode it with 'base64 -d', or put BEGIN and END lines around it",
		 [KIND_UTF16] = "convert it to UTF-8",
		 [KIND_TEXT] = "give a file in PEM or DER (a policy goes with --policy)"},
		"give a file that holds certificates"},
	[MISTAKEN_FOR_KEY] = {
		KIND_KEY, KIND_ENCRYPTED_KEY, "private key",
		{[KIND_CERTIFICATE] = "give the key that belongs to it",
		 [KIND_REQUEST] = "give the key that it was made with",
		 [KIND_PUBLIC_KEY] = "give the private half",
		 [KIND_PKCS12] = "take the key out with 'openssl pkcs12 -nocerts -in FILE'",
		 [KIND_OPENSSH] = "turn it into PKCS#8 with 'ssh-keygen -p -m PKCS8 -f FILE'",
		 [KIND_UTF16] = "convert it to UTF-8"},
		"give a private key in PEM or DER"},
	[MISTAKEN_FOR_REQUEST] = {
		KIND_REQUEST, KIND_REQUEST, "certificate request",
		{[KIND_CERTIFICATE] = "give the request that the CA made it of",
		 [KIND_KEY] = "give the request that was made with it",
		 [KIND_ENCRYPTED_KEY] = "give the request that was made with it",
		 [KIND_UTF16] = "convert it to UTF-8"},
		"give a PKCS#10 request in PEM or DER"},
	[MISTAKEN_FOR_STAPLE] = {
		KIND_STAPLE, KIND_STAPLE, "OCSP response",
		{[KIND_CERTIFICATE] = "give the staple that staple-fetch gets for it",
		 [KIND_OCSP_REQUEST] = "give what the responder answered to it",
		 [KIND_MARKUP] = "the responder, or something before it, answered with a page",
		 [KIND_UTF16] = "convert it to UTF-8"},
		"give the response that the responder sent, in DER or PEM"},
	[MISTAKEN_FOR_POLICY] = {
		KIND_TEXT, KIND_EMPTY, "policy", {NULL}, "a policy is a text, as staple-policy(5) tells"},
	[MISTAKEN_FOR_SOURCE] = {
		KIND_CERTIFICATE, KIND_REQUEST, "certificate or request", {NULL},
		"give the certificate that is to be renewed, or a request like the new one"},
};

bool mistaken(enum mistaken_for wanted, struct span file, const char *name, struct err *e)
{
	const struct wanted *w = &wanted_table[wanted];
	enum kind k = kind_of(file, w->kind);

	if (k == KIND_UNKNOWN || k == w->kind || k == w->also)
		return false;
	err_set(e, ERR_PARSE, "%s: no %s in it, but %s: %s", name, w->what, texts[k],
		w->hints[k] ? w->hints[k] : w->other);
	return true;
}

bool mistaken_file(const char *name)
{
	static const char *const ends[] = {".pem", ".crt", ".cer", ".der", ".csr", ".key", ".ocsp",
					   ".p12", ".pfx", ".p7b", ".p7c", ".jks", ".crl", ".txt"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof ends / sizeof ends[0]; i++)
		if (strcasecmp(dot, ends[i]) == 0)
			return true;
	return false;
}

static bool server_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	if (strstr(name, "://"))
		return true;
	if (strchr(name, '/'))
		return false;
	if (colon && colon != name && colon[1] && colon[1 + strspn(colon + 1, "0123456789")] == '\0')
		return true;
	return strchr(name, '.') && !mistaken_file(name);
}

void mistaken_server(const char *name, const char *prefix, struct err *e)
{
	if (e->code == ERR_NOT_FOUND && server_name(name))
		err_set(e, ERR_NOT_FOUND, "%s%sNo such file or directory; a server? staple-gate judges "
			"servers, staple-inspect describes them", prefix ? prefix : "",
			prefix ? ": " : "");
}
