/* An image made on the fly, of any size: squares in a grid
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid-image.h"

static void
fill_row (const GridImage *grid, gint64 x, gint64 y, gint64 width, guint16 *row)
{
  const gboolean between = !grid->is_striped && y % grid->cell >= grid->square;
  const gint64 first = grid->slant > 0 ? x + y / grid->slant : x;
  gint64 column = first / grid->cell, at = first % grid->cell;

  for (gint64 i = 0; i < width; i++)
    {
      row[i] = between || at >= grid->square ? 100 : (guint16)(1000 + column % 7);
      if (++at == grid->cell)
        {
          at = 0;
          column++;
        }
    }
}

static gboolean
grid_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
           LaminaJob *job, GError **error)
{
  GridImage *grid = data;

  if (g_atomic_int_add (&grid->n_reads, 1) + 1 == g_atomic_int_get (&grid->cancel_at))
    g_cancellable_cancel (G_CANCELLABLE (job));
  if (grid->watch != NULL)
    grid->watch (grid, rect, job);
  if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    return FALSE;
  for (gint64 y = 0; y < rect->height; y++)
    fill_row (grid, rect->x, rect->y + y, rect->width,
              (guint16 *)(gpointer)((guint8 *)pixels + (gsize)y * stride));
  return TRUE;
}

LaminaImage *
grid_image_new (GridImage *grid)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = grid_read };
  const LaminaInfo info = { .size = sizeof info,
                            .format = LAMINA_FORMAT_U16,
                            .samples = 1,
                            .width = grid->width,
                            .height = grid->height,
                            .n_t = 1,
                            .n_c = 1,
                            .n_z = grid->n_planes,
                            .tile_width = grid->tile_width,
                            .tile_height = grid->tile_height,
                            .share_t = 1,
                            .share_c = 1,
                            .share_z = 1 };

  return lamina_image_new (&info, &funcs, grid, NULL);
}

gint64
grid_image_count (const GridImage *grid)
{
  const gint64 n_down = grid->is_striped ? 1 : (grid->height - 1) / grid->cell + 1;

  return ((grid->width - 1) / grid->cell + 1) * n_down;
}
