#include "tools/csr_options.h"

#include "crypto/pkcs11.h"

#include <stdlib.h>

struct csr_options csr_options;

static struct poptOption key_options[] = {
	{"new-key", '\0', POPT_ARG_STRING, &csr_options.new_key, 0,
	 "make a new key: rsa-2048 rsa-3072 rsa-4096 ecdsa-p256 (default) ecdsa-p384 ecdsa-p521 "
	 "ed25519 ed448", "ALG"},
	{"out-key", '\0', POPT_ARG_STRING, &csr_options.out_key, 0,
	 "where the new key goes: PKCS#8 PEM, mode 0600", "FILE"},
	{"key", '\0', POPT_ARG_STRING, &csr_options.key, 0, "use this private key", "FILE|pkcs11:URL"},
	{"encrypt-key", '\0', POPT_ARG_NONE, &csr_options.encrypt_key, 0,
	 "encrypt the new key; asks for a password", NULL},
	{"password-file", '\0', POPT_ARG_STRING, &csr_options.password_file, 0,
	 "the key's password is its first line (a new key is encrypted with it)", "FILE"},
	{"pin-file", '\0', POPT_ARG_STRING, &csr_options.pin_file, 0,
	 "the token's PIN is its first line", "FILE"},
	POPT_TABLEEND};
static struct poptOption name_options[] = {
	{"dns", '\0', POPT_ARG_STRING, NULL, CSR_DNS, "a DNS name (repeatable)", "NAME"},
	{"ip", '\0', POPT_ARG_STRING, NULL, CSR_IP, "an IP address (repeatable)", "ADDRESS"},
	{"email", '\0', POPT_ARG_STRING, NULL, CSR_EMAIL, "an e-mail address (repeatable)", "ADDRESS"},
	{"uri", '\0', POPT_ARG_STRING, NULL, CSR_URI, "a URI (repeatable)", "URI"},
	{"subject", '\0', POPT_ARG_STRING, &csr_options.subject, 0,
	 "the subject (RFC 4514); default: CN is the first DNS name", "DN"},
	{"from", '\0', POPT_ARG_STRING, &csr_options.from, 0,
	 "take names and subject from this certificate or request", "FILE"},
	{"carry", '\0', POPT_ARG_STRING, NULL, CSR_CARRY,
	 "take these from it too: features, key-usage, eku, all", "WHAT[,...]"},
	POPT_TABLEEND};
static struct poptOption wish_options[] = {
	{"no-must-staple", '\0', POPT_ARG_NONE, &csr_options.no_must_staple, 0,
	 "do not ask for Must-Staple", NULL},
	{"feature", '\0', POPT_ARG_STRING, NULL, CSR_FEATURE,
	 "ask for this TLS feature too (repeatable); Firefox refuses all but 5", "NUMBER"},
	{"key-usage", '\0', POPT_ARG_STRING, NULL, CSR_KEY_USAGE,
	 "ask for these key usages (digitalSignature, ...)", "USAGE[,...]"},
	{"eku", '\0', POPT_ARG_STRING, NULL, CSR_EKU,
	 "ask for these extended key usages (serverAuth, ..., or OIDs)", "USAGE[,...]"},
	{"ca", '\0', POPT_ARG_STRING, &csr_options.ca, 0,
	 "stop when this CA's record says that it will not honour the request", "ID"},
	POPT_TABLEEND};
static struct poptOption out_options[] = {
	{"out", '\0', POPT_ARG_STRING, &csr_options.out, 0,
	 "where the request goes (default and -: standard output)", "FILE"},
	{"der", '\0', POPT_ARG_NONE, &csr_options.der, 0, "write the request as DER, not PEM", NULL},
	{"batch", '\0', POPT_ARG_STRING, &csr_options.batch, 0,
	 "a request for each line of names, with its own new key (-: standard input)", "FILE"},
	{"out-dir", '\0', POPT_ARG_STRING, &csr_options.out_dir, 0,
	 "where --batch puts NAME.key and NAME.csr; made when it is missing", "DIR"},
	{"force", '\0', POPT_ARG_NONE, &csr_options.force, 0,
	 "replace an existing key file; go on against a CA record", NULL},
	POPT_TABLEEND};

const struct poptOption csr_option_table[] = {
	TOOL_GROUP("Key:", key_options),
	TOOL_GROUP("Names:", name_options),
	TOOL_GROUP("What is asked for:", wish_options),
	TOOL_GROUP("Where it goes:", out_options),
	POPT_TABLEEND};

int csr_option_add(struct tool_run *run, int val, const char *arg)
{
	struct csr_options *o = &csr_options;
	void *grown = array_grow(o->repeated, o->repeated_count, &o->repeated_cap, sizeof *o->repeated);

	if (!grown)
		return tool_usage(run, "out of memory");
	o->repeated = grown;
	/* popt hands out what is ours to free. */
	o->repeated[o->repeated_count++] = (struct csr_option){val, (char *)(uintptr_t)arg};
	return 0;
}

void csr_options_wipe(void)
{
	for (size_t i = 0; i < csr_options.repeated_count; i++)
		free(csr_options.repeated[i].arg);
	free(csr_options.repeated);
	csr_options.repeated = NULL;
	csr_options.repeated_count = csr_options.repeated_cap = 0;
}

static bool given(int what)
{
	for (size_t i = 0; i < csr_options.repeated_count; i++)
		if (csr_options.repeated[i].what == what)
			return true;
	return false;
}

static int check_batch(struct tool_run *run, size_t names)
{
	const struct csr_options *o = &csr_options;

	if (!o->out_dir)
		return tool_usage(run, "--batch needs --out-dir: the folder for NAME.key and NAME.csr");
	if (names > 0 || given(CSR_DNS) || given(CSR_IP) || given(CSR_EMAIL) || given(CSR_URI))
		return tool_usage(run, "--batch takes its names from the file, not from the command line");
	if (o->key)
		return tool_usage(run, "--batch and --key exclude each other: each request gets a new key");
	if (o->out || o->out_key)
		return tool_usage(run, "--batch names its files itself: not with %s",
				  o->out ? "--out" : "--out-key");
	if (o->subject || o->from)
		return tool_usage(run, "--batch and %s exclude each other",
				  o->subject ? "--subject" : "--from");
	return 0;
}

static int check_key(struct tool_run *run)
{
	const struct csr_options *o = &csr_options;
	const char *of_new_key = o->new_key ? "--new-key" : o->out_key ? "--out-key" : "--encrypt-key";

	if (o->key && (o->new_key || o->out_key || o->encrypt_key))
		return tool_usage(run, "--key and %s exclude each other: use a key, or make one",
				  of_new_key);
	if (!o->key && !o->out_key)
		return tool_usage(run, o->new_key ? "--new-key needs --out-key: where the key goes" :
				  "no key: give --key to use one, or --out-key to make a new one");
	if (o->out_key && strcmp(o->out_key, "-") == 0)
		return tool_usage(run, "--out-key -: a private key is not written to standard output");
	if (o->pin_file && !(o->key && pkcs11_is_url(o->key)))
		return tool_usage(run, "--pin-file is for --key pkcs11:URL");
	return 0;
}

int csr_options_check(struct tool_run *run, size_t names)
{
	const struct csr_options *o = &csr_options;

	if (o->batch)
		return check_batch(run, names);
	if (o->out_dir)
		return tool_usage(run, "--out-dir is for --batch");
	if (run->jobs_given)
		return tool_usage(run, "--jobs is for --batch");
	if (given(CSR_CARRY) && !o->from)
		return tool_usage(run, "--carry is for --from");
	if (strcmp(run->format, "json") == 0 && !run->output && (!o->out || strcmp(o->out, "-") == 0))
		return tool_usage(run, "--format json needs --out FILE (or --output): the report goes to "
				       "standard output");
	if (names == 0 && !o->from && !given(CSR_DNS) && !given(CSR_IP) && !given(CSR_EMAIL) &&
	    !given(CSR_URI))
		return tool_usage(run, "no name given: what shall the certificate be for?");
	return check_key(run);
}
