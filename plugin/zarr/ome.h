/* OME-Zarr 0.1 to 0.5: what a group says of the image whose levels are its arrays
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"

typedef struct
{
  gchar *name; /* as written: "t", "C" */
  gchar *type; /* "time", "channel", "space", or another; never NULL */
  gchar *unit; /* "micrometer", or NULL */
} IdrOmeAxis;

typedef struct
{
  gchar *path;                       /* of the array, below the group */
  gdouble scale[IDR_ARRAY_MAX_DIMS]; /* by axis, in the axis's unit; 1 where nothing is said */
  gdouble translation[IDR_ARRAY_MAX_DIMS]; /* by axis, in the axis's unit */
  gboolean has_scale;                      /* the store says so */
  gchar *metadata; /* the array's, where the group's has them ("consolidated"), or NULL */
} IdrOmeLevel;

typedef struct
{
  gchar *label;       /* or NULL */
  gint color;         /* 0xRRGGBB, or -1 */
  gdouble start, end; /* the range to show; equal when not known */
} IdrOmeChannel;

/* Immutable once opened. */
typedef struct
{
  gchar *version; /* "0.4" */
  gchar *name;    /* or NULL */
  gint n_axes;    /* 2 to 5 */
  IdrOmeAxis axes[5];
  gint t, c, z, y, x; /* which axis each one is, or -1; y and x are always there */
  gint n_levels;
  IdrOmeLevel *levels; /* finest first */
  gint n_channels;
  IdrOmeChannel *channels;
  gchar **labels;            /* names of label images below "labels/", or NULL */
  gboolean is_label;         /* the image is itself a label image */
  gint default_t, default_z; /* what its makers show first, or -1 */
} IdrOme;

/* Reads what the group at @path ("" for the root) says. A plain Zarr array of 2 to 5 dimensions is
 * an image with one level. Errors: NOT_FOUND (neither group nor array there), INVALID_DATA,
 * NOT_SUPPORTED (a plate, or a collection of images: the message says which paths below it are
 * images). */
IdrOme *idr_ome_open (IdrStore *store, const gchar *path, IdrTally *tally,
                      GCancellable *cancellable, GError **error);
void idr_ome_free (IdrOme *ome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOme, idr_ome_free)

/* Micrometres in one @unit of length ("nanometer", "µm", "millimeter"…), or seconds in one of time;
 * 0 where @unit is not known, or NULL. */
gdouble idr_ome_unit (const gchar *unit);
