#include "net/local.h"

#include "ground/pem.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)64 * 1024)

/* The address of a path, or of an abstract name. */
static int address_of(const char *path, struct sockaddr_un *a, socklen_t *n, struct err *e)
{
	size_t length = strlen(path);

	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length == 0 || length >= sizeof a->sun_path)
		return err_set(e, ERR_USAGE, "%s: a socket's path has 1 to %zu bytes", path,
			       sizeof a->sun_path - 1);
	memcpy(a->sun_path, path, length);
	*n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (path[0] == '@')
		a->sun_path[0] = '\0';
	else
		(*n)++; /* with its NUL */
	return 0;
}

static int open_socket(const char *path, int type, int64_t timeout_ms, struct err *e)
{
	struct timeval t = {.tv_sec = (time_t)(timeout_ms / 1000),
			    .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000)};
	struct sockaddr_un a;
	socklen_t n = 0;
	int fd;

	if (address_of(path, &a, &n, e) != 0)
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t) != 0 ||
	    connect(fd, (struct sockaddr *)&a, n) != 0) {
		err_set_errno(e, ERR_NETWORK, errno, "%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int broken(const char *path, struct err *e)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return err_set(e, ERR_TIMEOUT, "%s: no answer in time", path);
	return err_set_errno(e, ERR_NETWORK, errno, "%s", path);
}

static int send_all(int fd, const char *path, struct span s, struct err *e)
{
	while (s.n > 0) {
		ssize_t sent = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return broken(path, e);
		s = span_from(s, (size_t)sent);
	}
	return 0;
}

static int receive_all(int fd, const char *path, struct buf *answer, struct err *e)
{
	size_t first = answer->n;
	char chunk[4096];
	ssize_t got;

	for (;;) {
		got = recv(fd, chunk, sizeof chunk, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return broken(path, e);
		if (got == 0)
			return buf_check(answer, path, e);
		if (answer->n - first + (size_t)got > ANSWER_MAX)
			return err_set(e, ERR_LIMIT, "%s: the answer does not end", path);
		buf_add_bytes(answer, chunk, (size_t)got);
	}
}

int local_ask(const char *path, struct span command, int64_t timeout_ms, struct buf *answer,
	      struct err *e)
{
	int fd = open_socket(path, SOCK_STREAM, timeout_ms, e), rc;

	if (fd < 0)
		return -1;
	rc = send_all(fd, path, command, e);
	if (rc == 0)
		rc = receive_all(fd, path, answer, e);
	close(fd);
	return rc;
}

int local_notify(const char *path, const char *text, struct err *e)
{
	int fd = open_socket(path, SOCK_DGRAM, 1000, e), rc;

	if (fd < 0)
		return -1;
	rc = send_all(fd, path, span_str(text), e);
	close(fd);
	return rc;
}

int local_haproxy_staple(const char *path, struct span der, int64_t timeout_ms, struct err *e)
{
	struct buf command, answer;
	int rc;

	buf_init(&command);
	buf_init(&answer);
	/* a payload ends at the first empty line */
	buf_add_str(&command, "set ssl ocsp-response <<\n");
	pem_base64(&command, der);
	buf_add_str(&command, "\n\n");
	rc = buf_check(&command, path, e);
	if (rc == 0)
		rc = local_ask(path, buf_span(&command), timeout_ms, &answer, e);
	if (rc == 0 && !strstr(buf_cstr(&answer), "OCSP Response updated")) {
		while (answer.n > 0 && (answer.p[answer.n - 1] == '\n' || answer.p[answer.n - 1] == ' '))
			answer.n--;
		rc = err_set(e, ERR_NETWORK, "%s: HAProxy did not take the staple: %s", path,
			     answer.n > 0 ? buf_cstr(&answer) : "no answer");
	}
	buf_wipe(&answer);
	buf_wipe(&command);
	return rc;
}
