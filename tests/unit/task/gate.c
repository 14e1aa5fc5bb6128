#include "tests/unit/unit.h"

#include "task/gate_plan.h"

#include <stdio.h>
#include <stdlib.h>

static void targets_are_read(void **state)
{
	static const struct {
		const char *text, *starttls;
		const char *want; /* "HOST PORT PROTOCOL HTTP", or NULL: refused */
	} cases[] = {
		{"www.example.test", NULL, "www.example.test 443 tls 1"},
		{"www.example.test:8443", NULL, "www.example.test 8443 tls 1"},
		{"www.example.test:12345", NULL, "www.example.test 12345 tls 1"},
		{"192.0.2.1:993", NULL, "192.0.2.1 993 tls 0"},
		{"2001:db8::1", NULL, "2001:db8::1 443 tls 1"},
		{"[2001:db8::1]", NULL, "2001:db8::1 443 tls 1"},
		{"[2001:db8::1]:25", NULL, "2001:db8::1 25 smtp 0"},
		{"mx.example.test:587", NULL, "mx.example.test 587 smtp 0"},
		{"mx.example.test:587", "none", "mx.example.test 587 tls 1"},
		{"mx.example.test", "smtp", "mx.example.test 25 smtp 0"},
		{"mx.example.test:2525", "smtp", "mx.example.test 2525 smtp 0"},
		{"smtp://mx.example.test", NULL, "mx.example.test 25 smtp 0"},
		{"SMTP://mx.example.test:26", NULL, "mx.example.test 26 smtp 0"},
		{"xmpp-server://x.test", NULL, "x.test 5269 xmpp-server 0"},
		{"https://www.example.test/", NULL, "www.example.test 443 tls 1"},
		{"https://www.example.test:8443/", NULL, "www.example.test 8443 tls 1"},
		{"https://[2001:db8::1]:444/", NULL, "2001:db8::1 444 tls 1"},
		{"https://www.example.test:8443/path", NULL, NULL},
		{"https://www.example.test//", NULL, NULL},
		{"imaps://m.test", "smtp", "m.test 993 tls 0"},
		{"ldap://[::1]:3890", NULL, "::1 3890 ldap 0"},
		{"http://www.example.test", NULL, NULL},
		{"www.example.test/path", NULL, NULL},
		{"www.example.test:0", NULL, NULL},
		{"www.example.test:65536", NULL, NULL},
		{"www.example.test:99999999999999999999", NULL, NULL},
		{"www.example.test:", NULL, NULL},
		{"www.example.test:https", NULL, NULL},
		{"user@www.example.test", NULL, NULL},
		{"--rounds", NULL, NULL},
		{"-:443", NULL, NULL},
		{"www example test", NULL, NULL},
		{"[::1", NULL, NULL},
		{"[www.example.test]x", NULL, NULL},
		{"x.test", "telnet", NULL},
		{"", NULL, NULL},
		{":443", NULL, NULL},
	};
	struct gate_target t;
	struct err e;
	char got[400];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (gate_target_parse(cases[i].text, cases[i].starttls, &t, &e) != 0) {
			assert_int_equal(e.code, ERR_USAGE);
			if (cases[i].want)
				fail_msg("%s: %s", cases[i].text, e.text);
			continue;
		}
		snprintf(got, sizeof got, "%s %u %s %d", t.host, t.port,
			 t.starttls ? t.starttls->name : "tls", t.may_be_http);
		if (!cases[i].want || strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got %s", cases[i].text, got);
		gate_target_wipe(&t);
	}
}

static void scopes_are_read(void **state)
{
	struct gate_scope s = {0};
	struct err e;

	(void)state;
	assert_int_equal(gate_scope_tls(&s, "1.3,1.2", &e), 0);
	assert_int_equal(s.tls, GATE_TLS_1_2 | GATE_TLS_1_3);
	assert_int_equal(gate_scope_tls(&s, "1.1", &e), -1);
	assert_int_equal(gate_scope_tls(&s, "", &e), -1);
	assert_int_equal(gate_scope_keys(&s, "RSA,ecdsa", &e), 0);
	assert_int_equal(s.keys, GATE_KEY_RSA | GATE_KEY_ECDSA);
	assert_int_equal(gate_scope_keys(&s, "rsa,", &e), 0);
	assert_int_equal(gate_scope_keys(&s, ",rsa", &e), -1);
	assert_int_equal(gate_scope_keys(&s, "dsa", &e), -1);
	assert_int_equal(gate_scope_add_sni(&s, "none", &e), 0);
	assert_string_equal(s.sni[0], "");
	assert_int_equal(gate_scope_add_sni(&s, "a b", &e), -1);
	assert_int_equal(gate_scope_add_connect(&s, "nowhere", &e), -1);
	gate_scope_wipe(&s);
}

/* --- plans --- */

struct world {
	struct policy policy;
	struct gate_options o;
	struct gate_target t;
	struct gate_plan p;
};

static void begin(struct world *w, const char *connect, unsigned rounds)
{
	struct err e;

	assert_int_equal(policy_init(&w->policy, &e), 0);
	w->o = (struct gate_options){.policy = &w->policy};
	assert_int_equal(gate_target_parse("www.example.test", NULL, &w->t, &e), 0);
	w->t.scope.rounds = rounds;
	if (connect)
		assert_int_equal(gate_scope_add_connect(&w->t.scope, connect, &e), 0);
	assert_int_equal(gate_plan_init(&w->p, &w->t, &w->o, &e), 0);
}

static void end(struct world *w)
{
	gate_plan_wipe(&w->p);
	gate_target_wipe(&w->t);
	policy_wipe(&w->policy);
}

/* All that may start now; returns how many, their cells in v. */
static size_t start_all(struct world *w, size_t v[64], char *text, size_t size)
{
	struct probe_job job;
	size_t n = 0, used = 0, cell;

	text[0] = '\0';
	while (gate_plan_next(&w->p, &job, &cell)) {
		assert_int_equal(job.kind, PROBE_HANDSHAKE);
		assert_true(n < 64);
		v[n++] = cell;
		used += (size_t)snprintf(text + used, size - used, "%s%s/%s/%u", used ? " " : "",
					 job.key == KEY_EC ? "E" : job.key == KEY_RSA ? "R" : "D",
					 path_tls_text(job.tls), job.round);
	}
	return n;
}

static void rounds_follow_what_answers(void **state)
{
	struct world w;
	struct err e;
	size_t v[64];
	char text[512];

	(void)state;
	begin(&w, "192.0.2.1", 2);
	assert_int_equal(start_all(&w, v, text, sizeof text), 4);
	assert_string_equal(text, "E/1.3/1 E/1.2/1 R/1.3/1 R/1.2/1");
	assert_int_equal(gate_plan_done(&w.p, v[0], PATH_SERVED, &e), 0);
	assert_int_equal(gate_plan_done(&w.p, v[1], PATH_BROKEN, &e), 0);
	assert_int_equal(gate_plan_done(&w.p, v[2], PATH_NOT_SERVED, &e), 0);
	assert_false(gate_plan_over(&w.p));
	assert_int_equal(start_all(&w, v, text, sizeof text), 2);
	assert_string_equal(text, "E/1.3/2 R/1.3/2");
	assert_int_equal(gate_plan_done(&w.p, v[0], PATH_SERVED, &e), 0);
	assert_int_equal(gate_plan_done(&w.p, v[1], PATH_NOT_SERVED, &e), 0);
	assert_int_equal(gate_plan_done(&w.p, 3, PATH_NOT_SERVED, &e), 0);
	assert_int_equal(start_all(&w, v, text, sizeof text), 1);
	assert_string_equal(text, "R/1.2/2");
	assert_int_equal(gate_plan_done(&w.p, v[0], PATH_SERVED, &e), 0);
	assert_true(gate_plan_over(&w.p));
	end(&w);
}

static void a_silent_address_is_left_alone(void **state)
{
	struct world w;
	struct err e;
	size_t v[64], n;
	char text[512];

	(void)state;
	begin(&w, "192.0.2.1", 3);
	n = start_all(&w, v, text, sizeof text);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(gate_plan_done(&w.p, v[i], i == 0 ? PATH_SERVED : PATH_TIMEOUT, &e), 0);
	assert_int_equal(start_all(&w, v, text, sizeof text), 0);
	assert_true(gate_plan_over(&w.p));
	assert_true(w.p.dead[0]);
	end(&w);
}

static void eddsa_is_tried_when_nothing_else_is_there(void **state)
{
	struct world w;
	struct err e;
	size_t v[64], n;
	char text[512];

	(void)state;
	begin(&w, "192.0.2.1", 1);
	n = start_all(&w, v, text, sizeof text);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(gate_plan_done(&w.p, v[i], PATH_NOT_SERVED, &e), 0);
	assert_int_equal(start_all(&w, v, text, sizeof text), 2);
	assert_string_equal(text, "D/1.3/1 D/1.2/1");
	assert_int_equal(gate_plan_done(&w.p, v[0], PATH_NOT_SERVED, &e), 0);
	assert_int_equal(gate_plan_done(&w.p, v[1], PATH_NOT_SERVED, &e), 0);
	assert_true(gate_plan_over(&w.p));
	end(&w);
}

static void no_server_is_crowded(void **state)
{
	struct world w;
	struct err e;
	size_t v[64], n;
	char text[512];

	(void)state;
	begin(&w, "192.0.2.1", 1000);
	n = start_all(&w, v, text, sizeof text);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(gate_plan_done(&w.p, v[i], PATH_SERVED, &e), 0);
	assert_int_equal(start_all(&w, v, text, sizeof text), GATE_PER_TARGET);
	end(&w);
}

static void a_name_is_resolved_first_and_alone(void **state)
{
	struct world w;
	struct probe_job job;
	struct probe_address a[2];
	struct err e;
	size_t cell;

	(void)state;
	begin(&w, NULL, 1);
	assert_true(gate_plan_next(&w.p, &job, &cell));
	assert_int_equal(job.kind, PROBE_RESOLVE);
	assert_string_equal(job.host, "www.example.test");
	assert_int_equal(job.port, 443);
	assert_false(gate_plan_next(&w.p, &job, &cell));
	assert_false(gate_plan_over(&w.p));
	assert_int_equal(probe_address_parse("192.0.2.1", 443, &a[0]), 0);
	assert_int_equal(probe_address_parse("2001:db8::1", 443, &a[1]), 0);
	assert_int_equal(gate_plan_addresses(&w.p, a, 2, &e), 0);
	assert_int_equal(w.p.cell_count, 8);
	assert_true(gate_plan_next(&w.p, &job, &cell));
	assert_string_equal(job.sni, "www.example.test");
	end(&w);
}

static void a_rehearsal_begins_with_one(void **state)
{
	struct world w;
	struct probe_job job;
	struct err e;
	size_t cell, other;

	(void)state;
	begin(&w, "192.0.2.1", 1);
	w.p.alone = true;
	assert_true(gate_plan_next(&w.p, &job, &cell));
	assert_false(gate_plan_next(&w.p, &job, &other));
	assert_int_equal(gate_plan_done(&w.p, cell, PATH_SERVED, &e), 0);
	assert_true(gate_plan_next(&w.p, &job, &other));
	assert_true(gate_plan_next(&w.p, &job, &other));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(scopes_are_read),
		cmocka_unit_test(rounds_follow_what_answers),
		cmocka_unit_test(a_silent_address_is_left_alone),
		cmocka_unit_test(eddsa_is_tried_when_nothing_else_is_there),
		cmocka_unit_test(no_server_is_crowded),
		cmocka_unit_test(a_name_is_resolved_first_and_alone),
		cmocka_unit_test(a_rehearsal_begins_with_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
