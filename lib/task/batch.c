#include "task/batch.h"

#include "ground/file.h"
#include "ground/work.h"
#include "judge/ask.h"
#include "task/batch_keep.h"
#include "task/batch_line.h"
#include "task/order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* The longest name that common file systems take. */
#define FILE_NAME_MAX 255

/* Requests whose files get their names together, after one wait for the disk, and those that are
 * made meanwhile.  Each has up to four descriptors open until then; 1024 is a usual limit. */
#define GROUP_MAX 96
#define DESCRIPTORS_EACH 4
#define DESCRIPTORS_ELSE 64

/* An item under way: what the caller sees, and its files that have no name yet. */
struct piece {
	struct batch_item item;
	struct order_files files;
	bool verify; /* the signature, too */
};

struct run {
	const struct batch *b;
	struct span rest;
	size_t line, count;
	struct batch_seen seen;
	struct piece *group[GROUP_MAX];
	size_t group_n, group_size;
};

size_t batch_count(struct span list)
{
	struct span line;
	size_t number = 0, count = 0;

	while (batch_line_next(&list, &number, &line))
		count++;
	return count;
}

static void piece_free(struct piece *p)
{
	order_discard(&p->files);
	request_wipe(&p->item.request);
	free(p->item.key_path);
	free(p->item.path);
	free(p);
}

/* --- a line becomes an item --- */

static int bad(struct batch_item *i)
{
	i->state = BATCH_BAD;
	return 0;
}

static int name_files(struct run *r, struct batch_item *i, struct err *e)
{
	char *file = batch_line_file(&i->request.names.v[0]);
	ptrdiff_t earlier = file ? batch_seen_add(&r->seen, file, i->line) : -1;
	int rc = 0;

	if (earlier > 0) {
		err_set(&i->why, ERR_USAGE, "line %td has the same first name \"%s\": their files would be "
					    "the same", earlier, i->request.names.v[0].text);
		bad(i);
	} else if (earlier == 0 && strlen(file) + 4 > FILE_NAME_MAX) {
		err_set(&i->why, ERR_USAGE, "name \"%s\": too long for the name of a file; put a shorter "
					    "one first", i->request.names.v[0].text);
		bad(i);
	} else if (earlier < 0 || asprintf(&i->key_path, "%s/%s.key", r->b->dir, file) < 0 ||
		   asprintf(&i->path, "%s/%s.csr", r->b->dir, file) < 0) {
		rc = err_set(e, ERR_MEMORY, "out of memory");
	}
	free(file);
	return rc;
}

static int read_item(struct run *r, struct span line, struct batch_item *i, struct err *e)
{
	const struct request *common = r->b->common;

	memcpy(i->request.features, common->features, sizeof common->features);
	i->request.feature_count = common->feature_count;
	i->request.key_usage = common->key_usage;
	buf_add(&i->request.eku, buf_span(&common->eku));
	if (batch_line_names(line, &i->request.names, &i->why) != 0)
		return i->why.code == ERR_MEMORY ? err_set(e, ERR_MEMORY, "out of memory") : bad(i);
	request_default_subject(&i->request);
	return name_files(r, i, e);
}

/* Comparing what was read back costs little, an EC signature's check as much as all the rest: one
 * in a run shows that key, algorithm and encoding fit; an RSA one costs nothing beside its key. */
static bool worth_verifying(struct run *r)
{
	return r->count++ == 0 || r->b->algorithm->kind == KEY_RSA;
}

static int produce(void *context, void **item, struct err *e)
{
	struct run *r = context;
	struct piece *p;
	struct span line;

	if (!batch_line_next(&r->rest, &r->line, &line))
		return 0;
	p = calloc(1, sizeof *p);
	if (!p)
		return err_set(e, ERR_MEMORY, "out of memory");
	p->item.line = r->line;
	request_init(&p->item.request);
	if (read_item(r, line, &p->item, e) != 0) {
		piece_free(p);
		return -1;
	}
	p->verify = p->item.state != BATCH_BAD && worth_verifying(r);
	*item = p;
	return 1;
}

/* --- an item becomes files --- */

static int order_item(const struct batch *b, struct piece *p, const struct key *k, bool new_key,
		      struct err *e)
{
	struct batch_item *i = &p->item;
	struct order o = {.request = &i->request, .key = k, .key_path = new_key ? i->key_path : NULL,
			  .password = b->password, .path = i->path, .der = b->der, .force = b->force,
			  .trust_signature = !p->verify};

	return batch_describe_key(i, key_spki(k), e) != 0 ? -1 : order_prepare(&o, &p->files, e);
}

/* The key of a run that was interrupted between the two files. */
static int use_existing_key(const struct batch *b, struct piece *p, struct err *e)
{
	struct batch_item *i = &p->item;
	struct buf file;
	struct key *k = NULL;
	struct findings f;
	int rc;

	buf_init(&file);
	findings_init(&f, b->policy, 0);
	rc = file_read(i->key_path, LIMIT_SMALL_FILE, &file, &i->why);
	if (rc == 0)
		rc = key_load(&k, buf_span(&file), i->key_path, b->password, &i->why);
	if (rc == 0 && !ask_key(key_spki(k), i->key_path, b->policy, &f))
		rc = err_set(&i->why, ERR_EXISTS, "%s: %s", i->key_path, f.n ? f.v[0].message : "memory");
	rc = rc != 0 ? bad(i) : order_item(b, p, k, false, e);
	findings_wipe(&f);
	key_free(k);
	buf_wipe_secret(&file);
	return rc;
}

/* Does the policy let these names ask for this? */
static bool allowed(const struct batch *b, struct batch_item *i)
{
	const struct request *q = &i->request;
	bool must_staple = false, ok;
	struct findings f;

	for (size_t j = 0; j < q->feature_count; j++)
		must_staple = must_staple || q->features[j] == FEATURE_STATUS_REQUEST;
	findings_init(&f, b->policy, b->now);
	ask_stance(&q->names, must_staple, q->names.v[0].text, b->policy, &f);
	ok = findings_verdict(&f, 0) == VERDICT_PASS;
	if (!ok)
		err_set(&i->why, ERR_USAGE, "%s", f.n ? f.v[0].message : "out of memory");
	findings_wipe(&f);
	return ok;
}

static int process(void *context, unsigned worker, void *item, struct err *e)
{
	const struct batch *b = ((struct run *)context)->b;
	struct piece *p = item;
	struct batch_item *i = &p->item;
	struct key *k = NULL;
	bool key_there, request_there;
	int rc;

	(void)worker;
	if (i->state == BATCH_BAD)
		return 0;
	if (!allowed(b, i))
		return bad(i);
	key_there = !b->force && access(i->key_path, F_OK) == 0;
	request_there = !b->force && access(i->path, F_OK) == 0;
	if (key_there)
		return request_there ? batch_keep(i, e) : use_existing_key(b, p, e);
	if (request_there) {
		err_set(&i->why, ERR_EXISTS, "%s exists, but its key %s does not", i->path, i->key_path);
		return bad(i);
	}
	if (key_generate(&k, b->algorithm, e) != 0)
		return -1;
	rc = order_item(b, p, k, true, e);
	key_free(k);
	return rc;
}

/* --- files get their names --- */

static int finish_group(struct run *r, struct err *e)
{
	struct file_replace v[2 * GROUP_MAX];
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < r->group_n; i++) {
		struct order_files *f = &r->group[i]->files;

		memcpy(v + n, f->v, f->n * sizeof *v);
		n += f->n;
		f->n = 0; /* they are v's now */
	}
	rc = file_replace_finish_all(v, n, true, e);
	for (size_t i = 0; i < r->group_n; i++) {
		if (rc == 0)
			r->b->on_item(r->b->context, &r->group[i]->item);
		piece_free(r->group[i]);
	}
	r->group_n = 0;
	return rc;
}

static int deliver(void *context, void *item, struct err *e)
{
	struct run *r = context;

	r->group[r->group_n++] = item;
	return r->group_n == r->group_size ? finish_group(r, e) : 0;
}

static void discard(void *context, void *item)
{
	(void)context;
	piece_free(item);
}

/* Two in five wait for their names while the others are made. */
static void share_descriptors(struct run *r, struct work *w)
{
	struct rlimit limit;
	size_t pieces = 16;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur > DESCRIPTORS_ELSE + pieces * DESCRIPTORS_EACH)
		pieces = (size_t)(limit.rlim_cur - DESCRIPTORS_ELSE) / DESCRIPTORS_EACH;
	if (pieces > GROUP_MAX * 5 / 2)
		pieces = GROUP_MAX * 5 / 2;
	r->group_size = pieces * 2 / 5;
	w->window = (unsigned)(pieces - r->group_size);
}

int batch_run(const struct batch *b, struct err *e)
{
	struct run r = {.b = b, .rest = b->list};
	struct work w = {.jobs = b->jobs, .context = &r, .produce = produce, .process = process,
			 .deliver = deliver, .discard = discard};
	int rc;

	if (batch_count(b->list) == 0)
		return err_set(e, ERR_USAGE, "the list has no line with a name");
	share_descriptors(&r, &w);
	rc = work_run(&w, e);
	/* What is ready is kept, whatever ended the run. */
	if (finish_group(&r, rc == 0 ? e : NULL) != 0)
		rc = -1;
	batch_seen_wipe(&r.seen);
	return rc;
}
