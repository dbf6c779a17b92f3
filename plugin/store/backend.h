/* What each kind of store does in its own way; store.c checks keys and keeps references
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

/* Keys and prefixes are checked before any of these is called. */
typedef struct
{
  /* Puts a fetch on its way, or leaves it to read(). */
  void (*start) (IdrStore *store, IdrFetch *fetch);
  /* Ends a fetch that did not start, on the thread of the first who waits; NULL where all start. */
  void (*read) (IdrStore *store, IdrFetch *fetch);
  /* Lets what start() has put on its way go before what nobody waits for; NULL where all is read
     by those who wait. */
  void (*hurry) (IdrFetch *fetch);
  /* Stops what start() has put on its way. */
  void (*stop) (IdrFetch *fetch);
  gchar *(*get_uri) (IdrStore *store, const gchar *key);
  gboolean (*is_local) (IdrStore *store);
  gchar **(*list) (IdrStore *store, const gchar *prefix, GCancellable *cancellable, GError **error);
  void (*free) (IdrStore *store);
} IdrStoreBackend;

/* The first member of every kind. */
struct _IdrStore
{
  const IdrStoreBackend *backend;
  gatomicrefcount references;
};

IdrStore *idr_file_store_new (const gchar *folder);
/* @location has ".zip!" in it. */
IdrStore *idr_zip_store_new (const gchar *location, const IdrStoreOptions *options, GError **error);
/* @text as idr_location_parse() takes it. */
IdrStore *idr_web_store_new (const gchar *text, const IdrStoreOptions *options, GError **error);

/* Whether @key may be asked for, or a listing may name it. */
gboolean idr_store_check_key (const gchar *key, GError **error);
