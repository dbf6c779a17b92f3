/* Computing what nobody writes: images and tables are read, and what was read is forgotten
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#define STRIP_BYTES (8 << 20)

typedef struct
{
  GObject **outputs;
  guint n_outputs;
} Drain;

/* A giant plane is read in strips, so that it need not fit into memory. */
static gboolean
drain_image (LaminaImage *image, gint64 plane, LaminaJob *job, GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (image);
  gsize stride = (gsize)info->width * lamina_info_get_pixel_size (info);
  gint64 rows = MAX (STRIP_BYTES / (gint64)stride, MAX (info->tile_height, 1));
  g_autofree gpointer pixels = NULL;

  rows = MIN (rows, info->height);
  pixels = g_try_malloc_n ((gsize)rows, stride);
  if (pixels == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "No memory for %" G_GINT64_FORMAT " rows of %" G_GSIZE_FORMAT " bytes", rows,
                   stride);
      return FALSE;
    }
  for (gint64 y = 0; y < info->height; y += rows)
    {
      LaminaRect strip = { 0, y, info->width, MIN (rows, info->height - y) };

      if (!lamina_image_read (image, plane, &strip, pixels, stride, job, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
drain_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Drain *drain = data;

  for (guint i = 0; i < drain->n_outputs; i++)
    if (LAMINA_IS_TABLE (drain->outputs[i]))
      {
        g_autoptr (GArray) rows
            = lamina_table_read (LAMINA_TABLE (drain->outputs[i]), plane, job, error);

        if (rows == NULL)
          return FALSE;
      }
    else if (!drain_image (LAMINA_IMAGE (drain->outputs[i]), plane, job, error))
      return FALSE;
  return TRUE;
}

gboolean
lamina_drain_run (GPtrArray *outputs, LaminaJob *job, GError **error)
{
  Drain drain = { (GObject **)outputs->pdata, outputs->len };

  return lamina_job_run_planes (job, drain.outputs, drain.n_outputs, drain_plane, &drain, error);
}
