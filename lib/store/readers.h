/*
 * readers: the readers of store.c's table, each in the file of its name.
 */
#ifndef STAPLE_STORE_READERS_H
#define STAPLE_STORE_READERS_H

#include "store/store.h"

bool store_nss_is(struct span bytes);
void store_nss_read(struct store_input *in);
bool store_jks_is(struct span bytes);
bool store_jceks_is(struct span bytes);
void store_jks_read(struct store_input *in);
bool store_pkcs12_is(struct span bytes);
void store_pkcs12_read(struct store_input *in);
bool store_pkcs7_is(struct span bytes);
void store_pkcs7_read(struct store_input *in);
/* A CMS or PKCS#7 SignedData, found in another container. */
void store_pkcs7_bytes(struct store_input *in, struct span ber);
/* Passes over a serialized Java object at the front. */
bool store_jks_skip_object(struct span *in);
bool store_foreign_is(struct span bytes);
void store_foreign_read(struct store_input *in);
bool store_archive_is(struct span bytes);
void store_archive_read(struct store_input *in);
bool store_kubernetes_is(struct span bytes);
void store_kubernetes_read(struct store_input *in);

#endif
