/* What the open sources may use together
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "wishes.h"

#include "array.h"
#include "http.h"

struct _IdrWish
{
  guint connections;
  gsize cache_size;
};

static struct
{
  GMutex lock;
  GSList *wishes; /* of IdrWish */
} open_sources;

/* With the lock held. After the last source has gone, all stays as it is: the next one is likely to
 * wish the same. */
static void
apply (void)
{
  guint connections = 0;
  gsize cache_size = 0;

  for (GSList *link = open_sources.wishes; link != NULL; link = link->next)
    {
      const IdrWish *other = link->data;

      connections = MAX (connections, other->connections);
      cache_size = MAX (cache_size, other->cache_size);
    }
  if (open_sources.wishes == NULL)
    return;
  idr_http_set_connections (connections);
  idr_array_set_cache_size (cache_size);
}

IdrWish *
idr_wish_new (guint connections, gsize cache_size)
{
  IdrWish *wish = g_new (IdrWish, 1);

  wish->connections = connections;
  wish->cache_size = cache_size;
  g_mutex_lock (&open_sources.lock);
  open_sources.wishes = g_slist_prepend (open_sources.wishes, wish);
  apply ();
  g_mutex_unlock (&open_sources.lock);
  return wish;
}

void
idr_wish_set_cache_size (IdrWish *wish, gsize cache_size)
{
  g_mutex_lock (&open_sources.lock);
  wish->cache_size = cache_size;
  apply ();
  g_mutex_unlock (&open_sources.lock);
}

void
idr_wish_free (IdrWish *wish)
{
  g_mutex_lock (&open_sources.lock);
  open_sources.wishes = g_slist_remove (open_sources.wishes, wish);
  apply ();
  g_mutex_unlock (&open_sources.lock);
  g_free (wish);
}
