/* Numbers as shades of grey: the smallest of a plane is black, the largest white
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <math.h>

typedef struct
{
  gdouble min, max; /* of what is a finite number */
} IdrGrey;

/* Before anything was met. */
#define IDR_GREY_NONE ((IdrGrey){ (gdouble)INFINITY, (gdouble)-INFINITY })

/* @n pixels as doubles. */
void idr_grey_convert (LaminaFormat format, gconstpointer pixels, gsize n, gdouble *values);

void idr_grey_extend (IdrGrey *grey, const gdouble *values, gsize n);

/* What has but one value is black if that is 0, else grey; what is not a number is black. */
guint8 idr_grey_get (const IdrGrey *grey, gdouble value);
