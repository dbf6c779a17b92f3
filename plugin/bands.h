/* Bands of large stacks that were let go, made again to be painted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "tile-reader.h"

typedef struct _IdrBands IdrBands;

/* Of the stacks of @input, each like @stack; @segmenter stays in use. @memory: bytes that may be
 * kept. */
IdrBands *idr_bands_new (LaminaImage *input, IdrSegmenter *segmenter, const IdrStack *stack,
                         gsize memory);
void idr_bands_free (IdrBands *self);

/* The @index-th band of @segments, which are those of the @number-th stack: owned by the caller.
 * NULL with @error. Any thread; threads that ask for the same wait for the first one, who has those
 * of its job to help. */
IdrBand *idr_bands_get (IdrBands *self, gint64 number, const IdrSegments *segments, gint64 index,
                        LaminaJob *job, GError **error);
