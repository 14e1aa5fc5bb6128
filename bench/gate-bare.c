/* The peer of bench/gate: full handshakes one after the other through GnuTLS with its own verification
 * (gnutls_certificate_verify_peers3, which checks the staple too), and nothing else.
 *	gate-bare ROOTS.pem PORT N 1.2|1.3 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gnutls_certificate_credentials_t credentials;

static int handshake(unsigned short port, const char *priority)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, rc;
	unsigned status = 0;
	gnutls_session_t s;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	gnutls_init(&s, GNUTLS_CLIENT | GNUTLS_NO_TICKETS);
	gnutls_priority_set_direct(s, priority, NULL);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_server_name_set(s, GNUTLS_NAME_DNS, "localhost", 9);
	gnutls_transport_set_int(s, fd);
	do
		rc = gnutls_handshake(s);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	if (rc == 0)
		rc = gnutls_certificate_verify_peers3(s, "localhost", &status);
	if (rc == 0)
		gnutls_bye(s, GNUTLS_SHUT_WR);
	gnutls_deinit(s);
	close(fd);
	return rc == 0 && status == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	char priority[64];
	int n = argc == 5 ? atoi(argv[3]) : 0;

	if (n < 1)
		return 2;
	snprintf(priority, sizeof priority, "NORMAL:-VERS-ALL:+VERS-TLS%s", argv[4]);
	gnutls_certificate_allocate_credentials(&credentials);
	if (gnutls_certificate_set_x509_trust_file(credentials, argv[1], GNUTLS_X509_FMT_PEM) < 1)
		return 2;
	for (int i = 0; i < n; i++)
		if (handshake((unsigned short)atoi(argv[2]), priority) != 0) {
			fprintf(stderr, "gate-bare: handshake %d failed\n", i);
			return 1;
		}
	return 0;
}
