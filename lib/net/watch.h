/*
 * watch: something that waits for a descriptor in an epoll loop.  The event's pointer is the
 * watch; it must outlive the round of events in which its descriptor was closed.
 */
#ifndef STAPLE_NET_WATCH_H
#define STAPLE_NET_WATCH_H

#include <stdint.h>
#include <sys/epoll.h>

struct watch {
	void (*ready)(struct watch *w, uint32_t events);
};

#endif
