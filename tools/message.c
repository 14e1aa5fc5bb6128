/* What the programs say on standard error: messages and the line of progress. */
#include "tools/tool.h"

#include "ground/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* --- messages --- */

static void say(const struct tool_run *run, const char *text)
{
	struct buf b;

	buf_init(&b);
	if (run->progress_shown) {
		buf_add_str(&b, "\r\033[K");
		((struct tool_run *)(uintptr_t)run)->progress_shown = false;
	}
	buf_printf(&b, "%s: ", run->tool->name);
	text_terminal(&b, span_str(text));
	buf_add_byte(&b, '\n');
	if (b.failed) /* no memory to escape it: say at least that something went wrong */
		(void)!write(STDERR_FILENO, "out of memory\n", 14);
	else
		(void)!write(STDERR_FILENO, b.p, b.n);
	buf_wipe(&b);
}

static void say_v(const struct tool_run *run, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void say_v(const struct tool_run *run, const char *fmt, va_list ap)
{
	char text[2048];

	vsnprintf(text, sizeof text, fmt, ap);
	say(run, text);
}

void tool_error(const struct tool_run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_v(run, fmt, ap);
	va_end(ap);
}

void tool_note(const struct tool_run *run, const char *fmt, ...)
{
	va_list ap;

	if (run->quiet)
		return;
	va_start(ap, fmt);
	say_v(run, fmt, ap);
	va_end(ap);
}

void tool_fail(const struct tool_run *run, const struct err *e)
{
	say(run, e->text);
}

int tool_usage(const struct tool_run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_v(run, fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s --help'.\n", run->tool->name);
	return STATUS_UNCHECKED;
}

void tool_progress(struct tool_run *run, const char *fmt, ...)
{
	char text[512];
	struct buf b;
	va_list ap;

	if (!run->progress || (!fmt && !run->progress_shown))
		return;
	buf_init(&b);
	buf_add_str(&b, "\r\033[K");
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof text, fmt, ap);
		va_end(ap);
		text_column(&b, span_str(text), run->columns - 1, false);
	}
	run->progress_shown = fmt != NULL;
	(void)!write(STDERR_FILENO, b.p, b.n);
	buf_wipe(&b);
}
