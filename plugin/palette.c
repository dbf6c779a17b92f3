/* Colours for object numbers
 *
 * Hues go round by the golden ratio, so that neighbouring numbers differ most. Numbers that are 8,
 * 13, 21… apart come near each other again: those differ in value and saturation.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "palette.h"

#include <math.h>

void
idr_palette_get (guint64 label, guint8 rgb[3])
{
  const guint64 golden = 2654435769; /* the ratio, of a circle of 2^32 */
  static const gdouble values[] = { 1.0, 0.86, 0.74 };
  static const gdouble saturations[] = { 0.85, 0.5 };
  const gdouble hue = 6 * ((guint32)(label * golden) / 0x1p32);
  const gdouble value = label != 0 ? values[label % G_N_ELEMENTS (values)] : 0;
  const gdouble saturation = saturations[label % G_N_ELEMENTS (saturations)];

  for (gint i = 0; i < 3; i++)
    {
      gdouble distance = fabs (fmod (hue + 2 * (3 - i), 6) - 3); /* 3 at the primary, 0 opposite */
      gdouble share = CLAMP (distance - 1, 0, 1);

      rgb[i] = (guint8)(255 * value * (1 - saturation + saturation * share) + 0.5);
    }
}
