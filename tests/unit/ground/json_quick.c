#include "tests/unit/unit.h"

#include "ground/json_quick.h"

#include <stdlib.h>

/* Every document is written two times: in the quick way and in the ordinary one. */
struct both {
	struct buf quick, plain;
	struct json q, p;
};

static void begin(struct both *b, unsigned indent)
{
	buf_init(&b->quick);
	buf_init(&b->plain);
	json_begin(&b->q, &b->quick, indent);
	json_begin(&b->p, &b->plain, indent);
}

static void end_with(struct both *b, bool failed)
{
	json_end(&b->q);
	json_end(&b->p);
	assert_int_equal(b->quick.failed, failed);
	assert_int_equal(b->plain.failed, failed);
	assert_int_equal(b->quick.n, b->plain.n);
	assert_memory_equal(b->quick.p, b->plain.p, b->plain.n);
	buf_wipe(&b->quick);
	buf_wipe(&b->plain);
}

/* Texts of each length about where the copies change their way, plain ones and others. */
static struct span text_of(unsigned choice, uint8_t room[80])
{
	size_t n = choice % 79;

	for (size_t i = 0; i < n; i++)
		room[i] = (uint8_t)('!' + (choice + i) % 90 + ((choice + i) % 90 == '"' - '!') +
				    2 * ((choice + i) % 90 == '\\' - '!'));
	if (choice % 5 == 0 && n > 0)
		room[choice / 79 % n] = "\"\\\n\x7f\xc3\0\x1f"[choice / 5 % 7];
	return span_of(room, n);
}

static void members(struct both *b, unsigned choice)
{
	static const int64_t times[] = {0, 1795262947, WHEN_NONE, INT64_MAX, -62167219200};
	static const int64_t numbers[] = {0, -1, 7, 90, 100, INT64_MIN, INT64_MAX};
	uint8_t room[80];
	struct span s = text_of(choice, room);

	json_quick_string(&b->q, "text", s);
	json_member_string(&b->p, "text", s);
	json_quick_cstring(&b->q, "none", NULL);
	json_member_cstring(&b->p, "none", NULL);
	json_quick_hex(&b->q, "octets", s);
	json_member_hex(&b->p, "octets", s);
	json_quick_hex(&b->q, "no_octets", SPAN_NONE);
	json_member_hex(&b->p, "no_octets", SPAN_NONE);
	json_quick_int(&b->q, "number", numbers[choice % 7]);
	json_member_int(&b->p, "number", numbers[choice % 7]);
	json_quick_time(&b->q, "at", times[choice % 5]);
	json_member_time(&b->p, "at", times[choice % 5]);
	json_quick_bool(&b->q, "so", choice % 2 == 0);
	json_member_bool(&b->p, "so", choice % 2 == 0);
	json_quick_word(&b->q, "empty", "[]");
	json_member_empty(&b->p, "empty");
}

static void list(struct json *j, const struct span *v, size_t n)
{
	uint8_t *p, before = '[';
	size_t room = 2;

	for (size_t i = 0; i < n; i++)
		room += v[i].n + 3;
	p = json_quick_list(j, "list", room);
	for (size_t i = 0; p && i < n; i++)
		p = json_quick_element(p, &before, v[i]);
	if (json_quick_list_end(j, p, before))
		return;
	json_member_array(j, "list");
	for (size_t i = 0; i < n; i++)
		json_string(j, v[i]);
	json_array_end(j);
}

static void lists(struct both *b, unsigned choice)
{
	uint8_t room[3][80];
	struct span v[3];
	size_t n = choice % 4;

	for (unsigned i = 0; i < 3; i++)
		v[i] = text_of(choice * 3 + i, room[i]);
	list(&b->q, v, n);
	json_member_array(&b->p, "list");
	for (size_t i = 0; i < n; i++)
		json_string(&b->p, v[i]);
	json_array_end(&b->p);
}

static void is_what_the_ordinary_writer_writes(void **state)
{
	struct both b;

	(void)state;
	for (unsigned choice = 0; choice < 79 * 5 * 7; choice++) {
		begin(&b, choice % 11 == 0 ? 2 : 0);
		json_object(&b.q);
		json_object(&b.p);
		members(&b, choice); /* the first of an object */
		lists(&b, choice);
		members(&b, choice + 1); /* behind others */
		json_key(&b.q, "inside");
		json_key(&b.p, "inside");
		json_object(&b.q);
		json_object(&b.p);
		members(&b, choice + 2);
		json_object_end(&b.q);
		json_object_end(&b.p);
		members(&b, choice + 3); /* behind an object */
		json_object_end(&b.q);
		json_object_end(&b.p);
		end_with(&b, false);
	}
}

static void fails_where_the_ordinary_writer_fails(void **state)
{
	struct both b;

	(void)state;
	for (unsigned where = 0; where < 3; where++) {
		begin(&b, 0);
		if (where == 1) {
			json_array(&b.q);
			json_array(&b.p);
			json_int(&b.q, 1);
			json_int(&b.p, 1);
		} else if (where == 2) {
			json_object(&b.q);
			json_object(&b.p);
			json_member_int(&b.q, "a", 1);
			json_member_int(&b.p, "a", 1);
			json_key(&b.q, "b");
			json_key(&b.p, "b");
		}
		members(&b, 1);
		end_with(&b, true);
	}
}

static void keeps_to_the_limit(void **state)
{
	struct both b;

	(void)state;
	for (size_t limit = 1; limit < 400; limit++) {
		begin(&b, 0);
		b.quick.limit = b.plain.limit = limit;
		json_object(&b.q);
		json_object(&b.p);
		for (unsigned i = 0; i < 4; i++)
			members(&b, i + (unsigned)limit);
		json_object_end(&b.q);
		json_object_end(&b.p);
		end_with(&b, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_ordinary_writer_writes),
		cmocka_unit_test(fails_where_the_ordinary_writer_fails),
		cmocka_unit_test(keeps_to_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
