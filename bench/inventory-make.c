/*
 * Makes distinct certificates that look like real ones, for bench/inventory: kinds, sizes and
 * extensions as in the field (55 % P-256, 5 % P-384, 35 % RSA 2048, 5 % RSA 4096; 3 to 10 DNS
 * names, AIA, SKI, AKI, policies, half of them CRL points, an SCT list; 10 % Must-Staple).
 * Signatures and RSA moduli are random numbers, and all points are the curve's generator: an
 * inventory looks at neither.
 *
 *	inventory-make bundle COUNT >FILE      PEM
 *	inventory-make pkcs7 COUNT >FILE       PKCS#7, DER
 *	inventory-make tree COUNT DIR          DIR/NNN/NNNNNN.pem, 200 in a folder
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint8_t out[65536];
static size_t len;
static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1du;
}

static void add(const void *p, size_t n)
{
	memcpy(out + len, p, n);
	len += n;
}

static void random_bytes(size_t n)
{
	while (n--)
		out[len++] = (uint8_t)(rnd() >> 40);
}

/* Puts a header before everything since `from`. */
static void wrap(uint8_t tag, size_t from)
{
	uint8_t head[5] = {tag};
	size_t n = len - from, h = 2;

	if (n < 128) {
		head[1] = (uint8_t)n;
	} else if (n < 256) {
		head[1] = 0x81, head[2] = (uint8_t)n, h = 3;
	} else if (n < 65536) {
		head[1] = 0x82, head[2] = (uint8_t)(n >> 8), head[3] = (uint8_t)n, h = 4;
	} else {
		head[1] = 0x83, head[2] = (uint8_t)(n >> 16), head[3] = (uint8_t)(n >> 8);
		head[4] = (uint8_t)n, h = 5;
	}
	memmove(out + from + h, out + from, n);
	memcpy(out + from, head, h);
	len += h;
}

#define HEX(s) add(s, sizeof s - 1)

static void text(uint8_t tag, const char *s)
{
	size_t at = len;

	add(s, strlen(s));
	wrap(tag, at);
}

static void rdn(const char *oid, const char *s)
{
	size_t set = len, seq = len;

	add(oid, 5);
	text(0x0c, s);
	wrap(0x30, seq);
	wrap(0x31, set);
}

#define C "\x06\x03\x55\x04\x06"
#define O "\x06\x03\x55\x04\x0a"
#define CN "\x06\x03\x55\x04\x03"

static void extension(const char *oid, size_t oid_n, int critical, size_t from)
{
	wrap(0x04, from);
	memmove(out + from + oid_n + (critical ? 3 : 0), out + from, len - from);
	memcpy(out + from, oid, oid_n);
	if (critical)
		memcpy(out + from + oid_n, "\x01\x01\xff", 3);
	len += oid_n + (critical ? 3u : 0u);
	wrap(0x30, from);
}
#define EXTENSION(oid, critical, from) extension(oid, sizeof oid - 1, critical, from)

static const uint8_t p256[] =
	"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
	"\x03\x42\x00\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d"
	"\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7"
	"\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";
static const uint8_t p384[] =
	"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04"
	"\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b\xa7\x9b\x98"
	"\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e\x38\x72\x76\x0a\xb7"
	"\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92\xdc\x29\xf8\xf4\x1d\xbd\x28\x9a\x14\x7c"
	"\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f";

static void spki(unsigned kind)
{
	size_t at = len, bits, seq;

	if (kind < 60) {
		if (kind < 55)
			add(p256, sizeof p256 - 1);
		else
			add(p384, sizeof p384 - 1);
		return;
	}
	HEX("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
	bits = len;
	out[len++] = 0;
	seq = len;
	out[len++] = 0;
	random_bytes(kind < 95 ? 256 : 512);
	out[seq + 1] |= 0x80;
	out[len - 1] |= 1;
	wrap(0x02, seq);
	HEX("\x02\x03\x01\x00\x01");
	wrap(0x30, seq);
	wrap(0x03, bits);
	wrap(0x30, at);
}

static void names(unsigned long number)
{
	size_t at = len, n = 3 + rnd() % 8;
	char name[80];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, i ? "svc%zu.host-%06lu.example.net" : "www%zu.host-%06lu.example.net",
			 i, number);
		text(0x82, name);
	}
	if (rnd() % 20 == 0)
		HEX("\x87\x04\xc0\x00\x02\x07");
	wrap(0x30, at);
	EXTENSION("\x06\x03\x55\x1d\x11", 0, at);
}

static void aia(int rsa)
{
	size_t at = len, one = len;

	HEX("\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01");
	text(0x86, rsa ? "http://ocsp.rsa.ca.example.org" : "http://ocsp.ec.ca.example.org");
	wrap(0x30, one);
	one = len;
	HEX("\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02");
	text(0x86, rsa ? "http://certs.ca.example.org/rsa.crt" : "http://certs.ca.example.org/ec.crt");
	wrap(0x30, one);
	wrap(0x30, at);
	EXTENSION("\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01", 0, at);
}

static void key_identifiers(int rsa)
{
	size_t at = len;

	random_bytes(20);
	wrap(0x04, at);
	EXTENSION("\x06\x03\x55\x1d\x0e", 0, at);
	at = len; /* the issuer's: the same in all that it issued */
	memset(out + len, rsa ? 0xa5 : 0x5a, 20);
	len += 20;
	wrap(0x80, at);
	wrap(0x30, at);
	EXTENSION("\x06\x03\x55\x1d\x23", 0, at);
}

static void crl_point(void)
{
	size_t at = len;

	text(0x86, "http://crl.ca.example.org/7/crl.pem");
	wrap(0xa0, at);
	wrap(0xa0, at);
	wrap(0x30, at);
	wrap(0x30, at);
	EXTENSION("\x06\x03\x55\x1d\x1f", 0, at);
}

static void scts(void)
{
	size_t at = len;

	HEX("\x00\xf0"); /* two of 118 octets */
	for (int i = 0; i < 2; i++) {
		HEX("\x00\x76\x00");
		random_bytes(32);
		HEX("\x00\x00\x01\x96\x11\x22\x33\x44\x00\x00\x04\x03\x00\x47");
		random_bytes(71);
	}
	wrap(0x04, at);
	EXTENSION("\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02", 0, at);
}

static void extensions(unsigned long number, int rsa)
{
	size_t at = len, e = len;

	HEX("\x03\x02\x07\x80");
	EXTENSION("\x06\x03\x55\x1d\x0f", 1, e);
	e = len;
	HEX("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02");
	if (number % 10 == 0) { /* no clientAuth where it must staple */
		len = e;
		HEX("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01");
	}
	EXTENSION("\x06\x03\x55\x1d\x25", 0, e);
	e = len;
	HEX("\x30\x00");
	EXTENSION("\x06\x03\x55\x1d\x13", 1, e);
	key_identifiers(rsa);
	aia(rsa);
	names(number);
	e = len;
	HEX("\x30\x0a\x30\x08\x06\x06\x67\x81\x0c\x01\x02\x01");
	EXTENSION("\x06\x03\x55\x1d\x20", 0, e);
	if (rnd() % 2)
		crl_point();
	scts();
	if (number % 10 == 0) {
		e = len;
		HEX("\x30\x03\x02\x01\x05");
		EXTENSION("\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18", 0, e);
	}
	wrap(0x30, at);
	wrap(0xa3, at);
}

static void algorithm(int rsa)
{
	if (rsa)
		HEX("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
	else
		HEX("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
}

static void signature(int rsa)
{
	size_t at = len, seq;

	out[len++] = 0;
	if (rsa) {
		random_bytes(256);
	} else {
		seq = len;
		for (int i = 0; i < 2; i++) {
			HEX("\x02\x30\x51");
			random_bytes(47);
		}
		wrap(0x30, seq);
	}
	wrap(0x03, at);
}

static void certificate(unsigned long number)
{
	unsigned kind = (unsigned)(rnd() % 100);
	int rsa = kind >= 60;
	char name[64];
	size_t at;

	len = 0;
	HEX("\xa0\x03\x02\x01\x02\x02\x12\x03");
	random_bytes(9);
	for (int i = 7; i >= 0; i--)
		out[len++] = (uint8_t)((uint64_t)number >> (8 * i));
	algorithm(rsa);
	at = len;
	rdn(C, "US");
	rdn(O, "Example Trust");
	rdn(CN, rsa ? "Example RSA CA 7" : "Example EC CA 7");
	wrap(0x30, at);
	HEX("\x30\x1e\x17\x0d\x32\x36\x31\x30\x30\x31\x30\x30\x30\x30\x30\x30\x5a"
	    "\x17\x0d\x32\x37\x30\x39\x33\x30\x30\x30\x30\x30\x30\x30\x5a");
	at = len;
	snprintf(name, sizeof name, "www0.host-%06lu.example.net", number);
	rdn(CN, name);
	wrap(0x30, at);
	spki(kind);
	extensions(number, rsa);
	wrap(0x30, 0);
	algorithm(rsa);
	signature(rsa);
	wrap(0x30, 0);
}

static void write_pem(FILE *f)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[65 + 1];
	size_t n = 0;

	fputs("-----BEGIN CERTIFICATE-----\n", f);
	memset(out + len, 0, 3);
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)out[i] << 16 | (uint32_t)out[i + 1] << 8 | out[i + 2];

		line[n++] = digits[v >> 18];
		line[n++] = digits[v >> 12 & 63];
		line[n++] = i + 1 < len ? digits[v >> 6 & 63] : '=';
		line[n++] = i + 2 < len ? digits[v & 63] : '=';
		if (n == 64 || i + 3 >= len) {
			line[n++] = '\n';
			fwrite(line, 1, n, f);
			n = 0;
		}
	}
	fputs("-----END CERTIFICATE-----\n", f);
}

static void make_tree(unsigned long count, const char *dir)
{
	char path[4096];
	FILE *f;

	for (unsigned long i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%04lu", dir, i / 200);
		if (i % 200 == 0)
			mkdir(path, 0777);
		snprintf(path, sizeof path, "%s/%04lu/%06lu.pem", dir, i / 200, i);
		certificate(i);
		f = fopen(path, "w");
		if (!f)
			exit(2);
		write_pem(f);
		fclose(f);
	}
}

/* ContentInfo { signedData, [0] { version, {}, { data }, [0] certificates, {} } } */
static void make_pkcs7(unsigned long count)
{
	uint8_t *all = NULL, head[4][10];
	size_t n = 0, cap = 0, sizes[4];

	for (unsigned long i = 0; i < count; i++) {
		certificate(i);
		if (n + len > cap)
			all = realloc(all, cap = (n + len) * 2);
		if (!all)
			exit(2);
		memcpy(all + n, out, len);
		n += len;
	}
	sizes[3] = n;                   /* [0] certificates */
	sizes[2] = n + 10 + 3 + 2 + 13 + 2; /* SignedData */
	sizes[1] = sizes[2] + 10;       /* [0] */
	sizes[0] = sizes[1] + 10 + 11;  /* ContentInfo */
	for (int i = 0; i < 4; i++) {   /* eight octets of length: BER, but simple */
		head[i][0] = i == 1 || i == 3 ? 0xa0 : 0x30;
		head[i][1] = 0x88;
		for (int o = 0; o < 8; o++)
			head[i][2 + o] = (uint8_t)((uint64_t)sizes[i] >> (8 * (7 - o)));
	}
	fwrite(head[0], 1, 10, stdout);
	fwrite("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 1, 11, stdout);
	fwrite(head[1], 1, 10, stdout);
	fwrite(head[2], 1, 10, stdout);
	fwrite("\x02\x01\x01\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 1, 18, stdout);
	fwrite(head[3], 1, 10, stdout);
	fwrite(all, 1, n, stdout);
	fwrite("\x31\x00", 1, 2, stdout);
	free(all);
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc == 4 && strcmp(argv[1], "tree") == 0) {
		make_tree(count, argv[3]);
	} else if (argc == 3 && strcmp(argv[1], "pkcs7") == 0) {
		make_pkcs7(count);
	} else if (argc == 3 && strcmp(argv[1], "bundle") == 0) {
		for (unsigned long i = 0; i < count; i++) {
			certificate(i);
			write_pem(stdout);
		}
	} else {
		fputs("usage: inventory-make bundle|pkcs7|tree COUNT [DIR]\n", stderr);
		return 2;
	}
	return fflush(stdout) != 0 || ferror(stdout) ? 2 : 0;
}
