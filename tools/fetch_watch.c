/* staple-fetch --watch: rounds for ever, and systemd's protocol for services. */
#include "tools/fetch.h"

#include "crypto/hash.h"
#include "ground/file.h"
#include "net/local.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MAX 3600      /* also looks for new and renewed certificates */
#define PAUSE_FAILED 60     /* after a failure; doubles up to PAUSE_MAX */

static volatile sig_atomic_t hung_up;

static void on_hangup(int sig)
{
	(void)sig;
	hung_up = 1;
}

/* To systemd, if it is there: the service manager's trouble is not ours. */
static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct err e;

	if (path && path[0])
		(void)!local_notify(path, text, &e);
}

static void tick(void *context)
{
	(void)context;
	notify("WATCHDOG=1");
}

/* The report of a round: --output is replaced at once, standard output goes on. */
static int write_round(struct tool_run *run)
{
	struct err e;

	if (!run->output) {
		tool_flush(run);
		return run->out_failed ? -1 : 0;
	}
	if (buf_check(&run->out, "report", &e) != 0 ||
	    file_replace(run->output, 0644, FILE_KEEP_MODE, buf_span(&run->out), &e) != 0) {
		tool_fail(run, &e);
		return -1;
	}
	buf_reset(&run->out);
	return 0;
}

/* Seconds until the next round.  A little jitter, so that a fleet does not ask as one. */
static int64_t pause_length(int64_t now, int64_t next, unsigned failures)
{
	int64_t wait = next == WHEN_NONE || next - now > PAUSE_MAX ? PAUSE_MAX : next - now;
	int64_t again = failures > 6 ? PAUSE_MAX : PAUSE_FAILED * (INT64_C(1) << failures) / 2;
	uint16_t random = 0;
	struct err e;

	if (failures > 0 && (wait < 1 || again < wait))
		wait = again;
	if (wait < 1)
		wait = 1;
	if (hash_random((uint8_t *)&random, sizeof random, &e) == 0)
		wait += wait / 20 * random / 0x10000;
	return wait;
}

static void pause_for(int64_t seconds)
{
	for (int64_t i = 0; i < seconds && !hung_up; i++) {
		tick(NULL);
		sleep(1); /* a signal ends it early */
	}
}

static void tell_state(const struct tool_run *run, const struct fetch_round *round, int64_t wait,
		       int status)
{
	char text[160], d[WHEN_DURATION_SIZE];

	snprintf(text, sizeof text, "READY=1\nSTATUS=%zu certificates, %s; next round in %s",
		 round->count, status == STATUS_HOLDS ? "all staples good" : "not all staples good",
		 when_duration_human(wait, d));
	notify(text);
	if (run->verbose)
		tool_note(run, "%s", strstr(text, "STATUS=") + strlen("STATUS="));
}

int fetch_watch(struct tool_run *run, const char *const *args, size_t n,
		const struct fetch_words *words)
{
	struct sigaction hangup = {.sa_handler = on_hangup};
	unsigned failures = 0;

	sigemptyset(&hangup.sa_mask);
	sigaction(SIGHUP, &hangup, NULL);
	for (;;) {
		struct fetch_round round = {.words = words, .tick = tick, .next = WHEN_NONE};
		int64_t wait;
		int status;

		hung_up = 0;
		run->now = (int64_t)time(NULL);
		status = fetch_round(run, args, n, &round);
		if (write_round(run) != 0)
			status = STATUS_UNCHECKED;
		/* what is due still, as a responder has nothing newer yet, waits as a failure does */
		failures = status == STATUS_HOLDS && (round.next == WHEN_NONE || round.next > run->now)
			? 0 : failures + 1;
		wait = pause_length((int64_t)time(NULL), round.next, failures);
		tell_state(run, &round, wait, status);
		pause_for(wait);
		if (hung_up) {
			failures = 0;
			notify("STATUS=looking at everything anew");
		}
	}
}
