#include "net/listening.h"

#include "ground/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#define TABLE_MAX (64u * 1024u * 1024u)

/* "0100007F:1F90" in host order, word by word; state 0A is LISTEN (proc(5)). */
static bool read_entry(const char *line, bool v6, struct probe_address *out)
{
	struct sockaddr_in s4 = {.sin_family = AF_INET};
	struct sockaddr_in6 s6 = {.sin6_family = AF_INET6};
	unsigned w[4] = {0}, port, state;

	*out = (struct probe_address){0};
	if (v6) {
		if (sscanf(line, " %*u: %8X%8X%8X%8X:%4X %*x:%*x %2X", &w[0], &w[1], &w[2], &w[3], &port,
			   &state) != 6 || state != 0x0a)
			return false;
		memcpy(&s6.sin6_addr, w, sizeof w);
		s6.sin6_port = htons((uint16_t)port);
		if (IN6_IS_ADDR_UNSPECIFIED(&s6.sin6_addr))
			s6.sin6_addr = in6addr_loopback;
		memcpy(&out->sa, &s6, sizeof s6);
		out->n = sizeof s6;
		return true;
	}
	if (sscanf(line, " %*u: %8X:%4X %*x:%*x %2X", &w[0], &port, &state) != 3 || state != 0x0a)
		return false;
	s4.sin_addr.s_addr = w[0] ? w[0] : htonl(INADDR_LOOPBACK);
	s4.sin_port = htons((uint16_t)port);
	memcpy(&out->sa, &s4, sizeof s4);
	out->n = sizeof s4;
	return true;
}

static uint16_t port_of(const struct probe_address *a)
{
	struct sockaddr_in s4;
	struct sockaddr_in6 s6;

	if (a->sa.ss_family == AF_INET) {
		memcpy(&s4, &a->sa, sizeof s4);
		return ntohs(s4.sin_port);
	}
	memcpy(&s6, &a->sa, sizeof s6);
	return ntohs(s6.sin6_port);
}

static bool same(const struct probe_address *a, const struct probe_address *b)
{
	return a->n == b->n && memcmp(&a->sa, &b->sa, a->n) == 0;
}

static int read_table(const char *path, bool v6, uint16_t port, struct probe_address *v, size_t max,
		      size_t *n, struct err *e)
{
	struct buf b;
	const char *line, *end;
	int rc;

	buf_init(&b);
	rc = file_read(path, TABLE_MAX, &b, e);
	if (rc != 0 && e->code == ERR_NOT_FOUND) /* a kernel without that family */
		rc = 0;
	for (line = rc == 0 ? buf_cstr(&b) : ""; *line; line = *end ? end + 1 : end) {
		struct probe_address a;
		bool known = false;

		end = line + strcspn(line, "\n");
		if (!read_entry(line, v6, &a) || port_of(&a) != port)
			continue;
		for (size_t i = 0; i < *n && !known; i++)
			known = same(&v[i], &a);
		if (!known && *n < max)
			v[(*n)++] = a;
	}
	buf_wipe(&b);
	return rc;
}

int listening_on(uint16_t port, struct probe_address *v, size_t max, size_t *n, struct err *e)
{
	*n = 0;
	if (read_table("/proc/net/tcp", false, port, v, max, n, e) != 0)
		return -1;
	return read_table("/proc/net/tcp6", true, port, v, max, n, e);
}

/* "Num RefCount Protocol Flags Type St Inode Path": the flag 00010000 is "accepts". */
static int unix_listening(const char *path, bool *yes, struct err *e)
{
	const char *line, *end;
	struct buf b;
	int rc;

	buf_init(&b);
	rc = file_read("/proc/net/unix", TABLE_MAX, &b, e);
	for (line = rc == 0 ? buf_cstr(&b) : ""; *line; line = *end ? end + 1 : end) {
		unsigned flags;
		int at = 0;

		end = line + strcspn(line, "\n");
		if (sscanf(line, "%*[^:]: %*x %*x %x %*x %*x %*u %n", &flags, &at) == 1 && at > 0 &&
		    (flags & 0x10000) && strlen(path) == (size_t)(end - line) - (size_t)at &&
		    strncmp(line + at, path, strlen(path)) == 0)
			*yes = true;
	}
	buf_wipe(&b);
	return rc;
}

int listening_at(const struct probe_address *a, bool *yes, struct err *e)
{
	struct probe_address v[64];
	struct sockaddr_un un;
	size_t n;

	*yes = false;
	if (a->sa.ss_family == AF_UNIX) {
		memcpy(&un, &a->sa, sizeof un);
		return unix_listening(un.sun_path, yes, e);
	}
	if (listening_on(port_of(a), v, 64, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		*yes = *yes || same(&v[i], a);
	return 0;
}
