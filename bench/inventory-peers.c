/*
 * What staple-inventory is measured against, each as a user would write it:
 *
 *	inventory-peers gnutls FILE    gnutls_x509_crt_list_import2, then the getters of each
 *	inventory-peers gnutls-tree DIR  gnutls_x509_crt_import of every file two folders deep, getters
 *	inventory-peers floor FILE     read, decode base64 with nothing checked, SHA-256 of each
 *	inventory-peers files DIR      open, read, close of every file two folders deep
 *	inventory-peers forget DIR     the same files are dropped from the page cache
 */
#include <dirent.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void get_all(gnutls_x509_crt_t cert)
{
	gnutls_x509_tlsfeatures_t features;
	gnutls_datum_t data = {NULL, 0};
	char text[4096], hash[64];
	size_t size = sizeof text, hash_size = sizeof hash;
	unsigned critical, bits, type;

	gnutls_x509_crt_get_dn(cert, text, &size);
	size = sizeof text;
	gnutls_x509_crt_get_issuer_dn(cert, text, &size);
	size = sizeof text;
	gnutls_x509_crt_get_serial(cert, text, &size);
	gnutls_x509_crt_get_activation_time(cert);
	gnutls_x509_crt_get_expiration_time(cert);
	gnutls_x509_crt_get_pk_algorithm(cert, &bits);
	gnutls_x509_crt_get_signature_algorithm(cert);
	for (unsigned k = 0;; k++) {
		size = sizeof text;
		if (gnutls_x509_crt_get_subject_alt_name2(cert, k, text, &size, &type, NULL) < 0)
			break;
	}
	gnutls_x509_crt_get_authority_info_access(cert, 0, GNUTLS_IA_OCSP_URI, &data, NULL);
	gnutls_free(data.data);
	gnutls_x509_tlsfeatures_init(&features);
	gnutls_x509_crt_get_tlsfeatures(cert, features, 0, &critical);
	gnutls_x509_tlsfeatures_deinit(features);
	gnutls_x509_crt_get_fingerprint(cert, GNUTLS_DIG_SHA256, hash, &hash_size);
}

static int with_gnutls(const char *file)
{
	gnutls_x509_crt_t *certs;
	gnutls_datum_t data;
	unsigned n = 0;

	if (gnutls_load_file(file, &data) < 0 ||
	    gnutls_x509_crt_list_import2(&certs, &n, &data, GNUTLS_X509_FMT_PEM, 0) < 0)
		return 2;
	for (unsigned i = 0; i < n; i++)
		get_all(certs[i]);
	printf("%u\n", n);
	return 0;
}

static uint32_t tables[4][256];

static void make_tables(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < 64; i++) {
		unsigned char c = (unsigned char)digits[i];

		tables[0][c] = i << 2;
		tables[1][c] = i >> 4 | (i & 15) << 12;
		tables[2][c] = i >> 2 << 8 | (i & 3) << 22;
		tables[3][c] = i << 16;
	}
}

static size_t decode(const unsigned char *p, const unsigned char *end, unsigned char *out)
{
	unsigned char *to = out;

	while (p + 4 <= end) {
		uint32_t v;

		if (*p == '\n') {
			p++;
			continue;
		}
		v = tables[0][p[0]] | tables[1][p[1]] | tables[2][p[2]] | tables[3][p[3]];
		memcpy(to, &v, 4);
		to += p[3] == '=' ? p[2] == '=' ? 1 : 2 : 3;
		p += 4;
	}
	return (size_t)(to - out);
}

static int floor_of(const char *file)
{
	static unsigned char window[1 << 20], der[1 << 20], hash[32];
	int fd = open(file, O_RDONLY);
	size_t have = 0, count = 0;
	ssize_t n;

	make_tables();
	while ((n = read(fd, window + have, sizeof window - have)) > 0 || have > 0) {
		unsigned char *at = window, *begin, *end, *line;

		have += n > 0 ? (size_t)n : 0;
		while ((begin = memmem(at, have - (size_t)(at - window), "-----BEGIN", 10)) &&
		       (line = memchr(begin, '\n', have - (size_t)(begin - window))) &&
		       (end = memmem(line, have - (size_t)(line - window), "-----END", 8))) {
			gnutls_hash_fast(GNUTLS_DIG_SHA256, der, decode(line + 1, end, der), hash);
			count++;
			at = end + 8;
		}
		have -= (size_t)(at - window);
		memmove(window, at, have);
		if (n <= 0)
			break;
	}
	printf("%zu\n", count);
	return 0;
}

static size_t read_file(int fd)
{
	static char content[1 << 16];

	return read(fd, content, sizeof content) > 0;
}

static size_t import_file(int fd)
{
	static unsigned char content[1 << 16];
	ssize_t n = read(fd, content, sizeof content);
	gnutls_datum_t data = {content, n > 0 ? (unsigned)n : 0};
	gnutls_x509_crt_t cert;
	size_t good;

	gnutls_x509_crt_init(&cert);
	good = gnutls_x509_crt_import(cert, &data, GNUTLS_X509_FMT_PEM) >= 0;
	if (good)
		get_all(cert);
	gnutls_x509_crt_deinit(cert);
	return good;
}

static size_t forget_file(int fd)
{
	return posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
}

static int files_of(const char *dir, size_t (*take)(int fd))
{
	DIR *top = opendir(dir);
	struct dirent *d, *x;
	size_t count = 0;

	while (top && (d = readdir(top))) {
		int fd = d->d_name[0] == '.' ? -1 : openat(dirfd(top), d->d_name, O_RDONLY | O_DIRECTORY);
		DIR *sub = fd < 0 ? NULL : fdopendir(fd);

		while (sub && (x = readdir(sub))) {
			int file = x->d_name[0] == '.' ? -1 : openat(fd, x->d_name, O_RDONLY);

			if (file < 0)
				continue;
			count += take(file);
			close(file);
		}
		if (sub)
			closedir(sub);
	}
	printf("%zu\n", count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "gnutls") == 0)
		return with_gnutls(argv[2]);
	if (argc == 3 && strcmp(argv[1], "floor") == 0)
		return floor_of(argv[2]);
	if (argc == 3 && strcmp(argv[1], "files") == 0)
		return files_of(argv[2], read_file);
	if (argc == 3 && strcmp(argv[1], "gnutls-tree") == 0)
		return files_of(argv[2], import_file);
	if (argc == 3 && strcmp(argv[1], "forget") == 0)
		return files_of(argv[2], forget_file);
	fputs("usage: inventory-peers gnutls|floor FILE, files|gnutls-tree|forget DIR\n", stderr);
	return 2;
}
