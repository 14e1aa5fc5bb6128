/* Addresses as text and back. */
#include "net/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

static int parse_unix(const char *path, struct probe_address *out)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (!*path || strlen(path) >= sizeof un.sun_path)
		return -1;
	memcpy(un.sun_path, path, strlen(path) + 1);
	memcpy(&out->sa, &un, sizeof un);
	out->n = sizeof un;
	return 0;
}

/* A port in decimal up to the text's end. */
static int parse_port(const char *text, uint16_t *port)
{
	unsigned long n = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		n = n * 10 + (unsigned long)(*text - '0');
		if (n > 65535)
			return -1;
	}
	*port = (uint16_t)n;
	return n > 0 ? 0 : -1;
}

static int parse_ip(const char *text, uint16_t port, struct probe_address *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		memcpy(&out->sa, &v4, sizeof v4);
		out->n = sizeof v4;
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
		memcpy(&out->sa, &v6, sizeof v6);
		out->n = sizeof v6;
		return 0;
	}
	return -1;
}

int probe_address_parse(const char *text, uint16_t port, struct probe_address *out)
{
	char host[64];
	const char *end;
	size_t n;

	*out = (struct probe_address){0};
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text + 5, out);
	if (text[0] == '/')
		return parse_unix(text, out);
	if (parse_ip(text, port, out) == 0)
		return 0;
	if (text[0] == '[') {
		text++;
		end = strchr(text, ']');
		if (!end || (end[1] && (end[1] != ':' || parse_port(end + 2, &port) != 0)))
			return -1;
	} else {
		end = strchr(text, ':');
		if (!end || parse_port(end + 1, &port) != 0)
			return -1;
	}
	n = (size_t)(end - text);
	if (n >= sizeof host)
		return -1;
	memcpy(host, text, n);
	host[n] = '\0';
	return parse_ip(host, port, out);
}

void probe_address_text(const struct probe_address *a, char out[80])
{
	char ip[INET6_ADDRSTRLEN] = "?";
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;

	switch (a->sa.ss_family) {
	case AF_INET:
		memcpy(&v4, &a->sa, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, ip, sizeof ip);
		snprintf(out, 80, "%s:%u", ip, (unsigned)ntohs(v4.sin_port));
		return;
	case AF_INET6:
		memcpy(&v6, &a->sa, sizeof v6);
		inet_ntop(AF_INET6, &v6.sin6_addr, ip, sizeof ip);
		snprintf(out, 80, "[%s]:%u", ip, (unsigned)ntohs(v6.sin6_port));
		return;
	case AF_UNIX:
		memcpy(&un, &a->sa, sizeof un);
		snprintf(out, 80, "unix:%.74s", un.sun_path);
		return;
	default:
		snprintf(out, 80, "?");
	}
}

bool probe_is_address(const char *host)
{
	struct probe_address a;

	return parse_ip(host, 1, &a) == 0;
}
