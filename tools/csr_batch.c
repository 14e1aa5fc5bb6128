#include "tools/csr.h"

#include "ground/file.h"
#include "task/batch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAR 32 /* columns of the progress bar */

/* What the callback of each line needs. */
struct tally {
	struct csr_run *w;
	struct report report;
	const char *list;
	size_t all, done;
	struct report_csr_end end;
};

static void show_progress(struct tally *t)
{
	char bar[BAR + 1];
	size_t full = ++t->done * BAR / t->all;

	memset(bar, '.', BAR);
	memset(bar, '#', full < BAR ? full : BAR);
	bar[BAR] = '\0';
	tool_progress(t->w->run, "[%s] %zu of %zu requests", bar, t->done, t->all);
}

static void on_item(void *context, const struct batch_item *i)
{
	struct tally *t = context;
	struct csr_run *w = t->w;
	bool bad_line = i->why.code == ERR_USAGE || i->why.code == ERR_LIMIT;
	struct report_csr item = {.line = i->line, .kept = i->state == BATCH_KEPT,
				  .key_new = i->state == BATCH_MADE,
				  .key_encrypted = i->state == BATCH_MADE && w->password.n > 0,
				  .path = i->path, .key_path = i->key_path, .request = &i->request,
				  .key = &i->key, .key_sha256 = &i->key_sha256};

	show_progress(t);
	if (i->state == BATCH_BAD) {
		t->end.bad++;
		findings_add(&w->findings, bad_line ? "request.bad-line" : "request.bad-file", t->list,
			     "%s:%zu: %s", t->list, i->line, i->why.text);
		return;
	}
	if (i->state == BATCH_KEPT)
		t->end.kept++;
	else
		t->end.made++;
	if (i->note.code != ERR_NONE)
		findings_add(&w->findings, "request.kept-differs", t->list, "%s:%zu: %s", t->list, i->line,
			     i->note.text);
	t->report.writer->item(&t->report, &item);
	if (w->run->verbose && strcmp(w->run->format, "text") == 0)
		tool_flush(w->run);
}

static int read_list(const char *path, struct buf *out, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", LIMIT_SMALL_FILE, out, e);
	return file_read(path, LIMIT_SMALL_FILE, out, e);
}

/* The keys' folder is nobody else's business. */
static int make_folder(const char *dir, struct err *e)
{
	struct stat st;

	if (mkdir(dir, 0700) == 0)
		return 0;
	if (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	if (errno == EEXIST)
		return err_set(e, ERR_EXISTS, "%s: is no folder", dir);
	if (errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, "%s: the folder that it shall be in does not exist", dir);
	return err_set_errno(e, ERR_IO, errno, "%s: cannot be made", dir);
}

static int run_list(struct csr_run *w, struct span list, const struct key_algorithm *algorithm,
		    struct tally *t, struct err *e)
{
	struct batch b = {.list = list, .dir = csr_options.out_dir, .common = &w->request,
			  .algorithm = algorithm, .password = csr_key_password(w),
			  .policy = &w->run->policy, .now = w->run->now, .der = csr_options.der,
			  .force = csr_options.force, .jobs = w->run->jobs, .on_item = on_item,
			  .context = t};

	t->all = batch_count(list);
	if (t->all == 0)
		return err_set(e, ERR_USAGE, "%s: no line with a name", t->list);
	return make_folder(b.dir, e) != 0 ? -1 : batch_run(&b, e);
}

static int finish(struct csr_run *w, struct tally *t, int rc, const struct err *e)
{
	enum verdict verdict = findings_verdict(&w->findings, 0);
	int status = tool_status_of(verdict);

	if (rc != 0) {
		tool_fail(w->run, e);
		status = tool_status_worst(status, STATUS_UNCHECKED);
		verdict = verdict_worst(verdict, VERDICT_UNKNOWN);
	}
	t->report.writer->end(&t->report, verdict, &t->end);
	return status;
}

static int run_with_list(struct csr_run *w, struct span list)
{
	struct tool_run *run = w->run;
	struct tally t = {.w = w, .list = csr_options.batch,
			  .end = {.batch = true, .findings = &w->findings}};
	const struct key_algorithm *algorithm = csr_key_algorithm(w);
	struct err e = {ERR_NONE, ""};
	int rc = 0;

	t.report = tool_report(run, "csr");
	t.report.writer->begin(&t.report);
	if (findings_verdict(&w->findings, 0) == VERDICT_PASS &&
	    (csr_options.encrypt_key || csr_options.password_file))
		rc = csr_key_need_password(w, "new password for the keys", true, &e);
	if (rc == 0 && findings_verdict(&w->findings, 0) == VERDICT_PASS)
		rc = run_list(w, list, algorithm, &t, &e);
	return finish(w, &t, rc, &e);
}

int csr_batch_run(struct csr_run *w)
{
	struct buf list;
	struct err e;
	int status = csr_wish_read(w, NULL, 0);

	if (status == STATUS_HOLDS)
		status = csr_wish_judge(w);
	if (status != STATUS_HOLDS)
		return status;
	buf_init(&list);
	if (read_list(csr_options.batch, &list, &e) != 0) {
		tool_fail(w->run, &e);
		status = STATUS_UNCHECKED;
	} else {
		status = run_with_list(w, buf_span(&list));
	}
	buf_wipe(&list);
	return status;
}
