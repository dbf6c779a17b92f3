/* One channel of an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "channel.h"

typedef struct
{
  LaminaImage *input;
  gint index; /* of the channel among the input's */
} Channel;

static void
channel_free (gpointer data)
{
  Channel *channel = data;

  g_object_unref (channel->input);
  g_free (channel);
}

/* The input's number of a plane. */
static gint64
find_plane (const Channel *channel, gint64 plane)
{
  const LaminaInfo *info = lamina_image_get_info (channel->input);
  const gint64 t = plane / info->n_z, z = plane % info->n_z;

  return (t * info->n_c + channel->index) * info->n_z + z;
}

static gboolean
read_plane (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  const Channel *channel = data;

  return lamina_image_read (channel->input, find_plane (channel, plane), rect, pixels, stride, job,
                            error);
}

static void
will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  const Channel *channel = data;

  lamina_image_will_need (channel->input, find_plane (channel, plane), rect, job);
}

/* The same facts, but that only one channel has a color. */
static GVariant *
keep_color (GVariant *extra, gint index)
{
  g_autoptr (GVariant) colors
      = g_variant_lookup_value (extra, "channel-colors", G_VARIANT_TYPE ("ai"));
  GVariantDict facts;
  gint32 color;

  g_variant_dict_init (&facts, extra);
  if (colors != NULL && (gsize)index < g_variant_n_children (colors))
    {
      g_variant_get_child (colors, (gsize)index, "i", &color);
      g_variant_dict_insert_value (
          &facts, "channel-colors",
          g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, &color, 1, sizeof color));
    }
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

static LaminaInfo *
make_info (const LaminaInfo *from, gint index, gint number)
{
  LaminaInfo *info = lamina_info_copy (from);

  info->n_c = 1;
  info->share_c = 1;
  g_free ((gpointer)info->c);
  info->c = g_memdup2 (&number, sizeof number);
  if (info->channels != NULL)
    {
      const gchar *name[] = { info->channels[index], NULL };
      gchar **channels = g_strdupv ((gchar **)name);

      g_strfreev ((gchar **)info->channels);
      info->channels = (const gchar *const *)channels;
    }
  if (from->extra != NULL)
    {
      g_variant_unref (info->extra);
      info->extra = keep_color (from->extra, index);
    }
  return info;
}

LaminaImage *
idr_channel_new (LaminaImage *input, gint number, GError **error)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_plane, .will_need = will_need };
  const LaminaInfo *from = lamina_image_get_info (input);
  g_autoptr (LaminaInfo) info = NULL;
  Channel *channel;
  gint index = 0;

  while (index < from->n_c && (from->c != NULL ? from->c[index] : index) != number)
    index++;
  if (index == from->n_c)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "channel=%d is none of the image's channels: there are %d, from %d to %d",
                   number, from->n_c, from->c != NULL ? from->c[0] : 0,
                   from->c != NULL ? from->c[from->n_c - 1] : from->n_c - 1);
      return NULL;
    }
  channel = g_new0 (Channel, 1);
  channel->input = g_object_ref (input);
  channel->index = index;
  info = make_info (from, index, number);
  return lamina_image_new (info, &funcs, channel, channel_free);
}
