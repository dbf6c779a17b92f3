/* The ellipse, or ellipsoid, that has an object's second moments
 *
 * scikit-image takes the eigenvalues of the inertia tensor; those of the covariances, from which it
 * is made, tell the same: of a plane's they are the very same, and what it computes of a volume's
 * comes down to them.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shape.h"

#include <math.h>

void
idr_spread_fit_ellipse (const IdrSpread *spread, IdrObject *object)
{
  const long double xx = idr_to_real (spread->xx), yy = idr_to_real (spread->yy);
  const long double xy = idr_to_real (spread->xy);
  const long double half = (xx - yy) / 2, middle = (xx + yy) / 2;
  const long double reach = sqrtl (half * half + xy * xy);
  const long double largest = middle + reach, least = MAX (middle - reach, 0);

  object->major = (gdouble)(4 * sqrtl (largest / spread->scale));
  object->minor = (gdouble)(4 * sqrtl (least / spread->scale));
  object->eccentricity = largest > 0 ? (gdouble)sqrtl ((largest - least) / largest) : 0;
  if (spread->xx == spread->yy)
    object->orientation = spread->xy > 0 ? -G_PI_4 : G_PI_4;
  else
    object->orientation = 0.5 * atan2 ((gdouble)(2 * xy), (gdouble)(yy - xx));
}

/* One turn of Jacobi's method: of the symmetric @m, after which m[p][q] is nothing. */
static void
turn (long double m[3][3], guint p, guint q)
{
  const guint other = 3 - p - q;
  const long double at = m[p][q], from_p = m[other][p], from_q = m[other][q];
  long double theta, t, c, s;

  if (at == 0)
    return;
  theta = (m[q][q] - m[p][p]) / (2 * at);
  t = (theta < 0 ? -1 : 1) / (fabsl (theta) + sqrtl (theta * theta + 1));
  c = 1 / sqrtl (t * t + 1);
  s = t * c;
  m[p][p] -= t * at;
  m[q][q] += t * at;
  m[p][q] = m[q][p] = 0;
  m[other][p] = m[p][other] = c * from_p - s * from_q;
  m[other][q] = m[q][other] = s * from_p + c * from_q;
}

/* More than enough: each sweep doubles the digits that are right. */
#define N_SWEEPS 12

void
idr_spread_fit_ellipsoid (const IdrSpread *spread, IdrObject *object)
{
  const long double xx = idr_to_real (spread->xx), xy = idr_to_real (spread->xy);
  const long double yy = idr_to_real (spread->yy), xz = idr_to_real (spread->xz);
  const long double zz = idr_to_real (spread->zz), yz = idr_to_real (spread->yz);
  long double m[3][3] = { { xx, xy, xz }, { xy, yy, yz }, { xz, yz, zz } };
  long double largest, least;

  for (guint i = 0; i < N_SWEEPS && (m[0][1] != 0 || m[0][2] != 0 || m[1][2] != 0); i++)
    {
      turn (m, 0, 1);
      turn (m, 0, 2);
      turn (m, 1, 2);
    }
  largest = MAX (MAX (m[0][0], m[1][1]), m[2][2]);
  least = MAX (MIN (MIN (m[0][0], m[1][1]), m[2][2]), 0);
  object->major = (gdouble)sqrtl (20 * largest / spread->scale);
  object->minor = (gdouble)sqrtl (20 * least / spread->scale);
}
