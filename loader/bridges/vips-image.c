/* Images from Lamina to libvips: pages that are read when and where libvips asks for them
 *
 * Threads of libvips's work side by side on neighbouring tiles, which mostly lie in one plane. An
 * operation that computes whole planes lets the first of them compute and the others wait; so that
 * those do not, they begin a plane each that comes next, once pages are seen to be read in order.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

#include "vips-fields.h"
#include "vips-round.h"

/* The largest whole number up to which a double holds them all. */
#define MAX_EXACT (G_GINT64_CONSTANT (1) << 53)

/* Seven squares of libvips's side by side, or fewer, and 64 below each other, or more. */
#define SQUARE G_GINT64_CONSTANT (128)
#define NARROW (7 * SQUARE)
#define TALL (64 * SQUARE)

typedef struct
{
  LaminaImage *image;
  gint64 first, n;
  gchar *domain;

  GMutex lock;
  gint64 begun_from, begun_to; /* pages that were begun one after the other */
  gint64 announced;            /* up to here they were said to be needed */
  GArray *busy;                /* of gint64: pages that are being begun */
  GPtrArray *jobs;             /* idle ones; a thread of libvips's at work has one */
  BridgeRound round;
} Pages;

/* --- What is made of it ------------------------------------------------------------------ */

static GQuark
pages_quark (void)
{
  return g_quark_from_static_string ("bridge-vips-pages");
}

static void
pages_free (gpointer data)
{
  Pages *pages = data;

  bridge_round_clear (&pages->round);
  g_object_unref (pages->image);
  g_free (pages->domain);
  g_array_unref (pages->busy);
  g_ptr_array_unref (pages->jobs);
  g_mutex_clear (&pages->lock);
  g_free (pages);
}

static Pages *
pages_new (LaminaImage *image, gint64 first, gint64 n, const gchar *domain, gint tile_lines)
{
  Pages *pages = g_new0 (Pages, 1);

  pages->image = g_object_ref (image);
  pages->first = first;
  pages->n = n;
  pages->domain = g_strdup (domain);
  pages->busy = g_array_new (FALSE, FALSE, sizeof (gint64));
  pages->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&pages->lock);
  bridge_round_init (&pages->round, tile_lines);
  return pages;
}

/* --- Work ahead -------------------------------------------------------------------------- */

static gint
find_busy (const Pages *pages, gint64 page)
{
  for (guint i = 0; i < pages->busy->len; i++)
    if (g_array_index (pages->busy, gint64, i) == page)
      return (gint)i;
  return -1;
}

/* Takes the next page, or one somewhere else, from which on they are counted anew. */
static void
begin_page (Pages *pages, gint64 page)
{
  if (page != pages->begun_to)
    pages->begun_from = pages->announced = page;
  pages->begun_to = page + 1;
  g_array_append_val (pages->busy, page);
}

/* Begins @page where nobody has, and sets what is to be announced. Where somebody is at it, begins
 * the next page and returns that; else returns -1. */
static gint64
choose_ahead (Pages *pages, gint64 page, gint64 *from, gint64 *to)
{
  const LaminaInfo *info = lamina_image_get_info (pages->image);
  gint64 window
      = info->ahead / (info->width * info->height * (gint64)lamina_info_get_pixel_size (info));
  gint64 ahead = -1;

  if (page < pages->begun_from || page >= pages->begun_to)
    begin_page (pages, page);
  else if (pages->begun_to - pages->begun_from > 1 && pages->begun_to < pages->n
           && find_busy (pages, page) >= 0)
    begin_page (pages, ahead = pages->begun_to);

  /* Two in a row are no chance. */
  *from = *to = 0;
  if (pages->begun_to - pages->begun_from > 1)
    {
      *from = MAX (pages->announced, pages->begun_to);
      *to = MIN (pages->begun_to + window, pages->n);
      pages->announced = MAX (*from, *to);
    }
  return ahead;
}

static void
end_page (Pages *pages, gint64 page)
{
  gint i;

  g_mutex_lock (&pages->lock);
  i = find_busy (pages, page);
  if (i >= 0)
    g_array_remove_index_fast (pages->busy, (guint)i);
  g_mutex_unlock (&pages->lock);
}

/* Has a pixel of @page read, of those that will be asked for: if all of them are computed at once,
 * they then are. What goes wrong is told when they are. */
static void
begin_ahead (Pages *pages, gint64 page, gint64 x, LaminaJob *job)
{
  const LaminaRect pixel = { x, 0, 1, 1 };
  const LaminaInfo *info = lamina_image_get_info (pages->image);
  gsize size = lamina_info_get_pixel_size (info);
  g_autofree gpointer bytes = g_malloc (size);

  lamina_image_read (pages->image, pages->first + page, &pixel, bytes, size, job, NULL);
  end_page (pages, page);
}

static void
work_ahead (Pages *pages, gint64 page, const LaminaRect *rect, LaminaJob *job)
{
  const LaminaRect column
      = { rect->x, 0, rect->width, lamina_image_get_info (pages->image)->height };
  gint64 ahead, from, to;

  g_mutex_lock (&pages->lock);
  ahead = choose_ahead (pages, page, &from, &to);
  g_mutex_unlock (&pages->lock);

  for (; from < to; from++)
    lamina_image_will_need (pages->image, pages->first + from, &column, job);
  if (ahead >= 0)
    begin_ahead (pages, ahead, rect->x, job);
}

/* --- Pixels ------------------------------------------------------------------------------ */

/* 64-bit integers become doubles where they lie. FALSE at the first that no double is, which is
 * then at @x. */
static gboolean
convert_row (LaminaFormat format, gpointer row, gint64 n, gint64 *x)
{
  for (gint64 i = 0; i < n; i++)
    {
      gint64 value;
      gdouble number;

      memcpy (&value, (guint8 *)row + i * 8, sizeof value);
      /* Beyond 63 bits, what has no sign looks negative. */
      if (value > MAX_EXACT || value < (format == LAMINA_FORMAT_U64 ? 0 : -MAX_EXACT))
        {
          *x = i;
          return FALSE;
        }
      number = (gdouble)value;
      memcpy ((guint8 *)row + i * 8, &number, sizeof number);
    }
  return TRUE;
}

static void
convert (const Pages *pages, gint64 page, const LaminaRect *rect, guint8 *pixels, gsize stride,
         GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (pages->image);
  gint64 x;

  if (info->format != LAMINA_FORMAT_U64 && info->format != LAMINA_FORMAT_I64)
    return;
  for (gint64 y = 0; y < rect->height; y++)
    if (!convert_row (info->format, pixels + (gsize)y * stride, rect->width * info->samples, &x))
      {
        g_set_error (
            error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
            "Page %" G_GINT64_FORMAT " has a %s at (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
            ") that is beyond 2^53: libvips has no 64-bit integers, and a double cannot "
            "hold it",
            page, lamina_format_get_name (info->format), rect->x + x / info->samples, rect->y + y);
        return;
      }
}

/* Reads the part of @page that lies between lines @top and @bottom of the region. */
static void
read_page (Pages *pages, gint64 page, VipsRegion *region, gint64 top, gint64 bottom, LaminaJob *job,
           GError **error)
{
  const VipsRect *valid = &region->valid;
  gint64 height = lamina_image_get_info (pages->image)->height;
  LaminaRect rect = { valid->left, top - page * height, valid->width, bottom - top };
  VipsPel *pixels = VIPS_REGION_ADDR (region, valid->left, (gint)top);
  gsize stride = (gsize)VIPS_REGION_LSKIP (region);

  if (pages->n > 1)
    work_ahead (pages, page, &rect, job);
  if (lamina_image_read (pages->image, pages->first + page, &rect, pixels, stride, job, error))
    convert (pages, pages->first + page, &rect, pixels, stride, error);
  if (pages->n > 1)
    end_page (pages, page);
}

/* --- What libvips calls ------------------------------------------------------------------ */

/* A job's loops may use as many threads as libvips itself does. */
static LaminaJob *
take_job (Pages *pages)
{
  LaminaJob *job = NULL;

  g_mutex_lock (&pages->lock);
  if (pages->jobs->len > 0)
    job = g_ptr_array_steal_index_fast (pages->jobs, pages->jobs->len - 1);
  g_mutex_unlock (&pages->lock);
  return job != NULL ? job : lamina_job_new (vips_concurrency_get ());
}

/* Whoever was told to stop may be asked again, with another job. */
static void
give_job (Pages *pages, LaminaJob *job)
{
  if (g_cancellable_is_cancelled (G_CANCELLABLE (job)))
    {
      g_object_unref (job);
      return;
    }
  g_mutex_lock (&pages->lock);
  g_ptr_array_add (pages->jobs, job);
  g_mutex_unlock (&pages->lock);
}

/* Reads what is asked for, page by page. */
static gboolean
read_region (Pages *pages, VipsRegion *region)
{
  LaminaJob *job = take_job (pages);
  gint64 height = lamina_image_get_info (pages->image)->height;
  gint64 end = (gint64)region->valid.top + region->valid.height;
  g_autoptr (GError) error = NULL;

  bridge_vips_watch (job, region->im);
  for (gint64 top = region->valid.top, bottom; top < end && error == NULL; top = bottom)
    {
      bottom = MIN ((top / height + 1) * height, end);
      read_page (pages, top / height, region, top, bottom, job, &error);
    }
  bridge_vips_watch (job, NULL);
  give_job (pages, job);
  if (error != NULL)
    bridge_vips_fail (pages->domain, error);
  return error == NULL;
}

static int
generate (VipsRegion *region, void *sequence, void *a, void *b, gboolean *stop)
{
  Pages *pages = a;
  const VipsImage *out = region->im;

  bridge_round_enter (&pages->round, out->Ysize - VIPS_RECT_BOTTOM (&region->valid));
  return bridge_round_leave (&pages->round, !read_region (pages, region)) ? -1 : 0;
}

/* --- The image --------------------------------------------------------------------------- */

static VipsBandFormat
get_format (LaminaFormat format)
{
  static const VipsBandFormat formats[] = {
    VIPS_FORMAT_UCHAR, VIPS_FORMAT_CHAR,   VIPS_FORMAT_USHORT, VIPS_FORMAT_SHORT,
    VIPS_FORMAT_UINT,  VIPS_FORMAT_INT,    VIPS_FORMAT_DOUBLE, VIPS_FORMAT_DOUBLE,
    VIPS_FORMAT_FLOAT, VIPS_FORMAT_DOUBLE,
  };

  return formats[format];
}

static VipsInterpretation
get_interpretation (const LaminaInfo *info)
{
  if (info->samples == 1 && !info->labels)
    return info->format == LAMINA_FORMAT_U16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
  if (info->samples == 3 && info->format == LAMINA_FORMAT_U8)
    return VIPS_INTERPRETATION_sRGB;
  if (info->samples == 3 && info->format == LAMINA_FORMAT_U16)
    return VIPS_INTERPRETATION_RGB16;
  return VIPS_INTERPRETATION_MULTIBAND;
}

/* Of what libvips takes for a tile, a strip across the image, a narrow one holds little, and its
 * threads, who take turns after each, wait more than they work: of a tall stack they get squares.
 */
static VipsDemandStyle
get_style (const LaminaInfo *info, gint64 n)
{
  return n > 1 && info->width <= NARROW && info->height * n >= TALL ? VIPS_DEMAND_STYLE_SMALLTILE
                                                                    : VIPS_DEMAND_STYLE_ANY;
}

static gint
get_tile_lines (VipsImage *out)
{
  gint tile_width, tile_height, n_lines;

  vips_get_tile_size (out, &tile_width, &tile_height, &n_lines);
  return tile_height;
}

gint64
bridge_vips_count_pages (LaminaImage *image, gint64 first, gint64 n, GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (image);
  gint64 all = lamina_info_get_n_planes (info);
  gint64 most = VIPS_MAX_COORD / info->height;

  if (n == -1)
    n = all - first;
  if (first < 0 || first >= all)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                 "There is no page %" G_GINT64_FORMAT ": the image has %" G_GINT64_FORMAT
                 ", counted from 0",
                 first, all);
  else if (n < 1 || n > all - first)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                 "There are no %" G_GINT64_FORMAT " pages from page %" G_GINT64_FORMAT
                 " on, but %" G_GINT64_FORMAT ": n= takes a number up to that, or -1 for all",
                 n, first, all - first);
  else if (info->width > VIPS_MAX_COORD || most == 0)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                 "A plane has %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                 " pixels, and an image of libvips no more than %d lines or columns: a coarser "
                 "level= is smaller",
                 info->width, info->height, VIPS_MAX_COORD);
  else if (n > most)
    g_set_error (
        error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
        "%" G_GINT64_FORMAT " planes of %" G_GINT64_FORMAT
        " lines are more than the %d lines of an image of libvips: take fewer, n=%" G_GINT64_FORMAT
        " at most, or select them by t=, c= and z=",
        n, info->height, VIPS_MAX_COORD, most);
  else
    return n;
  return 0;
}

int
bridge_vips_make_image (LaminaImage *image, gint64 first, gint64 n, const gchar *domain,
                        VipsImage *out)
{
  const LaminaInfo *info = lamina_image_get_info (image);
  Pages *pages;
  gint n_threads;

  vips_image_init_fields (out, (gint)info->width, (gint)(info->height * n), info->samples,
                          get_format (info->format), VIPS_CODING_NONE, get_interpretation (info),
                          1.0, 1.0);
  bridge_vips_set_fields (out, info, first, n);
  if (vips_image_pipelinev (out, get_style (info, n), NULL))
    return -1;
  pages = pages_new (image, first, n, domain, get_tile_lines (out));
  n_threads = bridge_round_get_n_threads (&pages->round, info->height * n);
  if (n_threads > 0)
    vips_image_set_int (out, VIPS_META_CONCURRENCY, n_threads);
  /* Goes when the image is finalized, which all who read it hold. */
  g_object_set_qdata_full (G_OBJECT (out), pages_quark (), pages, pages_free);
  return vips_image_generate (out, NULL, generate, NULL, pages, NULL);
}

gboolean
bridge_vips_is_untouched (VipsImage *out)
{
  return out->dtype == VIPS_IMAGE_PARTIAL;
}

LaminaImage *
bridge_vips_get_origin (VipsImage *out, gint64 *first)
{
  const Pages *pages = g_object_get_qdata (G_OBJECT (out), pages_quark ());

  if (pages == NULL || !bridge_vips_is_untouched (out))
    return NULL;
  *first = pages->first;
  return pages->image;
}
