/*
 * inventory_chart: the two charts of an inventory's HTML page, as SVG: certificates by the month
 * they end in, and by state.  Their colours are the page's (inventory_page.h).
 */
#ifndef STAPLE_REPORT_INVENTORY_CHART_H
#define STAPLE_REPORT_INVENTORY_CHART_H

#include "report/inventory.h"

#define INVENTORY_MONTHS 24 /* of the timeline, from now on */

struct inventory_timeline { /* all zero: nothing counted */
	size_t ends[INVENTORY_MONTHS], staple[INVENTORY_MONTHS]; /* certificates ending in each month */
	size_t later, expired;
};

void inventory_timeline_count(struct inventory_timeline *s, const struct inventory_cert *c);
void inventory_timeline_draw(const struct inventory_timeline *s, struct report *r);

void inventory_states_draw(const struct inventory_summary *sum, struct report *r);

#endif
