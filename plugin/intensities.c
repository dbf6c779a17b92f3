/* What all channels of an image say of objects
 *
 * A stack is gone through once, in rectangles that are not too large: its labels are painted, and
 * the pixels of each channel under them tallied. The channels are worked on side by side, the
 * rectangles one after the other, so that floats are always added in the same order.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "intensities.h"

#include "cache.h"

#include <string.h>

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

/* One channel's, of each label. */
typedef struct
{
  IdrTally *tallies;
  gint64 *areas;
} Channel;

/* A stack at work. */
typedef struct
{
  IdrIntensities *self;
  gint64 first; /* of its planes */
  LaminaJob *job;
  Channel *channels;
  gsize n_labels, n_allocated;

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

static void
tally_row (const Work *work, const Channel *channel, const guint32 *labels, const guint8 *pixels)
{
  const IdrPixel pixel = (IdrPixel)lamina_image_get_info (work->self->input)->format;
  const IdrKernels *kernels = idr_kernels_get (idr_isa_get_best (), pixel);
  const gsize size = idr_pixel_get_size (pixel);
  gint64 end;

  for (gint64 x = 0; x < work->rect.width; x = end)
    {
      const guint32 label = labels[x];
      IdrTally tally;

      for (end = x + 1; end < work->rect.width && labels[end] == label; end++)
        ;
      if (label == 0)
        continue;
      kernels->tally (pixels + (gsize)x * size, (gsize)(end - x), &tally);
      if (channel->areas[label] == 0)
        channel->tallies[label] = tally;
      else
        idr_tally_append (&channel->tallies[label], channel->areas[label], &tally, end - x, pixel);
      channel->areas[label] += end - x;
    }
}

/* #LaminaTaskFunc */
static gboolean
tally_channel (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  const Work *work = data;
  const LaminaInfo *info = lamina_image_get_info (work->self->input);
  const gsize stride = (gsize)work->rect.width * lamina_info_get_pixel_size (info);
  g_autofree guint8 *pixels = g_try_malloc_n ((gsize)work->rect.height, stride);

  if (pixels == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Memory does not suffice to measure channel %" G_GINT64_FORMAT, index);
      return FALSE;
    }
  if (!lamina_image_read (work->self->input, work->plane + index * info->n_z, &work->rect, pixels,
                          stride, job, error))
    return FALSE;
  for (gint64 y = 0; y < work->rect.height; y++)
    tally_row (work, &work->channels[index], work->labels + y * work->rect.width,
               pixels + (gsize)y * stride);
  return TRUE;
}

/* Makes room for labels up to @n - 1. */
static gboolean
reserve (Work *work, gsize n)
{
  const gsize wanted = MAX (n, 2 * work->n_allocated);

  for (gint i = 0; n > work->n_allocated && i < lamina_image_get_info (work->self->input)->n_c; i++)
    {
      Channel *channel = &work->channels[i];
      IdrTally *tallies = g_try_renew (IdrTally, channel->tallies, wanted);
      gint64 *areas;

      if (tallies == NULL)
        return FALSE;
      channel->tallies = tallies;
      areas = g_try_renew (gint64, channel->areas, wanted);
      if (areas == NULL)
        return FALSE;
      memset (areas + work->n_allocated, 0, (wanted - work->n_allocated) * sizeof *areas);
      channel->areas = areas;
    }
  if (n > work->n_allocated)
    work->n_allocated = wanted;
  work->n_labels = MAX (work->n_labels, n);
  return TRUE;
}

static gboolean
tally_rectangle (Work *work, gint64 plane, GError **error)
{
  const gsize n = (gsize)(work->rect.width * work->rect.height);
  guint32 most = 0;

  if (!idr_segmented_read_labels (work->self->segmented, plane, &work->rect, work->labels,
                                  (gsize)work->rect.width * sizeof *work->labels, work->job, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    most = MAX (most, work->labels[i]);
  if (most == 0)
    return TRUE;
  if (!reserve (work, (gsize)most + 1))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Memory does not suffice to measure %u objects in every channel", most);
      return FALSE;
    }
  return lamina_job_run (work->job, lamina_image_get_info (work->self->input)->n_c, tally_channel,
                         work, error);
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

static GArray *
conclude (const Work *work)
{
  const LaminaInfo *info = lamina_image_get_info (work->self->input);
  GArray *all = g_array_new (FALSE, TRUE, sizeof (IdrIntensity));

  for (gsize label = 0; label < work->n_labels; label++)
    for (gint i = 0; i < info->n_c; i++)
      {
        const Channel *channel = &work->channels[i];
        IdrIntensity of = { 0 };

        if (channel->areas[label] > 0)
          of = idr_tally_conclude (&channel->tallies[label], channel->areas[label],
                                   (IdrPixel)info->format);
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
  const gint n_channels = info->n_c;
  g_autofree guint32 *labels
      = g_new (guint32, (gsize)(choose_side (info->tile_width, info->width)
                                * choose_side (info->tile_height, info->height)));
  GArray *all = NULL;
  gboolean done = TRUE;

  work->labels = labels;
  work->channels = g_new0 (Channel, (gsize)n_channels);
  for (gint64 z = 0; z < work->self->depth && done; z++)
    done = tally_plane (work, work->first + z, error);
  if (done)
    {
      all = conclude (work);
      *size = sizeof *all + all->len * sizeof (IdrIntensity);
    }
  for (gint i = 0; i < n_channels; i++)
    {
      g_free (work->channels[i].tallies);
      g_free (work->channels[i].areas);
    }
  g_free (work->channels);
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
      const guint label = (guint)g_array_index (objects, IdrObject, i).label;

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
