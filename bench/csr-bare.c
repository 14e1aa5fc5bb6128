/*
 * csr-bare: the GnuTLS calls that a request takes, and nothing else.  The floor of bench/csr.
 *
 *	csr-bare ALG COUNT DIR     COUNT keys and requests, each written to two files
 *	csr-bare ALG COUNT         COUNT keys, nothing else
 */
#include <gnutls/abstract.h>
#include <gnutls/x509-ext.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(int rc, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "csr-bare: %s: %s\n", what, gnutls_strerror(rc));
		exit(2);
	}
}

static const struct {
	const char *name;
	gnutls_pk_algorithm_t pk;
	unsigned bits;
	gnutls_digest_algorithm_t digest;
} algorithms[] = {
	{"rsa-2048", GNUTLS_PK_RSA, 2048, GNUTLS_DIG_SHA256},
	{"rsa-3072", GNUTLS_PK_RSA, 3072, GNUTLS_DIG_SHA256},
	{"rsa-4096", GNUTLS_PK_RSA, 4096, GNUTLS_DIG_SHA256},
	{"ecdsa-p256", GNUTLS_PK_EC, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), GNUTLS_DIG_SHA256},
	{"ed25519", GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519),
	 GNUTLS_DIG_SHA512},
};

static void save(const char *dir, int i, const char *ending, int mode, gnutls_datum_t *pem)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/host%d.example.com.%s", dir, i, ending);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd < 0 || write(fd, pem->data, pem->size) != (ssize_t)pem->size || close(fd) != 0) {
		perror(path);
		exit(2);
	}
	gnutls_free(pem->data);
}

static void request(gnutls_x509_privkey_t key, gnutls_digest_algorithm_t digest, int i, const char *dir)
{
	gnutls_datum_t pem;
	gnutls_x509_crq_t crq;
	gnutls_x509_tlsfeatures_t features;
	gnutls_privkey_t signer;
	char name[64];

	snprintf(name, sizeof name, "host%d.example.com", i);
	must(gnutls_x509_crq_init(&crq), "crq_init");
	must(gnutls_x509_crq_set_version(crq, 1), "version");
	must(gnutls_x509_crq_set_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, name,
					   (unsigned)strlen(name)), "subject");
	must(gnutls_x509_crq_set_subject_alt_name(crq, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name),
						  GNUTLS_FSAN_SET), "name");
	must(gnutls_x509_tlsfeatures_init(&features), "features");
	must(gnutls_x509_tlsfeatures_add(features, 5), "feature");
	must(gnutls_x509_crq_set_tlsfeatures(crq, features), "set features");
	must(gnutls_x509_crq_set_key(crq, key), "key");
	must(gnutls_privkey_init(&signer), "privkey");
	must(gnutls_privkey_import_x509(signer, key, 0), "import");
	must(gnutls_x509_crq_privkey_sign(crq, signer, digest, 0), "sign");
	must(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
	     "export key");
	save(dir, i, "key", 0600, &pem);
	must(gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_PEM, &pem), "export");
	save(dir, i, "csr", 0644, &pem);
	gnutls_privkey_deinit(signer);
	gnutls_x509_tlsfeatures_deinit(features);
	gnutls_x509_crq_deinit(crq);
}

int main(int argc, char **argv)
{
	size_t a = 0;
	int count = argc > 2 ? atoi(argv[2]) : 0;

	while (argc > 2 && a < 5 && strcmp(algorithms[a].name, argv[1]) != 0)
		a++;
	if (argc < 3 || a == 5) {
		fprintf(stderr, "usage: csr-bare ALG COUNT [DIR]\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		gnutls_x509_privkey_t key;

		must(gnutls_x509_privkey_init(&key), "key");
		must(gnutls_x509_privkey_generate(key, algorithms[a].pk, algorithms[a].bits, 0),
		     "generate");
		if (argc > 3)
			request(key, algorithms[a].digest, i, argv[3]);
		gnutls_x509_privkey_deinit(key);
	}
	return 0;
}
