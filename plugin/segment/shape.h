/* The ellipse, or ellipsoid, that has an object's second moments, as scikit-image 0.19 has it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "object.h"

/* How an object's pixels are spread: @scale times the covariances of their places, exactly. */
typedef struct
{
  IdrInt128 xx, xy, yy;
  IdrInt128 xz, yz, zz; /* a volume's */
  long double scale;
} IdrSpread;

/* Sets what @object has of an ellipse. */
void idr_spread_fit_ellipse (const IdrSpread *spread, IdrObject *object);
void idr_spread_fit_ellipsoid (const IdrSpread *spread, IdrObject *object);

/* As exact as can be, and quick where 64 bits suffice. */
static inline long double
idr_to_real (IdrInt128 value)
{
  return value == (gint64)value ? (long double)(gint64)value : (long double)value;
}
