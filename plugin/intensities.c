/* What all channels of an image say of objects
 *
 * A stack is gone through once, in rectangles that are not too large: its labels are painted, and
 * the pixels of each channel under them tallied. The channels are worked on side by side, the
 * rectangles one after the other, so that floats are always added in the same order.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "intensities.h"

#include "cache.h"
#include "intensity.h"

/* What stacks' intensities may cost in memory. */
#define KEPT_BYTES (8 << 20)

#define MAX_SIDE 1024

struct _IdrIntensities
{
  LaminaImage *input;
  IdrSegmented *segmented;
  gint n_channels; /* that were segmented */
  gint64 depth;    /* planes of a stack */
  IdrCache *kept;  /* of GArray of IdrIntensity, by stack: label by label, each channel's */
};

/* A stack at work. */
typedef struct
{
  IdrIntensities *self;
  gint64 first; /* of its planes */
  LaminaJob *job;
  GPtrArray *sums; /* of IdrIntensitySums, of each channel */

  /* The rectangle: */
  gint64 plane; /* of the input's first channel */
  LaminaRect rect;
  guint32 *labels;
} Work;

/* --- All stacks ---------------------------------------------------------------------------- */

IdrIntensities *
idr_intensities_new (LaminaImage *input, IdrSegmented *segmented, gint n_channels,
                     gboolean is_volume)
{
  IdrIntensities *self = g_new0 (IdrIntensities, 1);

  self->input = g_object_ref (input);
  self->segmented = idr_segmented_ref (segmented);
  self->n_channels = n_channels;
  self->depth = is_volume ? lamina_image_get_info (input)->n_z : 1;
  self->kept = idr_cache_new (KEPT_BYTES, (gpointer (*) (gpointer))g_array_ref,
                              (GDestroyNotify)g_array_unref);
  return self;
}

void
idr_intensities_free (IdrIntensities *self)
{
  idr_cache_free (self->kept);
  idr_segmented_unref (self->segmented);
  g_object_unref (self->input);
  g_free (self);
}

/* The plane of the input's first channel that is where @plane of what was segmented is. */
static gint64
find_plane (const IdrIntensities *self, gint64 plane)
{
  const LaminaInfo *info = lamina_image_get_info (self->input);
  const gint64 t = plane / ((gint64)self->n_channels * info->n_z);

  return t * info->n_c * info->n_z + plane % info->n_z;
}

/* --- One rectangle ---------------------------------------------------------------------------- */

static gboolean
fail_for_memory (GError **error)
{
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
               "Memory does not suffice to measure the objects in all channels; measure=own takes "
               "less");
  return FALSE;
}

/* #LaminaTaskFunc */
static gboolean
tally_channel (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  const Work *work = data;
  const LaminaInfo *info = lamina_image_get_info (work->self->input);
  const gsize stride = (gsize)work->rect.width * lamina_info_get_pixel_size (info);
  g_autofree gpointer pixels = g_try_malloc_n ((gsize)work->rect.height, stride);
  const IdrRaster raster = { .pixel = (IdrPixel)info->format,
                             .data = pixels,
                             .stride = stride,
                             .width = work->rect.width,
                             .height = work->rect.height };

  if (pixels == NULL)
    return fail_for_memory (error);
  if (!lamina_image_read (work->self->input, work->plane + index * info->n_z, &work->rect, pixels,
                          stride, job, error))
    return FALSE;
  return idr_intensity_sums_add (g_ptr_array_index (work->sums, index), &raster, work->labels)
         || fail_for_memory (error);
}

static gboolean
tally_rectangle (Work *work, gint64 plane, GError **error)
{
  const gsize n = (gsize)(work->rect.width * work->rect.height);
  guint32 any = 0;

  if (!idr_segmented_read_labels (work->self->segmented, plane, &work->rect, work->labels,
                                  (gsize)work->rect.width * sizeof *work->labels, work->job, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    any |= work->labels[i];
  return any == 0 || lamina_job_run (work->job, work->sums->len, tally_channel, work, error);
}

/* --- One stack -------------------------------------------------------------------------------- */

/* As many of the image's own tiles as are not too large together, or a part of one. */
static gint64
choose_side (gint64 own, gint64 whole)
{
  return MIN (whole, own < MAX_SIDE ? MAX_SIDE / own * own : MAX_SIDE);
}

static gboolean
tally_plane (Work *work, gint64 plane, GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (work->self->input);
  const gint64 width = choose_side (info->tile_width, info->width);
  const gint64 height = choose_side (info->tile_height, info->height);

  work->plane = find_plane (work->self, plane);
  for (gint64 y = 0; y < info->height; y += height)
    for (gint64 x = 0; x < info->width; x += width)
      {
        work->rect
            = (LaminaRect){ x, y, MIN (width, info->width - x), MIN (height, info->height - y) };
        if (!tally_rectangle (work, plane, error))
          return FALSE;
      }
  return TRUE;
}

/* NULL: no memory. */
static GArray *
conclude (const Work *work)
{
  const gsize n = idr_intensity_sums_get_n (g_ptr_array_index (work->sums, 0));
  const gsize n_all = n * work->sums->len;
  /* An array aborts where there is no memory for it. */
  g_autofree gpointer room
      = n_all <= G_MAXUINT ? g_try_malloc_n (n_all + 1, 2 * sizeof (IdrIntensity)) : NULL;
  GArray *all;

  if (room == NULL)
    return NULL;
  g_clear_pointer (&room, g_free);
  all = g_array_sized_new (FALSE, FALSE, sizeof (IdrIntensity), (guint)n_all);
  for (gsize label = 0; label < n; label++)
    for (guint i = 0; i < work->sums->len; i++)
      {
        const IdrIntensity of
            = idr_intensity_sums_conclude (g_ptr_array_index (work->sums, i), label);

        g_array_append_val (all, of);
      }
  return all;
}

/* #IdrCacheMake */
static gpointer
measure (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  const LaminaInfo *info = lamina_image_get_info (work->self->input);
  g_autoptr (GPtrArray) sums
      = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_intensity_sums_free);
  g_autofree guint32 *labels
      = g_new (guint32, (gsize)(choose_side (info->tile_width, info->width)
                                * choose_side (info->tile_height, info->height)));
  GArray *all;

  for (gint i = 0; i < info->n_c; i++)
    g_ptr_array_add (sums, idr_intensity_sums_new ((IdrPixel)info->format));
  work->labels = labels;
  work->sums = sums;
  for (gint64 z = 0; z < work->self->depth; z++)
    if (!tally_plane (work, work->first + z, error))
      return NULL;
  all = conclude (work);
  if (all == NULL)
    {
      fail_for_memory (error);
      return NULL;
    }
  *size = sizeof *all + all->len * sizeof (IdrIntensity);
  return all;
}

GArray *
idr_intensities_read (IdrIntensities *self, gint64 plane, const GArray *objects, LaminaJob *job,
                      GError **error)
{
  const gint64 number = plane / self->depth;
  const guint n_channels = (guint)lamina_image_get_info (self->input)->n_c;
  Work work = { .self = self, .first = number * self->depth, .job = job };
  g_autoptr (GBytes) key = g_bytes_new (&number, sizeof number);
  g_autoptr (GArray) all = NULL;
  GArray *found = g_array_new (FALSE, FALSE, sizeof (IdrIntensity));

  if (objects->len == 0)
    return found;
  all = idr_cache_get (self->kept, key, measure, &work, G_CANCELLABLE (job), error);
  if (all == NULL)
    {
      g_array_unref (found);
      return NULL;
    }
  for (guint i = 0; i < objects->len; i++)
    {
      const gsize label = (gsize)g_array_index (objects, IdrObject, i).label;

      g_array_append_vals (found, &g_array_index (all, IdrIntensity, label * n_channels),
                           n_channels);
    }
  return found;
}

void
idr_intensities_will_need (IdrIntensities *self, gint64 plane, LaminaJob *job)
{
  const LaminaInfo *info = lamina_image_get_info (self->input);

  for (gint i = 0; i < info->n_c; i++)
    lamina_image_will_need (self->input, find_plane (self, plane) + (gint64)i * info->n_z, NULL,
                            job);
}
