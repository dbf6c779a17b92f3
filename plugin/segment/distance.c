/* How far each pixel is from the background, in whole numbers: along the rows first, and then down
 * the columns (and through the planes) as the lower envelope of a parabola over each pixel
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "distance.h"

/* That are measured between two looks at who waits. */
#define WATCHED_LINES 64

/* The squared distance to the background in the row, which begins and ends with it. */
static void
measure_row (guint32 *row, gint64 n)
{
  guint32 distance = 0;

  for (gint64 x = 0; x < n; x++)
    row[x] = distance = row[x] == 0 ? 0 : distance + 1;
  distance = 0;
  for (gint64 x = n; x-- > 0;)
    {
      distance = row[x] == 0 ? 0 : distance + 1;
      row[x] = MIN (row[x], distance) * MIN (row[x], distance);
    }
}

/* The first whole number where a parabola over @b lies below one over @a < @b. */
static gint32
find_crossing (gint32 a, guint32 height_a, gint32 b, guint32 height_b)
{
  const gint64 sum = ((gint64)b * b - (gint64)a * a) + ((gint64)height_b - (gint64)height_a);
  const gint64 step = 2 * ((gint64)b - a);

  return (gint32)(sum >= 0 ? sum / step + 1 : -((-sum + step - 1) / step) + 1);
}

/* min over j of (i - j)^2 + line[j], for @n pixels @stride apart. */
static void
measure_line (guint32 *line, gint64 n, gint64 stride, IdrDistanceWork *work)
{
  gint32 last = 0;

  work->values[0] = line[0];
  work->centres[0] = work->starts[0] = 0;
  for (gint32 i = 1; i < n; i++)
    {
      gint32 start = 0;

      work->values[i] = line[i * stride];
      for (; last >= 0; last--)
        {
          const gint32 centre = work->centres[last];

          start = find_crossing (centre, work->values[centre], i, work->values[i]);
          if (start > work->starts[last])
            break;
        }
      if (last >= 0 && start >= n)
        continue;
      last++;
      work->centres[last] = i;
      work->starts[last] = last == 0 ? 0 : start;
    }
  for (gint64 i = n; i-- > 0;)
    {
      const gint64 away = i - work->centres[last];

      line[i * stride] = (guint32)(away * away) + work->values[work->centres[last]];
      if (i == work->starts[last])
        last--;
    }
}

gboolean
idr_distance_transform (const IdrLattice *lattice, guint32 *squares, IdrDistanceWork *work,
                        const IdrWatch *watch)
{
  const gint64 width = lattice->width, height = lattice->height, depth = lattice->depth;
  const gint64 area = width * height;

  for (gint64 row = 0; row < height * depth; row++)
    measure_row (squares + row * width, width);
  for (gint64 z = 0; z < depth; z++)
    for (gint64 x = 1; x < width - 1; x++)
      {
        if (x % WATCHED_LINES == 0 && !idr_watch_go_on (watch, 0))
          return FALSE;
        measure_line (squares + z * area + x, height, width, work);
      }
  for (gint64 i = 0; depth > 1 && i < area; i++)
    {
      if (i % WATCHED_LINES == 0 && !idr_watch_go_on (watch, 0))
        return FALSE;
      measure_line (squares + i, depth, area, work);
    }
  return TRUE;
}
