/* What the inner loops of perimeters are, for each instruction set: bits of pixels, 64 at a time
 *
 * Rows lie @stride words apart, the first pixel in the lowest bit. The word behind each row is
 * zero, so that the neighbours of its pixels at the edges are none.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "perimeter.h"

/* Neighbours that are both of objects, but not of the same: each bit stands with the pixel above
 * the other, or to its left. */
typedef struct
{
  guint64 *right, *below, *below_right, *below_left;
} IdrSeams;

/* What a pixel adds, a bit each. */
typedef struct
{
  guint64 *straight, *slanted, *mixed;
} IdrWeights;

/* Pixels above free ones, at the end of their run, that touch a run of the next row by their corner
 * below to the right; and likewise to the left. */
typedef struct
{
  guint64 *right, *left;
} IdrCorners;

/* A row's runs: somebody else's while they are being added. */
typedef struct
{
  const IdrRun *runs;
  const gint32 *labels;
  gsize n;
} IdrLabelledRow;

typedef struct
{
  void (*find_corners) (const guint64 *mask, gsize first, gsize n, gsize stride,
                        const IdrCorners *corners);

  /* The @n words of @mask from @first on: those of whose pixels are on a boundary? @seams: NULL if
   * there are none. */
  void (*find_boundary) (const guint64 *mask, const IdrSeams *seams, gsize first, gsize n,
                         gsize stride, guint64 *boundary);
  void (*weigh) (const guint64 *boundary, const IdrSeams *seams, gsize first, gsize n, gsize stride,
                 const IdrWeights *weights);

  /* Adds what the runs of @n rows hold, the first one's words beginning at @first. */
  void (*count) (const IdrWeights *weights, gsize first, gsize stride, const IdrLabelledRow *rows,
                 gsize n, IdrBoundary *boundaries);
} IdrPerimeterKernels;

/* For @isa, at most idr_isa_get_best(). */
extern const IdrPerimeterKernels idr_perimeter_kernels_plain;
extern const IdrPerimeterKernels idr_perimeter_kernels_avx2;
extern const IdrPerimeterKernels idr_perimeter_kernels_avx512;
