/* The inner loops of perimeters, compiled once for each instruction set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "perimeter-kernels.h"

#define INLINE static inline __attribute__ ((always_inline))

/* Each pixel's neighbour to the left, or to the right, in the place of the pixel. */
INLINE guint64
from_left (const guint64 *bits)
{
  return bits[0] << 1 | bits[-1] >> 63;
}

INLINE guint64
from_right (const guint64 *bits)
{
  return bits[0] >> 1 | bits[1] << 63;
}

INLINE guint64
from_left_but (const guint64 *bits, const guint64 *seam)
{
  return (bits[0] & ~seam[0]) << 1 | (bits[-1] & ~seam[-1]) >> 63;
}

INLINE guint64
from_right_but (const guint64 *bits, const guint64 *seam)
{
  return (bits[0] & ~seam[0]) >> 1 | (bits[1] & ~seam[1]) << 63;
}

/* --- Corners ------------------------------------------------------------------------------ */

static void
find_corners (const guint64 *mask, gsize first, gsize n, gsize stride, const IdrCorners *corners)
{
  guint64 *restrict right = corners->right;
  guint64 *restrict left = corners->left;

  for (gsize i = first; i < first + n; i++)
    {
      const guint64 *above = mask + i, *below = above + stride;
      const guint64 free = above[0] & ~below[0];

      right[i] = free & ~from_right (above) & from_right (below);
      left[i] = free & ~from_left (above) & from_left (below);
    }
}

/* --- The boundary ---------------------------------------------------------------------- */

static void
find_boundary (const guint64 *mask, const IdrSeams *seams, gsize first, gsize n, gsize stride,
               guint64 *restrict boundary)
{
  for (gsize i = first; seams == NULL && i < first + n; i++)
    {
      const guint64 *at = mask + i;

      boundary[i] = at[0] & ~(*(at - stride) & at[stride] & from_left (at) & from_right (at));
    }
  for (gsize i = first; seams != NULL && i < first + n; i++)
    {
      const guint64 *at = mask + i;
      const guint64 above = *(at - stride) & ~seams->below[i - stride];
      const guint64 below = at[stride] & ~seams->below[i];

      boundary[i] = at[0]
                    & ~(above & below & from_left_but (at, seams->right + i) & from_right (at)
                        & ~seams->right[i]);
    }
}

/* --- What its pixels add ------------------------------------------------------------------ */

/* Of 64 times four bits the sums, as bits of one, two and four. */
typedef struct
{
  guint64 one, two, four;
} Count;

INLINE Count
count_four (guint64 a, guint64 b, guint64 c, guint64 d)
{
  const guint64 ab = a ^ b, cd = c ^ d, both_ab = a & b, both_cd = c & d;

  return (Count){ .one = ab ^ cd, .two = both_ab ^ both_cd ^ (ab & cd), .four = both_ab & both_cd };
}

/* As scikit-image weighs them: by so many neighbours at the sides and so many at the corners. */
INLINE void
weigh_word (guint64 pixels, Count sides, Count corners, guint64 *straight, guint64 *slanted,
            guint64 *mixed)
{
  const guint64 no_side = ~(sides.one | sides.two | sides.four);
  const guint64 one_side = sides.one & ~sides.two;
  const guint64 two_corners = corners.two & ~corners.one;
  const guint64 three_corners = corners.two & corners.one;

  *straight = pixels & sides.two & ~(three_corners | corners.four);
  *slanted = pixels & ((no_side & two_corners) | (one_side & three_corners));
  *mixed = pixels & one_side & (corners.one ^ corners.two);
}

static void
weigh_seamless (const guint64 *restrict at, gsize n, gsize stride, guint64 *restrict straight,
                guint64 *restrict slanted, guint64 *restrict mixed)
{
  const guint64 *above = at - stride, *below = at + stride;

  for (gsize i = 0; i < n; i++)
    weigh_word (at[i], count_four (above[i], below[i], from_left (at + i), from_right (at + i)),
                count_four (from_left (above + i), from_right (above + i), from_left (below + i),
                            from_right (below + i)),
                straight + i, slanted + i, mixed + i);
}

static void
weigh_seamed (const guint64 *restrict at, const IdrSeams *seams, gsize first, gsize n, gsize stride,
              guint64 *restrict straight, guint64 *restrict slanted, guint64 *restrict mixed)
{
  const guint64 *above = at - stride, *below = at + stride;
  const guint64 *right = seams->right + first, *down = seams->below + first;
  const guint64 *down_right = seams->below_right + first, *down_left = seams->below_left + first;
  const guint64 *up = down - stride, *up_left = down_right - stride, *up_right = down_left - stride;

  for (gsize i = 0; i < n; i++)
    weigh_word (at[i],
                count_four (above[i] & ~up[i], below[i] & ~down[i],
                            from_left_but (at + i, right + i), from_right (at + i) & ~right[i]),
                count_four (from_left_but (above + i, up_left + i),
                            from_right_but (above + i, up_right + i),
                            from_left (below + i) & ~down_left[i],
                            from_right (below + i) & ~down_right[i]),
                straight + i, slanted + i, mixed + i);
}

static void
weigh (const guint64 *boundary, const IdrSeams *seams, gsize first, gsize n, gsize stride,
       const IdrWeights *to)
{
  if (seams == NULL)
    weigh_seamless (boundary + first, n, stride, to->straight + first, to->slanted + first,
                    to->mixed + first);
  else
    weigh_seamed (boundary + first, seams, first, n, stride, to->straight + first,
                  to->slanted + first, to->mixed + first);
}

/* --- Counting by runs ------------------------------------------------------------------------ */

INLINE void
count_word (IdrWeights weights, gsize i, guint64 which, IdrBoundary *boundary)
{
  boundary->straight += __builtin_popcountll (weights.straight[i] & which);
  boundary->slanted += __builtin_popcountll (weights.slanted[i] & which);
  boundary->mixed += __builtin_popcountll (weights.mixed[i] & which);
}

INLINE void
count_run (IdrWeights weights, gsize first, IdrRun run, IdrBoundary *boundary)
{
  const guint from = (guint)run.x0, to = (guint)run.x1 - 1;
  const gsize word = first + from / 64, last = first + to / 64;
  const guint64 from_bits = ~(guint64)0 << from % 64, to_bits = ~(guint64)0 >> (63 - to % 64);

  if (word == last)
    {
      count_word (weights, word, from_bits & to_bits, boundary);
      return;
    }
  count_word (weights, word, from_bits, boundary);
  for (gsize between = word + 1; between < last; between++)
    count_word (weights, between, ~(guint64)0, boundary);
  count_word (weights, last, to_bits, boundary);
}

static void
count (const IdrWeights *weights, gsize first, gsize stride, const IdrLabelledRow *rows, gsize n,
       IdrBoundary *boundaries)
{
  const IdrWeights own = *weights;

  for (gsize row = 0; row < n; row++, first += stride)
    for (gsize i = 0; i < rows[row].n; i++)
      count_run (own, first, rows[row].runs[i], &boundaries[rows[row].labels[i]]);
}

#define TABLE_(isa) idr_perimeter_kernels_##isa
#define TABLE(isa) TABLE_ (isa)

const IdrPerimeterKernels TABLE (IDR_ISA) = { find_corners, find_boundary, weigh, count };
