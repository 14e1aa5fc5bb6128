#include "crypto/request.h"

#include "facts/oid.h"
#include "ground/dermake.h"

#include <stdio.h>
#include <strings.h>

/* RFC 5280, 4.2.1.3; bit i is the row's number.  contentCommitment is X.509's later name. */
static const char *const key_usages[] = {
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly"};
#define KEY_USAGES (sizeof key_usages / sizeof key_usages[0])

/* RFC 5280, 4.2.1.12 and what else is asked for in requests. */
static const struct {
	const char *name, *oid;
} ekus[] = {
	{"serverAuth", "1.3.6.1.5.5.7.3.1"},      {"clientAuth", "1.3.6.1.5.5.7.3.2"},
	{"codeSigning", "1.3.6.1.5.5.7.3.3"},     {"emailProtection", "1.3.6.1.5.5.7.3.4"},
	{"timeStamping", "1.3.6.1.5.5.7.3.8"},    {"OCSPSigning", "1.3.6.1.5.5.7.3.9"},
};
#define EKUS (sizeof ekus / sizeof ekus[0])

/* The next word of a list separated by commas or blanks; false: there is none. */
static bool next_word(const char **list, char *word, size_t size)
{
	size_t n;

	*list += strspn(*list, ", ");
	n = strcspn(*list, ", ");
	if (n == 0)
		return false;
	snprintf(word, size, "%.*s", (int)(n < size ? n : size - 1), *list);
	*list += n;
	return true;
}

static int refuse(struct err *e, const char *option, const char *word, const char *const *known,
		  const char *more)
{
	char text[256] = "";

	for (size_t i = 0; known[i]; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "", known[i]);
	}
	return err_set(e, ERR_USAGE, "%s \"%s\": must be of: %s%s", option, word, text, more);
}

static int key_usage_bit(const char *word)
{
	if (strcasecmp(word, "contentCommitment") == 0)
		return 1;
	for (size_t i = 0; i < KEY_USAGES; i++)
		if (strcasecmp(word, key_usages[i]) == 0)
			return (int)i;
	return -1;
}

int request_add_key_usage(struct request *r, const char *words, struct err *e)
{
	const char *known[KEY_USAGES + 1] = {NULL};
	char word[64];

	for (size_t i = 0; i < KEY_USAGES; i++)
		known[i] = key_usages[i];
	if (!next_word(&words, word, sizeof word))
		return refuse(e, "key usage", "", known, "");
	do {
		int bit = key_usage_bit(word);

		if (bit < 0)
			return refuse(e, "key usage", word, known, "");
		r->key_usage = (uint16_t)(r->key_usage | 1u << bit);
	} while (next_word(&words, word, sizeof word));
	return 0;
}

void request_key_usage_text(uint16_t bits, struct buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < KEY_USAGES; i++)
		if (bits & 1u << i) {
			buf_printf(out, "%s%s", comma, key_usages[i]);
			comma = ",";
		}
}

static int add_one_eku(struct request *r, const char *word, struct err *e)
{
	const char *dotted = word, *known[EKUS + 1] = {NULL};
	struct buf oid;
	struct span seen = buf_span(&r->eku), content;
	bool twice = false;
	int rc = 0;

	for (size_t i = 0; i < EKUS; i++) {
		known[i] = ekus[i].name;
		if (strcasecmp(word, ekus[i].name) == 0)
			dotted = ekus[i].oid;
	}
	buf_init(&oid);
	if (oid_parse(dotted, strlen(dotted), &oid) != 0)
		rc = refuse(e, "extended key usage", word, known, ", or a dotted OID");
	while (rc == 0 && der_get(&seen, DER_OID, &content) == 0)
		twice = twice || span_equal(content, buf_span(&oid));
	if (rc == 0 && !twice)
		dermake_add(&r->eku, DER_OID, buf_span(&oid));
	buf_wipe(&oid);
	return rc;
}

int request_add_eku(struct request *r, const char *words, struct err *e)
{
	char word[128];

	if (!next_word(&words, word, sizeof word))
		return add_one_eku(r, "", e);
	do {
		if (add_one_eku(r, word, e) != 0)
			return -1;
	} while (next_word(&words, word, sizeof word));
	return buf_check(&r->eku, "extended key usage", e);
}
