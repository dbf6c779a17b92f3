/* Images from libvips to Lamina: planes that are computed when they are asked for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

#include "vips-fields.h"

/* Of a plane, what libvips is asked for at once: much, because what it computes at a part's edges
 * it computes twice, and little, because it holds all steps of the computation. */
#define PART_BYTES (4 << 20)
#define PART_ROWS 128

typedef struct
{
  VipsImage *in;
  gint n_c, n_z;       /* bands, which are channels, and sections */
  gint64 height;       /* of a page */
  LaminaImage *origin; /* which in was made of, as it is; or NULL */
  gint64 first;        /* plane of it */
} Planes;

static void
planes_free (gpointer data)
{
  Planes *planes = data;

  g_object_unref (planes->in);
  g_free (planes);
}

/* Copies a band of what the region holds. */
static void
copy_band (VipsRegion *region, gint band, guint8 *pixels, gsize stride)
{
  const VipsRect *valid = &region->valid;
  gsize size = VIPS_IMAGE_SIZEOF_ELEMENT (region->im), step = VIPS_IMAGE_SIZEOF_PEL (region->im);

  for (gint y = 0; y < valid->height; y++, pixels += stride)
    {
      const VipsPel *from = VIPS_REGION_ADDR (region, valid->left, valid->top + y);

      from += (gsize)band * size;
      if (size == step)
        memcpy (pixels, from, (gsize)valid->width * size);
      else
        for (gint x = 0; x < valid->width; x++)
          memcpy (pixels + (gsize)x * size, from + (gsize)x * step, size);
    }
}

static gboolean
read_part (VipsRegion *region, const VipsRect *part, gint band, guint8 *pixels, gsize stride,
           LaminaJob *job, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    return FALSE;
  if (vips_region_prepare (region, part) != 0)
    {
      bridge_vips_take_error (error);
      return FALSE;
    }
  copy_band (region, band, pixels, stride);
  return TRUE;
}

static gboolean
read_computed (Planes *planes, gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride,
               LaminaJob *job, GError **error)
{
  gint64 page = plane / planes->n_z / planes->n_c * planes->n_z + plane % planes->n_z;
  gint band = (gint)(plane / planes->n_z % planes->n_c);
  gint64 row = rect->width * (gint64)VIPS_IMAGE_SIZEOF_PEL (planes->in);
  gint64 rows = MAX (PART_BYTES / row, PART_ROWS);
  VipsRegion *region = vips_region_new (planes->in);
  gboolean done = TRUE;

  for (gint64 y = 0; y < rect->height && done; y += rows)
    {
      VipsRect part = { (gint)rect->x, (gint)(page * planes->height + rect->y + y),
                        (gint)rect->width, (gint)MIN (rows, rect->height - y) };

      done = read_part (region, &part, band, (guint8 *)pixels + (gsize)y * stride, stride, job,
                        error);
    }
  g_object_unref (region);
  /* On threads of its own libvips does so itself. */
  if (!vips_thread_isvips ())
    vips_thread_shutdown ();
  return done;
}

static gboolean
is_origin (const Planes *planes)
{
  return planes->origin != NULL && bridge_vips_is_untouched (planes->in);
}

/* Somebody may still tell libvips to stop what is read past it. One reader hears of that, and tells
 * the others. */
static gboolean
read_origin (Planes *planes, gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride,
             LaminaJob *job, GError **error)
{
  if (vips_image_iskilled (planes->in))
    {
      bridge_vips_take_error (error);
      if (job != NULL)
        g_cancellable_cancel (G_CANCELLABLE (job));
      return FALSE;
    }
  return lamina_image_read (planes->origin, planes->first + plane, rect, pixels, stride, job,
                            error);
}

static gboolean
read_planes (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
             LaminaJob *job, GError **error)
{
  Planes *planes = data;
  gboolean done = is_origin (planes)
                      ? read_origin (planes, plane, rect, pixels, stride, job, error)
                      : read_computed (planes, plane, rect, pixels, stride, job, error);

  bridge_vips_show_progress (job);
  return done;
}

static void
planes_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  Planes *planes = data;

  if (is_origin (planes))
    lamina_image_will_need (planes->origin, planes->first + plane, rect, job);
}

/* --- Images ------------------------------------------------------------------------------ */

/* Planes that are the origin's, sample by sample, are read there: 64-bit integers are not, since
 * libvips has made doubles of them, and no pages whose height somebody has changed. */
static void
take_origin (Planes *planes, LaminaImage *origin, gint64 first, LaminaInfo *info)
{
  const LaminaInfo *its = lamina_image_get_info (origin);

  if (its->format != info->format || its->samples != 1 || its->width != info->width
      || its->height != info->height)
    return;
  planes->origin = origin;
  planes->first = first;
  info->tile_width = its->tile_width;
  info->tile_height = its->tile_height;
  info->share_t = its->share_t;
  info->share_c = its->share_c;
  info->share_z = its->share_z;
  info->ahead = its->ahead;
}

static LaminaImage *
make_planes (VipsImage *in, LaminaImage *origin, gint64 first, GError **error)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_planes, .will_need = planes_will_need };
  g_autoptr (LaminaInfo) info = bridge_vips_get_info (in, error);
  Planes *planes;

  if (info == NULL)
    return NULL;
  planes = g_new0 (Planes, 1);
  planes->in = g_object_ref (in);
  planes->n_c = in->Bands > 1 ? info->n_c : 1;
  planes->n_z = in->Bands > 1 ? info->n_z : 1;
  planes->height = info->height;
  if (origin != NULL)
    take_origin (planes, origin, first, info);
  return lamina_image_new (info, &funcs, planes, planes_free);
}

LaminaImage *
bridge_vips_get_planes (VipsImage *in, GError **error)
{
  gint64 first = 0;
  LaminaImage *origin = bridge_vips_get_origin (in, &first), *image = NULL;
  VipsImage *decoded = NULL;

  if (origin != NULL)
    return make_planes (in, origin, first, error);
  if (vips_image_decode (in, &decoded) != 0 || vips_image_pio_input (decoded) != 0)
    bridge_vips_take_error (error);
  else
    image = make_planes (decoded, NULL, 0, error);
  g_clear_object (&decoded);
  return image;
}
