/* The sums over one object's pixels; nobody but who adds them up looks into them
 *
 * Of a run from x0 to x1 with s = x0 + x1 - 1 and n pixels, twice the sum of x is n s, and twelve
 * times that of x * x is n (3 s s + n n - 1).
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"

struct _IdrPlaneSums
{
  IdrInt128 twice_x, y;
  IdrInt128 twelve_xx, twice_xy, yy;
  IdrTotal sum, spread;  /* of the values, as in IdrTally */
  IdrTotal sum_x, sum_y; /* of values times places */
  gdouble min, max;
  gint64 area; /* 0: empty, and nothing else counts */
  gint32 x0, y0, x1, y1, z0, z1;
};

struct _IdrDepthSums
{
  IdrInt128 z, twice_xz, yz, zz;
  IdrTotal sum_z;
};
