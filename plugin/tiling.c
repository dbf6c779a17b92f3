/* How large the tiles of a stack are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tiling.h"

#include <math.h>
#include <unistd.h>

/* A plane of at most so many pixels is one tile: several threads take several planes. */
#define MAX_WHOLE (1 << 23)

/* Larger tiles save nothing. */
#define MAX_SIDE 2048
#define MIN_SIDE 16

/* What a pixel takes beside itself, and itself smoothed: rows widened, runs, sums. */
#define OVERHEAD 4

/* What a pixel's share of the runs takes where there are many. */
#define RUN_BYTES 3

/* Where nobody can say how much memory there is. */
#define SOME_MEMORY ((gsize)1 << 30)

IdrStack
idr_tiling_get_stack (const LaminaInfo *info, gboolean is_volume)
{
  return (IdrStack){ .pixel = (IdrPixel)info->format,
                     .width = info->width,
                     .height = info->height,
                     .depth = is_volume ? info->n_z : 1,
                     .tile_width = info->width,
                     .tile_height = info->height,
                     .is_volume = is_volume };
}

gboolean
idr_tiling_is_whole (const IdrStack *stack)
{
  return stack->depth == 1 && stack->tile_width >= stack->width
         && stack->tile_height >= stack->height;
}

gsize
idr_tiling_get_memory (gint64 memory)
{
  const glong pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);

  if (memory > 0)
    return (gsize)memory;
  return pages > 0 && page > 0 ? (gsize)pages / 4 * (gsize)page : SOME_MEMORY;
}

/* As many of the image's own tiles of @own pixels as fit into @most, or an even part of one. */
static gint64
fit (gint64 own, gint64 most)
{
  const gint64 parts = (own - 1) / most + 1;

  return own <= most ? most / own * own : (own - 1) / parts + 1;
}

/* Bytes that a pixel of a tile at work takes. */
static gdouble
get_cost (const IdrStack *stack, gint64 reach)
{
  const gint64 n_planes = stack->is_volume ? 2 * reach + 1 : 1;

  return (gdouble)idr_pixel_get_size (stack->pixel) * (gdouble)(n_planes + 1) + OVERHEAD;
}

guint
idr_tiling_get_n_at_once (const IdrStack *stack, gint64 reach, gsize memory)
{
  const gdouble width = (gdouble)stack->tile_width + 2 * (gdouble)reach;
  const gdouble height = (gdouble)stack->tile_height + 2 * (gdouble)reach;
  const gdouble n = (gdouble)memory / 2 / (width * height * get_cost (stack, reach));

  return (guint)CLAMP (n, 1, G_MAXINT);
}

void
idr_tiling_choose (IdrStack *stack, const LaminaInfo *info, gint64 reach, gsize memory,
                   gint n_threads)
{
  const gdouble room = (gdouble)memory / 2 / n_threads / get_cost (stack, reach);
  const gdouble pixels = (gdouble)stack->width * (gdouble)stack->height;
  const gint64 own_width = CLAMP (info->tile_width, 1, stack->width);
  const gint64 own_height = CLAMP (info->tile_height, 1, stack->height);
  gint64 side, most, low;

  stack->tile_width = stack->width;
  stack->tile_height = stack->height;
  if (pixels <= MAX_WHOLE && pixels <= room)
    return;
  /* Small enough for each thread to have several. */
  side = (gint64)MIN (MAX (sqrt (room) - 2 * (gdouble)reach, sqrt (room) / 2),
                      sqrt (pixels / (4 * n_threads)));
  side = CLAMP (side, MIN_SIDE, MAX_SIDE);
  if (own_width > side && (gdouble)own_width * (gdouble)MAX (own_height, MIN_SIDE) <= room)
    stack->tile_width = own_width;
  else
    stack->tile_width = fit (own_width, side);
  most = MAX (side * side / stack->tile_width, MIN_SIDE);
  /* Several bands are there at the same time: the next one, and those that programs read. */
  low = (gint64)((gdouble)memory / 8 / RUN_BYTES / (gdouble)stack->width);
  most = MIN (most, MAX (low, own_height <= most ? own_height : MIN_SIDE));
  stack->tile_height = fit (own_height, most);
}

void
idr_tiling_set_error (const IdrStack *stack, gint64 number, const gchar *problem, GError **error)
{
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
               "%s %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
               " pixels: %s; a coarser level= is smaller",
               stack->is_volume ? "Volume" : "Plane", number, stack->width, stack->height, problem);
}
