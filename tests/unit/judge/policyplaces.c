#include "tests/unit/unit.h"

#include "ground/file.h"
#include "judge/policyfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static char *path_of(const char *name)
{
	char *s = NULL;

	assert_true(asprintf(&s, "%s/%s", folder, name) > 0);
	return s;
}

static void put(const char *name, const char *text)
{
	char *path = path_of(name);
	struct err e;

	assert_int_equal(file_replace(path, 0644, 0, span_str(text), &e), 0);
	free(path);
}

static int setup(void **state)
{
	char *ca;

	(void)state;
	strcpy(folder, "/tmp/policyplaces.XXXXXX");
	assert_non_null(mkdtemp(folder));
	ca = path_of("ca");
	assert_int_equal(mkdir(ca, 0755), 0);
	free(ca);
	put("ca/b.conf", "name = B\nsource = s\nchecked = 2026-01-01\n");
	put("ca/a.conf", "name = A\nsource = s\nchecked = 2026-01-01\n");
	put("ca/.hidden.conf", "nonsense");
	put("ca/README", "nonsense");
	put("strict.conf", "skew = 1m\n");
	put("system.conf", "skew = 2m\ngate { rounds = 4 }\nca a { remedy = go }\n");
	put("last.conf", "skew = 3m\n");
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"ca/b.conf", "ca/a.conf", "ca/.hidden.conf", "ca/README",
					    "strict.conf", "system.conf", "last.conf", "ca", "."};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *path = path_of(names[i]);

		if (unlink(path) != 0)
			rmdir(path);
		free(path);
	}
	rmdir(folder);
	return 0;
}

static int load(struct policy *p, bool system, const char *system_file, const char *const *names,
		size_t n, struct err *e)
{
	struct policy_places places = {.system = path_of(system_file), .data = strdup(folder)};
	int rc;

	assert_int_equal(policy_init(p, e), 0);
	rc = policy_load_from(p, &places, system, names, n, e);
	policy_places_wipe(&places);
	return rc;
}

static void each_is_read_over_the_one_before(void **state)
{
	char *last = path_of("last.conf");
	const char *const names[] = {"strict", last};
	struct policy p;
	struct err e;

	(void)state;
	assert_int_equal(load(&p, true, "system.conf", names, 0, &e), 0);
	assert_int_equal(p.skew, 120);
	assert_int_equal(p.rounds, 4);
	assert_int_equal(p.ca_count, 2);
	assert_string_equal(p.cas[0].id, "a");
	assert_string_equal(p.cas[0].remedy, "go");
	policy_wipe(&p);
	assert_int_equal(load(&p, true, "system.conf", names, 1, &e), 0);
	assert_int_equal(p.skew, 60);
	assert_int_equal(p.rounds, 4);
	policy_wipe(&p);
	assert_int_equal(load(&p, true, "system.conf", names, 2, &e), 0);
	assert_int_equal(p.skew, 180);
	policy_wipe(&p);
	assert_int_equal(load(&p, false, "system.conf", names, 1, &e), 0);
	assert_int_equal(p.skew, 60);
	assert_int_equal(p.rounds, 3);
	assert_null(p.cas[0].remedy);
	policy_wipe(&p);
	free(last);
}

static void the_system_file_may_be_missing_but_not_broken(void **state)
{
	struct policy p;
	struct err e;

	(void)state;
	assert_int_equal(load(&p, true, "nowhere.conf", NULL, 0, &e), 0);
	assert_int_equal(p.skew, 300);
	policy_wipe(&p);
	assert_int_equal(load(&p, true, "ca", NULL, 0, &e), -1);
	policy_wipe(&p);
	assert_int_equal(load(&p, true, "ca/README", NULL, 0, &e), -1);
	assert_non_null(strstr(e.text, "ca/README:1: "));
	policy_wipe(&p);
	assert_int_equal(load(&p, false, "ca/README", NULL, 0, &e), 0);
	policy_wipe(&p);
}

static void a_broken_record_is_an_error(void **state)
{
	struct policy p;
	struct err e;

	(void)state;
	put("ca/b.conf", "name = B\nsource = s\n");
	assert_int_equal(load(&p, false, "system.conf", NULL, 0, &e), -1);
	assert_non_null(strstr(e.text, "ca/b.conf: 'checked' of the record is missing"));
	policy_wipe(&p);
	put("ca/b.conf", "name = B\nsource = s\nchecked = 2026-01-01\ninclude('x')\n");
	assert_int_equal(load(&p, false, "system.conf", NULL, 0, &e), -1);
	assert_non_null(strstr(e.text, "ca/b.conf:4: unknown option 'include' in 'ca'"));
	policy_wipe(&p);
	put("ca/b.conf", "name = B\nname = C\nsource = s\nchecked = 2026-01-01\n");
	assert_int_equal(load(&p, false, "system.conf", NULL, 0, &e), -1);
	assert_non_null(strstr(e.text, "ca/b.conf:2: option 'name' "));
	policy_wipe(&p);
	put("ca/b.conf", "");
	assert_int_equal(load(&p, false, "system.conf", NULL, 0, &e), -1);
	policy_wipe(&p);
	put("ca/b.conf", "name = B\nsource = s\nchecked = 2026-01-01\n");
}

static void a_name_that_nothing_has_lists_what_there_is(void **state)
{
	const char *const names[] = {"stric"};
	struct policy p;
	struct err e;

	(void)state;
	assert_int_equal(load(&p, false, "system.conf", names, 1, &e), -1);
	assert_string_equal(e.text, "policy 'stric': there is no such file, and the shipped ones are: "
				    "last, strict, system");
	policy_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_read_over_the_one_before),
		cmocka_unit_test(the_system_file_may_be_missing_but_not_broken),
		cmocka_unit_test(a_broken_record_is_an_error),
		cmocka_unit_test(a_name_that_nothing_has_lists_what_there_is),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
