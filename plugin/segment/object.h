/* What is measured of an object, in pixels; a pixel's own centre has whole numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct
{
  gint32 label;                   /* 1, 2, 3… in raster order of each object's first pixel */
  gint64 area;                    /* pixels */
  gint64 x0, y0, x1, y1;          /* bounding box, half open */
  gdouble x, y;                   /* centroid */
  gdouble mean, max, min, std;    /* of the image's own pixels, not the smoothed ones */
  gdouble sum;                    /* of them, too */
  gdouble weighted_x, weighted_y; /* centroid of the pixels' values */

  /* The ellipse (in a volume the ellipsoid) with the same second moments, and the angle between the
   * rows' axis and its major axis. */
  gdouble major, minor;
  gdouble eccentricity, orientation; /* of a plane's objects only */
  gdouble perimeter;                 /* of a plane's objects only */

  gint64 z0, z1; /* a plane's object: 0, 1 */
  gdouble z, weighted_z;
} IdrObject;

/* Of the values of some pixels. */
typedef struct
{
  gdouble mean, min, max, sum, std;
} IdrIntensity;
