/* Sums along the filter in numbers SUM, called SUM_NAME, for pixels NAME that were widened to WIDE;
 * included by kernels-type.h
 *
 * ADD_PRODUCT   (sum, a, b): sum + a * b, rounded once or twice
 *
 * Written so that compilers keep each pixel's sum in a register while four pairs are added to it.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define PIXEL_PAIR(j) ((SUM)(left[j][i] + right[j][i]))

/* Adds @n_pairs <= 4 pairs, from the @k-th on inward, to the sums of @n pixels from @start on; if
 * @is_first, those are the centre's. @n, @n_pairs and @is_first are constants wherever this is
 * called. */
INLINE void
FUNCTION (GLUE (add_pairs, SUM_NAME)) (SUM *restrict sums, const SUM *weights, const gint64 radius,
                                       const gconstpointer *taps, gint64 k, gsize start,
                                       const gsize n, const guint n_pairs, const gboolean is_first)
{
  const gconstpointer *middle = taps + radius;
  const WIDE *centre = (const WIDE *)*middle + start;
  const WIDE *left[4], *right[4];
  SUM w[4];

  for (guint j = 0; j < n_pairs; j++)
    {
      left[j] = (const WIDE *)middle[-(k - j)] + start;
      right[j] = (const WIDE *)middle[k - j] + start;
      w[j] = weights[k - j];
    }
  for (gsize i = 0; i < n; i++)
    {
      SUM sum = is_first ? (SUM)centre[i] * weights[0] : sums[i];

      if (n_pairs > 0)
        sum = ADD_PRODUCT (sum, PIXEL_PAIR (0), w[0]);
      if (n_pairs > 1)
        sum = ADD_PRODUCT (sum, PIXEL_PAIR (1), w[1]);
      if (n_pairs > 2)
        sum = ADD_PRODUCT (sum, PIXEL_PAIR (2), w[2]);
      if (n_pairs > 3)
        sum = ADD_PRODUCT (sum, PIXEL_PAIR (3), w[3]);
      sums[i] = sum;
    }
}

/* The sums of @n <= BLOCK pixels from @start on. */
INLINE void
FUNCTION (GLUE (sum, SUM_NAME)) (SUM *restrict sums, const SUM *weights, const gint64 radius,
                                 const gconstpointer *taps, gsize start, const gsize n)
{
  gint64 k = radius;

  if (k >= 4)
    {
      FUNCTION (GLUE (add_pairs, SUM_NAME)) (sums, weights, radius, taps, k, start, n, 4, TRUE);
      k -= 4;
    }
  else
    FUNCTION (GLUE (add_pairs, SUM_NAME)) (sums, weights, radius, taps, k, start, n, 0, TRUE);
  for (; k >= 4; k -= 4)
    FUNCTION (GLUE (add_pairs, SUM_NAME)) (sums, weights, radius, taps, k, start, n, 4, FALSE);
  for (; k > 0; k--)
    FUNCTION (GLUE (add_pairs, SUM_NAME)) (sums, weights, radius, taps, k, start, n, 1, FALSE);
}

#undef PIXEL_PAIR
#undef SUM
#undef SUM_NAME
#undef ADD_PRODUCT
