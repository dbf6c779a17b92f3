/* An image: a lazy stack of planes that anyone may read by rectangles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

/* Planes that a thread may be behind others who read the same row of planes. */
#define OVERTAKEN 8

struct _LaminaImage
{
  GObject parent_instance;

  LaminaInfo *info;
  LaminaImageFuncs funcs;
  gpointer data;
  GDestroyNotify destroy;

  /* Readers who go from plane to plane and give no hints. */
  GMutex lock;
  gint64 last;   /* plane that was read */
  gint in_a_row; /* planes read one after the other */
  gint64 asked;  /* up to here planes were announced for such a reader */
};

G_DEFINE_FINAL_TYPE (LaminaImage, lamina_image, G_TYPE_OBJECT)

static void
lamina_image_init (LaminaImage *self)
{
  g_mutex_init (&self->lock);
  self->last = -2; /* no plane follows it */
}

static void
lamina_image_finalize (GObject *object)
{
  LaminaImage *self = LAMINA_IMAGE (object);

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_clear_pointer (&self->info, lamina_info_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (lamina_image_parent_class)->finalize (object);
}

static void
lamina_image_class_init (LaminaImageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lamina_image_finalize;
}

/**
 * lamina_image_new: (skip)
 * @info: what the image is: of at least one plane and pixel, of fewer than 2^63 planes, and of
 * fewer than 2^63 bytes a plane; copied
 * @funcs: how it is read; copied
 * @data: for @funcs
 * @destroy: (nullable): frees @data with the image
 *
 * Makes an image.
 *
 * Returns: (transfer full): a new image
 */
LaminaImage *
lamina_image_new (const LaminaInfo *info, const LaminaImageFuncs *funcs, gpointer data,
                  GDestroyNotify destroy)
{
  g_autoptr (LaminaInfo) own = NULL;
  LaminaImage *self;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (funcs != NULL && funcs->size > 0 && funcs->read != NULL, NULL);

  own = lamina_info_copy (info);
  g_return_val_if_fail (lamina_info_is_sound (own), NULL);

  self = g_object_new (LAMINA_TYPE_IMAGE, NULL);
  self->info = g_steal_pointer (&own);
  memcpy (&self->funcs, funcs, MIN (funcs->size, sizeof self->funcs));
  self->data = data;
  self->destroy = destroy;
  return self;
}

/**
 * lamina_image_get_info:
 * @image: an image
 *
 * Returns: (transfer none): what the image is
 */
const LaminaInfo *
lamina_image_get_info (LaminaImage *image)
{
  g_return_val_if_fail (LAMINA_IS_IMAGE (image), NULL);
  return image->info;
}

/**
 * lamina_image_get_n_planes:
 * @image: an image
 *
 * Returns: how many planes it has
 */
gint64
lamina_image_get_n_planes (LaminaImage *image)
{
  g_return_val_if_fail (LAMINA_IS_IMAGE (image), 0);
  return lamina_info_get_n_planes (image->info);
}

/* Whether @rect of @plane is a part of the image: what a user asks for may be anything. */
static gboolean
check_place (LaminaImage *image, gint64 plane, const LaminaRect *rect, GError **error)
{
  const LaminaInfo *info = image->info;

  if (plane < 0 || plane >= lamina_info_get_n_planes (info))
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                 "There is no plane %" G_GINT64_FORMAT ": the image has %" G_GINT64_FORMAT
                 ", counted from 0",
                 plane, lamina_info_get_n_planes (info));
  else if (rect->width <= 0 || rect->height <= 0 || rect->x < 0 || rect->y < 0
           || rect->x > info->width - rect->width || rect->y > info->height - rect->height)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                 "The rectangle of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                 " pixels at (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                 ") does not lie inside of the %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                 " of a plane",
                 rect->width, rect->height, rect->x, rect->y, info->width, info->height);
  else
    return TRUE;
  return FALSE;
}

/* Announces what a reader will want who has read two planes in a row: 1, 2, 4… planes more at each,
 * of each the columns that @rect has. */
static void
read_ahead (LaminaImage *image, gint64 plane, const LaminaRect *rect, LaminaJob *job)
{
  const LaminaInfo *info = image->info;
  gint64 plane_size = info->width * info->height * (gint64)lamina_info_get_pixel_size (info);
  gint64 from = 0, to = 0;

  g_mutex_lock (&image->lock);
  if (plane > image->last || plane < image->last - MIN (image->in_a_row, OVERTAKEN))
    {
      const gboolean is_next
          = plane == image->last + 1 || (plane > image->last && plane < image->asked);

      image->in_a_row = is_next ? image->in_a_row + 1 : 0;
      image->last = plane;
      if (image->in_a_row == 0)
        image->asked = plane + 1;
      else
        {
          gint64 ahead = MIN (G_GINT64_CONSTANT (1) << MIN (image->in_a_row - 1, 30),
                              info->ahead / plane_size);

          from = MAX (image->asked, plane + 1);
          to = MIN (plane + 1 + ahead, lamina_info_get_n_planes (info));
          image->asked = MAX (from, to);
        }
    }
  g_mutex_unlock (&image->lock);

  for (; from < to; from++)
    {
      const LaminaRect columns = { rect->x, 0, rect->width, info->height };

      image->funcs.will_need (from, &columns, image->data, job);
    }
}

/**
 * lamina_image_read: (skip)
 * @image: an image
 * @plane: a plane's number
 * @rect: (nullable): the part of the plane to read; %NULL for all of it
 * @pixels: where to, top row first, samples in the machine's byte order
 * @stride: bytes from row to row in @pixels, at least as many as a row of @rect has
 * @job: (nullable): cancels and counts
 * @error: what went wrong, with LAMINA_ERROR for places outside of the image
 *
 * Reads pixels, and computes them first where they were not. A reader who goes from plane to plane
 * is read ahead for.
 *
 * Returns: whether @pixels were filled
 */
gboolean
lamina_image_read (LaminaImage *image, gint64 plane, const LaminaRect *rect, gpointer pixels,
                   gsize stride, LaminaJob *job, GError **error)
{
  LaminaRect whole;

  g_return_val_if_fail (LAMINA_IS_IMAGE (image), FALSE);
  g_return_val_if_fail (pixels != NULL, FALSE);
  g_return_val_if_fail (job == NULL || LAMINA_IS_JOB (job), FALSE);

  whole = (LaminaRect){ 0, 0, image->info->width, image->info->height };
  if (rect == NULL)
    rect = &whole;
  if (!check_place (image, plane, rect, error)
      || g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    return FALSE;
  g_return_val_if_fail (stride / lamina_info_get_pixel_size (image->info) >= (guint64)rect->width,
                        FALSE);

  if (image->funcs.will_need != NULL && image->info->ahead > 0)
    read_ahead (image, plane, rect, job);
  return image->funcs.read (plane, rect, pixels, stride, image->data, job, error);
}

/**
 * lamina_image_read_bytes:
 * @image: an image
 * @plane: a plane's number
 * @rect: (nullable): the part of the plane to read; %NULL for all of it
 * @job: (nullable): cancels and counts
 * @error: what went wrong
 *
 * Reads pixels as lamina_image_read() does, into memory of their own, rows end to end.
 *
 * Returns: (transfer full): the pixels
 */
GBytes *
lamina_image_read_bytes (LaminaImage *image, gint64 plane, const LaminaRect *rect, LaminaJob *job,
                         GError **error)
{
  g_autofree gpointer pixels = NULL;
  LaminaRect whole;
  gsize stride, size = 0;

  g_return_val_if_fail (LAMINA_IS_IMAGE (image), NULL);

  whole = (LaminaRect){ 0, 0, image->info->width, image->info->height };
  if (rect == NULL)
    rect = &whole;
  if (!check_place (image, plane, rect, error))
    return NULL;
  if (g_size_checked_mul (&stride, (gsize)rect->width, lamina_info_get_pixel_size (image->info))
      && g_size_checked_mul (&size, stride, (gsize)rect->height))
    pixels = g_try_malloc (size);
  if (pixels == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "No memory for %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels: read the plane in parts, or a coarser level",
                   rect->width, rect->height);
      return NULL;
    }
  if (!lamina_image_read (image, plane, rect, pixels, stride, job, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&pixels), size);
}

/**
 * lamina_image_will_need: (skip)
 * @image: an image
 * @plane: a plane's number
 * @rect: (nullable): the part of it that will be read soon; %NULL for all of it
 * @job: (nullable): a job
 *
 * Says what will be read soon, so that it is on its way by then. Returns at once; what is out of
 * bounds, too much, or fails is of no consequence.
 */
void
lamina_image_will_need (LaminaImage *image, gint64 plane, const LaminaRect *rect, LaminaJob *job)
{
  LaminaRect whole;

  g_return_if_fail (LAMINA_IS_IMAGE (image));

  whole = (LaminaRect){ 0, 0, image->info->width, image->info->height };
  if (rect == NULL)
    rect = &whole;
  if (image->funcs.will_need != NULL && check_place (image, plane, rect, NULL))
    image->funcs.will_need (plane, rect, image->data, job);
}
