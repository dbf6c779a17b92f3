/* What the open sources may use together: the largest wish among them holds
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct _IdrWish IdrWish;

/* Wishes for @connections requests at once and @cache_size bytes of decoded chunks, until the wish
 * is freed. */
IdrWish *idr_wish_new (guint connections, gsize cache_size);
void idr_wish_free (IdrWish *wish);

/* Wishes for so many bytes from now on. */
void idr_wish_set_cache_size (IdrWish *wish, gsize cache_size);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrWish, idr_wish_free)
