/* --help: each option and what it does, in two columns. */
#include "tools/options.h"

#include <stdio.h>

/* --help fits every terminal; its right column begins there. */
#define HELP_COLUMNS 79
#define HELP_TEXT_AT 30

/* Words broken at the right margin; `column` is where the cursor stands. */
static void print_words(const char *text, size_t from, size_t column)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		if (column > from && column + 1 + n > HELP_COLUMNS) {
			printf("\n%*s", (int)from, "");
			column = from;
		} else if (column > from) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)n, text);
		column += n;
		text += n + strspn(text + n, " ");
	}
	putchar('\n');
}

/* "  -q, --quiet" and what it does, in a column of its own; below when the name is too long. */
static void print_option(const struct poptOption *t)
{
	int n = t->shortName ? printf("  -%c, --%s", t->shortName, t->longName)
			     : printf("      --%s", t->longName);

	if (t->argDescrip)
		n += printf("=%s", t->argDescrip);
	if (n > HELP_TEXT_AT - 2) {
		putchar('\n');
		n = 0;
	}
	printf("%*s", HELP_TEXT_AT - n, "");
	print_words(t->descrip, HELP_TEXT_AT, HELP_TEXT_AT);
}

static void print_table(const struct poptOption *t)
{
	for (; t->longName || t->shortName || t->arg; t++) {
		if ((t->argInfo & POPT_ARG_MASK) != POPT_ARG_INCLUDE_TABLE) {
			print_option(t);
			continue;
		}
		if (t->descrip)
			printf("\n%s\n", t->descrip);
		print_table(t->arg);
	}
}

int options_help(const struct options *o, const struct tool *tool)
{
	printf("%s: %s\n\nUsage: %s [OPTION...] %s\n", tool->name, tool->summary, tool->name, tool->args);
	print_table(o->table);
	printf("\nExit status: 0 checked, and it holds; 1 it does not hold; 2 could not be\n"
	       "checked.\n");
	if (tool->example)
		printf("\nExample:\n  %s\n", tool->example);
	printf("\nSee %s(1) and staple-tools(7).\n", tool->name);
	return STATUS_HOLDS;
}
