/*
 * inventory_page: the fixed parts of the HTML inventory.
 */
#ifndef STAPLE_REPORT_INVENTORY_PAGE_H
#define STAPLE_REPORT_INVENTORY_PAGE_H

extern const char inventory_style[], inventory_script[];

#endif
