#include "ground/err.h"

#include <stdarg.h>
#include <stdio.h>

/* Drops a UTF-8 sequence that the end of the buffer cut in two. */
static void trim_partial(char *text)
{
	size_t n = strlen(text), i = n;

	if (n + 1 < ERR_TEXT_MAX)
		return;
	while (i > 0 && ((unsigned char)text[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && (unsigned char)text[i - 1] >= 0xc0)
		text[i - 1] = '\0';
}

static void set_v(struct err *e, enum err_code code, const char *fmt, va_list ap) PRINTF_LIKE(3, 0);

static void set_v(struct err *e, enum err_code code, const char *fmt, va_list ap)
{
	e->code = code;
	if (vsnprintf(e->text, sizeof e->text, fmt, ap) < 0)
		e->text[0] = '\0';
	trim_partial(e->text);
}

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	set_v(e, code, fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_errno(struct err *e, enum err_code code, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (!e)
		return -1;
	va_start(ap, fmt);
	set_v(e, code, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(errnum));
	trim_partial(e->text);
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	va_list ap;
	size_t n;

	if (!e)
		return -1;
	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	set_v(e, e->code, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", old);
	trim_partial(e->text);
	return -1;
}
