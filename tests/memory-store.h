/* A store that tests play: its objects are in memory, its faults are ordered, its fetches are
 * counted
 *
 * It takes the place of plugin/store/ in a program that is linked with memory-store.c.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

IdrStore *memory_store_new (void);

/* Puts @size bytes at @key; NULL takes it away. */
void memory_store_put (IdrStore *store, const gchar *key, gconstpointer data, gssize size);
void memory_store_put_text (IdrStore *store, const gchar *key, const gchar *text);

/* From now on, fetches of @key fail with @code, @times times. */
void memory_store_fail (IdrStore *store, const gchar *key, gint code, guint times);

/* While held, no fetch comes to an end. */
void memory_store_hold (IdrStore *store, gboolean held);

/* Fetches that were started so far: of @key, or of all; and those that nobody has let go of yet. */
guint memory_store_count (IdrStore *store, const gchar *key);
guint memory_store_count_alive (IdrStore *store);
/* Threads that wait for one. */
guint memory_store_count_waiting (IdrStore *store);
/* Bytes that fetches have brought so far. */
gint64 memory_store_count_bytes (IdrStore *store);
