/* What all arrays of the process share: the cache of what was decoded, and the fetches ahead of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shared.h"

#define CACHE_SIZE (32 << 20)

static gpointer
bytes_ref (gpointer value)
{
  return g_bytes_ref (value);
}

static void
bytes_unref (gpointer value)
{
  g_bytes_unref (value);
}

IdrCache *
idr_shared_get_cache (void)
{
  static gsize cache;

  if (g_once_init_enter (&cache))
    g_once_init_leave (&cache, (gsize)idr_cache_new (CACHE_SIZE, bytes_ref, bytes_unref));
  return (IdrCache *)cache;
}

IdrAhead *
idr_shared_get_ahead (void)
{
  static gsize ahead;

  if (g_once_init_enter (&ahead))
    g_once_init_leave (&ahead, (gsize)idr_ahead_new ());
  return (IdrAhead *)ahead;
}

gsize
idr_shared_get_bound (IdrAheadReason reason)
{
  /* Half of what idr_array_set_cache_size() allows is the cache's, the other half is for this. */
  return idr_cache_get_budget (idr_shared_get_cache ());
}
