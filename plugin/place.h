/* A place where an image may lie: an image's own group, a plate, or a collection of images
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

typedef struct _IdrPlace IdrPlace;

/* Asks for the metadata at @location; @v3: that of Zarr v3 too. Returns at once, also where the
 * location is no good. */
IdrPlace *idr_place_ask (const gchar *location, const IdrStoreOptions *options, gboolean v3);
void idr_place_free (IdrPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrPlace, idr_place_free)

/* What is looked for. */
typedef struct
{
  gboolean image, plate; /* what may be at the place; both FALSE: anything */
  const gchar *well;     /* where on a plate, "B/3/0"; NULL: not known */
  gint series;           /* which one of several images, where there is no well */
} IdrPlaceWish;

/* The location of the image that is at the place, or below it. Errors: NOT_FOUND, INVALID_DATA…,
 * and what keeps the store from answering. */
gchar *idr_place_find_image (IdrPlace *place, const IdrPlaceWish *wish, GCancellable *cancellable,
                             GError **error);

/* Whether @error, or NULL, tells of a store that cannot be asked now, and not of what is in it. */
gboolean idr_place_is_trouble (const GError *error);
