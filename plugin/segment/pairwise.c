/* Sums as NumPy has them: a buffer of 8192 numbers at a time, which are halved beyond 128, and
 * below summed eight side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pairwise.h"

#include <string.h>

#define BUFFER 8192
#define LEAF 128
#define N_LANES 8

static gdouble
sum_leaf (const gdouble *values, gsize n)
{
  gdouble lanes[N_LANES], sum = 0;
  gsize i = 0;

  if (n >= N_LANES)
    {
      memcpy (lanes, values, sizeof lanes);
      for (i = N_LANES; i + N_LANES <= n; i += N_LANES)
        for (guint lane = 0; lane < N_LANES; lane++)
          lanes[lane] += values[i + lane];
      sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
            + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }
  for (; i < n; i++)
    sum += values[i];
  return sum;
}

static gdouble
sum_buffer (const gdouble *values, gsize n)
{
  const gsize half = n / 2 / N_LANES * N_LANES;

  if (n <= LEAF)
    return sum_leaf (values, n);
  return sum_buffer (values, half) + sum_buffer (values + half, n - half);
}

gdouble
idr_sum_pairwise (const gdouble *values, gsize n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i += BUFFER)
    sum += sum_buffer (values + i, MIN (n - i, BUFFER));
  return sum;
}
