/* What was fetched, kept in a folder: many processes may use it at once, and any of them be killed
 *
 * An entry is a file, written under another name first; one that is not whole counts as none. What
 * was used longest ago goes first where there are too many bytes.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct _IdrDiskCache IdrDiskCache;

/* Keeps up to about @limit bytes in @folder, which is made where it is not there. */
IdrDiskCache *idr_disk_cache_open (const gchar *folder, guint64 limit, GError **error);
void idr_disk_cache_unref (IdrDiskCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrDiskCache, idr_disk_cache_unref)

/* The name of the range of @url that @offset and @length tell as idr_store_fetch() has them. What
 * was read by a signed request is not for anonymous ones. */
gchar *idr_disk_cache_get_name (gboolean is_signed, const gchar *url, gint64 offset, gint64 length);

/* What is kept as @name, or NULL. Any thread. */
GBytes *idr_disk_cache_get (IdrDiskCache *cache, const gchar *name);

/* Keeps @bytes as @name. A thread of its own writes, for which the process's end waits a moment,
 * and where it does not keep up, or the disk is full, nothing is kept. Any thread. */
void idr_disk_cache_put (IdrDiskCache *cache, const gchar *name, GBytes *bytes);

/* Waits until all is written. */
void idr_disk_cache_flush (IdrDiskCache *cache);
