/* One number of any type that is stored, and what NumPy makes of it in another type
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "dtype.h"

typedef struct
{
  gboolean is_float;
  gdouble real;     /* where it is */
  guint64 integer;  /* where it is not: a negative one as its two's complement, */
  gboolean is_high; /* unless it is one of the unsigned ones from 2^63 on */
} IdrNumber;

/* Both of @dtype's own bytes, aligned or not; float16 is not among them. */
IdrNumber idr_number_load (const IdrDtype *dtype, const guint8 *from);
void idr_number_store (const IdrDtype *dtype, IdrNumber number, guint8 *to);

/* As a double. */
gdouble idr_number_get_real (IdrNumber number);
