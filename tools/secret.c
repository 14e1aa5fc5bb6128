#include "tools/secret.h"

#include "ground/file.h"
#include "ground/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int secret_read(const char *path, struct buf *out, struct err *e)
{
	const uint8_t *end;
	int rc;

	if (!buf_reserve(out, LIMIT_SECRET + 2)) /* nothing is moved, and so nothing left behind */
		return buf_check(out, path, e);
	if (strcmp(path, "-") == 0)
		rc = file_read_fd(STDIN_FILENO, "standard input", LIMIT_SECRET, out, e);
	else
		rc = file_read(path, LIMIT_SECRET, out, e);
	if (rc != 0)
		return -1;
	end = memchr(out->p, '\n', out->n);
	if (end)
		out->n = (size_t)(end - out->p);
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	if (out->n == 0)
		return err_set(e, ERR_SECRET, "%s: its first line is empty", path);
	if (memchr(out->p, 0, out->n))
		return err_set(e, ERR_SECRET, "%s: a NUL in its first line", path);
	return 0;
}

int secret_read_list(const char *path, struct buf *text, char ***lines, size_t *n, struct err *e)
{
	char **v, *line, *rest;
	size_t cap = 0;

	*lines = NULL;
	*n = 0;
	if (!buf_reserve(text, LIMIT_POLICY_FILE + 1)) /* no copies behind */
		return buf_check(text, path, e);
	if (strcmp(path, "-") == 0) {
		if (file_read_fd(STDIN_FILENO, "standard input", LIMIT_POLICY_FILE, text, e) != 0)
			return -1;
	} else if (file_read(path, LIMIT_POLICY_FILE, text, e) != 0) {
		return -1;
	}
	buf_add_byte(text, '\0');
	rest = (char *)text->p;
	while ((line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		if (*line == '\0')
			continue;
		v = array_grow(*lines, *n, &cap, sizeof *v);
		if (!v)
			return err_set(e, ERR_MEMORY, "out of memory for passwords");
		*lines = v;
		v[(*n)++] = line;
	}
	return 0;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define SIGNALS (sizeof signals / sizeof signals[0])

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* Reads up to the end of the line.  The signals are let in only while it waits, so that none is
 * missed.  -1: interrupted, or the terminal is gone. */
static int read_line(int tty, const sigset_t *while_waiting, struct buf *out)
{
	struct pollfd p = {.fd = tty, .events = POLLIN};
	uint8_t c;

	for (;;) {
		if (ppoll(&p, 1, NULL, while_waiting) < 0) {
			if (errno != EINTR || caught)
				return -1;
			continue;
		}
		if (read(tty, &c, 1) != 1)
			return -1;
		if (c == '\n' || c == '\r')
			return 0;
		if (out->n < LIMIT_SECRET)
			buf_add_byte(out, c);
	}
}

static int ask_quietly(int tty, const char *prompt, const sigset_t *while_waiting, struct buf *out,
		       struct err *e)
{
	struct termios shown, hidden;
	int rc;

	if (tcgetattr(tty, &shown) != 0)
		return err_set_errno(e, ERR_IO, errno, "terminal");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &hidden);
	dprintf(tty, "%s: ", prompt);
	rc = read_line(tty, while_waiting, out);
	tcsetattr(tty, TCSAFLUSH, &shown);
	dprintf(tty, "\n");
	return rc == 0 ? 0 : err_set(e, ERR_SECRET, "terminal: no line was typed");
}

/* Off with the echo, and back on whatever ends the reading. */
static int ask_once(int tty, const char *prompt, struct buf *out, struct err *e)
{
	struct sigaction mine = {.sa_handler = on_signal}, old[SIGNALS];
	sigset_t ours, before;
	int rc;

	sigemptyset(&ours);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&ours, signals[i]);
	caught = 0;
	sigprocmask(SIG_BLOCK, &ours, &before);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &mine, &old[i]);
	rc = ask_quietly(tty, prompt, &before, out, e);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &old[i], NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (caught)
		raise(caught);
	return rc;
}

int secret_ask(const char *prompt, bool twice, struct buf *out, struct err *e)
{
	struct buf again;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), rc;

	if (tty < 0)
		return err_set(e, ERR_SECRET, "%s: there is no terminal to ask on", prompt);
	buf_init(&again);
	rc = buf_reserve(out, LIMIT_SECRET + 2) && buf_reserve(&again, LIMIT_SECRET + 2) ? 0 :
	     err_set(e, ERR_MEMORY, "out of memory");
	if (rc == 0)
		rc = ask_once(tty, prompt, out, e);
	if (rc == 0 && out->n == 0)
		rc = err_set(e, ERR_SECRET, "%s: nothing was typed", prompt);
	if (rc == 0 && twice) {
		rc = ask_once(tty, "once more", &again, e);
		if (rc == 0 && !span_equal(buf_span(out), buf_span(&again)))
			rc = err_set(e, ERR_SECRET, "%s: the two were not the same", prompt);
	}
	buf_wipe_secret(&again);
	close(tty);
	return rc;
}
