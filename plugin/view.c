/* What people see of labels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "view.h"

#include "cache.h"
#include "grey.h"
#include "palette.h"

#define STRIP_SIZE (8 << 20) /* bytes of labels, or of the input, to hold at once */
#define RANGES_BYTES (1 << 20)

GType
idr_view_get_type (void)
{
  static const GEnumValue values[] = {
    { IDR_VIEW_LABELS, "Each object's pixels have its number", "labels" },
    { IDR_VIEW_MASK, "255 where there is an object, else 0", "mask" },
    { IDR_VIEW_OUTLINES, "The plane in grey, with the objects' outlines in colours", "outlines" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IdrView", values));
  return type;
}

typedef struct
{
  LaminaImage *input, *labels;
  IdrCache *ranges; /* of IdrGrey, by plane */
} Views;

static void
views_free (gpointer data)
{
  Views *views = data;

  g_clear_object (&views->input);
  g_clear_object (&views->labels);
  g_clear_pointer (&views->ranges, idr_cache_free);
  g_free (views);
}

/* A buffer for as many of @n_rows as may be held at once, @row_size bytes each; NULL: no memory. */
static gpointer
make_strip (gsize row_size, gint64 *n_rows, GError **error)
{
  gpointer strip;
  gsize size;

  *n_rows = CLAMP (STRIP_SIZE / (gint64)row_size, 1, *n_rows);
  strip = g_size_checked_mul (&size, row_size, (gsize)*n_rows + 2) ? g_try_malloc (size) : NULL;
  if (strip == NULL)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                 "No memory for rows of %" G_GSIZE_FORMAT " bytes: read less of a row at a time",
                 row_size);
  return strip;
}

static gdouble *
make_row (gint64 width, GError **error)
{
  gint64 n_rows = 1;

  return make_strip ((gsize)width * sizeof (gdouble), &n_rows, error);
}

/* --- The mask -------------------------------------------------------------------------------- */

static gboolean
read_mask (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
           LaminaJob *job, GError **error)
{
  Views *views = data;
  const gsize row_size = (gsize)rect->width * sizeof (guint32);
  gint64 n_rows = rect->height;
  g_autofree guint32 *strip = make_strip (row_size, &n_rows, error);

  if (strip == NULL)
    return FALSE;
  for (gint64 y = 0; y < rect->height; y += n_rows)
    {
      const LaminaRect part = { rect->x, rect->y + y, rect->width, MIN (n_rows, rect->height - y) };

      if (!lamina_image_read (views->labels, plane, &part, strip, row_size, job, error))
        return FALSE;
      for (gint64 row = 0; row < part.height; row++)
        {
          const guint32 *labels = strip + row * rect->width;
          guint8 *out = (guint8 *)pixels + (gsize)(y + row) * stride;

          for (gint64 x = 0; x < rect->width; x++)
            out[x] = labels[x] != 0 ? 255 : 0;
        }
    }
  return TRUE;
}

/* --- The outlines: the grey ------------------------------------------------------------------- */

typedef struct
{
  Views *views;
  gint64 plane;
  LaminaJob *job;
} Request;

/* The range of a plane: #IdrCacheMake. */
static gpointer
find_range (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  const LaminaInfo *info = lamina_image_get_info (request->views->input);
  const gsize row_size = (gsize)info->width * lamina_info_get_pixel_size (info);
  gint64 n_rows = info->height;
  g_autofree guint8 *strip = make_strip (row_size, &n_rows, error);
  g_autofree gdouble *values = strip != NULL ? make_row (info->width, error) : NULL;
  IdrGrey grey = IDR_GREY_NONE;

  if (values == NULL)
    return NULL;
  for (gint64 y = 0; y < info->height; y += n_rows)
    {
      const LaminaRect part = { 0, y, info->width, MIN (n_rows, info->height - y) };

      if (!lamina_image_read (request->views->input, request->plane, &part, strip, row_size,
                              request->job, error))
        return NULL;
      for (gint64 row = 0; row < part.height; row++)
        {
          idr_grey_convert (info->format, strip + (gsize)row * row_size, info->width, values);
          idr_grey_extend (&grey, values, info->width);
        }
    }
  *size = sizeof grey;
  return g_atomic_rc_box_dup (sizeof grey, &grey);
}

static IdrGrey *
get_range (Views *views, gint64 plane, LaminaJob *job, GError **error)
{
  Request request = { views, plane, job };
  g_autoptr (GBytes) key = g_bytes_new (&plane, sizeof plane);

  return idr_cache_get (views->ranges, key, find_range, &request, G_CANCELLABLE (job), error);
}

/* --- The outlines -------------------------------------------------------------------- */

/* A part of a plane, and the labels one pixel around it, too, where the plane has any. */
typedef struct
{
  const LaminaInfo *info; /* the input's */
  const IdrGrey *grey;
  LaminaRect part, around;
  guint8 *pixels;
  guint32 *labels;
  gdouble *values; /* of a row */
} Strip;

/* Has a neighbour another label? */
static gboolean
is_outline (const guint32 *label, gint64 width, gboolean has_left, gboolean has_right,
            gboolean has_above, gboolean has_below)
{
  return (has_left && label[-1] != *label) || (has_right && label[1] != *label)
         || (has_above && label[-width] != *label) || (has_below && label[width] != *label);
}

static void
paint_row (const Strip *strip, gint64 row, guint8 *out)
{
  const LaminaRect *part = &strip->part, *around = &strip->around;
  const gint64 y = part->y + row;
  const guint32 *labels = strip->labels + (y - around->y) * around->width + (part->x - around->x);
  const gboolean has_above = y > 0, has_below = y + 1 < strip->info->height;
  const gsize row_size = (gsize)part->width * lamina_info_get_pixel_size (strip->info);

  idr_grey_convert (strip->info->format, strip->pixels + (gsize)row * row_size, (gsize)part->width,
                    strip->values);
  for (gint64 i = 0; i < part->width; i++, out += 3)
    if (labels[i] != 0
        && is_outline (labels + i, around->width, part->x + i > 0,
                       part->x + i + 1 < strip->info->width, has_above, has_below))
      idr_palette_get (labels[i], out);
    else
      out[0] = out[1] = out[2] = idr_grey_get (strip->grey, strip->values[i]);
}

/* The part with a pixel more on each side, inside of the plane. */
static LaminaRect
go_around (const LaminaInfo *info, const LaminaRect *part)
{
  const gint64 x = MAX (part->x - 1, 0), y = MAX (part->y - 1, 0);

  return (LaminaRect){ x, y, MIN (part->x + part->width + 1, info->width) - x,
                       MIN (part->y + part->height + 1, info->height) - y };
}

static gboolean
read_strip (Views *views, gint64 plane, Strip *strip, LaminaJob *job, GError **error)
{
  strip->around = go_around (strip->info, &strip->part);
  return lamina_image_read (views->labels, plane, &strip->around, strip->labels,
                            (gsize)strip->around.width * sizeof (guint32), job, error)
         && lamina_image_read (views->input, plane, &strip->part, strip->pixels,
                               (gsize)strip->part.width * lamina_info_get_pixel_size (strip->info),
                               job, error);
}

static gboolean
read_outlines (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
               LaminaJob *job, GError **error)
{
  Views *views = data;
  const LaminaInfo *info = lamina_image_get_info (views->input);
  gint64 n_rows = rect->height;
  const gsize row_size = (gsize)rect->width * lamina_info_get_pixel_size (info);
  g_autofree gdouble *values = make_row (rect->width, error);
  g_autofree guint8 *input = values != NULL ? make_strip (row_size, &n_rows, error) : NULL;
  g_autofree guint32 *labels
      = input != NULL ? make_strip ((gsize)(rect->width + 2) * sizeof *labels, &n_rows, error)
                      : NULL;
  Strip strip = { .info = info, .pixels = input, .labels = labels, .values = values };
  gboolean done = TRUE;
  IdrGrey *grey;

  if (labels == NULL)
    return FALSE;
  grey = get_range (views, plane, job, error);
  if (grey == NULL)
    return FALSE;
  strip.grey = grey;
  for (gint64 y = 0; done && y < rect->height; y += n_rows)
    {
      strip.part
          = (LaminaRect){ rect->x, rect->y + y, rect->width, MIN (n_rows, rect->height - y) };
      done = read_strip (views, plane, &strip, job, error);
      for (gint64 row = 0; done && row < strip.part.height; row++)
        paint_row (&strip, row, (guint8 *)pixels + (gsize)(y + row) * stride);
    }
  g_atomic_rc_box_release (grey);
  return done;
}

/* --- Both ---------------------------------------------------------------------------- */

static void
will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  Views *views = data;

  lamina_image_will_need (views->labels, plane, rect, job);
}

LaminaImage *
idr_view_new (IdrView view, LaminaImage *input, LaminaImage *labels)
{
  static const LaminaImageFuncs masks
      = { .size = sizeof masks, .read = read_mask, .will_need = will_need };
  static const LaminaImageFuncs outlines
      = { .size = sizeof outlines, .read = read_outlines, .will_need = will_need };
  g_autoptr (LaminaInfo) info = NULL;
  Views *views;

  if (view == IDR_VIEW_LABELS)
    return g_object_ref (labels);
  views = g_new0 (Views, 1);
  views->labels = g_object_ref (labels);
  views->input = g_object_ref (input);
  views->ranges = idr_cache_new (RANGES_BYTES, g_atomic_rc_box_acquire, g_atomic_rc_box_release);
  info = lamina_info_copy (lamina_image_get_info (labels));
  info->format = LAMINA_FORMAT_U8;
  info->labels = FALSE;
  info->samples = view == IDR_VIEW_OUTLINES ? 3 : 1;
  info->ahead = info->ahead / (gint64)sizeof (guint32) * info->samples;
  return lamina_image_new (info, view == IDR_VIEW_OUTLINES ? &outlines : &masks, views, views_free);
}
