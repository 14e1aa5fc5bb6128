/* What every unit test includes first. */
#ifndef STAPLE_TESTS_UNIT_H
#define STAPLE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
