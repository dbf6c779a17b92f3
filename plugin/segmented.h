/* The planes of an image, segmented: each stack of them computed once, whoever asks, and kept
 *
 * Labels are painted from what is kept, in whatever rectangles they are read, and the tables' rows
 * are made of the objects.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

typedef struct _IdrSegmented IdrSegmented;

/* @is_volume: all planes of one t and c are one stack, else each is one. @memory: bytes that one
 * stack may take, 0 for a quarter of the machine's. */
IdrSegmented *idr_segmented_new (LaminaImage *input, const IdrSegmentOptions *options,
                                 gboolean is_volume, gint64 memory);
IdrSegmented *idr_segmented_ref (IdrSegmented *self);
void idr_segmented_unref (IdrSegmented *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrSegmented, idr_segmented_unref)

/* Fills @labels, rows @stride bytes apart, with the 32-bit numbers of @rect of @plane. */
gboolean idr_segmented_read_labels (IdrSegmented *self, gint64 plane, const LaminaRect *rect,
                                    gpointer labels, gsize stride, LaminaJob *job, GError **error);

/* The objects whose first pixel lies in @plane, an array of IdrObject, which nobody changes: owned
 * by the caller. */
GArray *idr_segmented_read_objects (IdrSegmented *self, gint64 plane, LaminaJob *job,
                                    GError **error);

/* Says that @plane's labels or objects will be read soon. */
void idr_segmented_will_need (IdrSegmented *self, gint64 plane, gboolean objects_only,
                              LaminaJob *job);
