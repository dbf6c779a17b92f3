/* How an image's makers show it: "omero"
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-parse.h"

#include <string.h>

/* "0000FF" or "#0000ff", or -1. */
static gint
parse_color (const gchar *text)
{
  gint color = 0;

  if (text && *text == '#')
    text++;
  if (!text || strlen (text) != 6)
    return -1;
  for (; *text; text++)
    {
      if (!g_ascii_isxdigit (*text))
        return -1;
      color = color << 4 | g_ascii_xdigit_value (*text);
    }
  return color;
}

static gint
parse_index (JsonObject *object, const gchar *name)
{
  gint64 value = idr_json_int (object, name, -1);

  return value >= 0 && value <= G_MAXINT ? (gint)value : -1;
}

void
idr_ome_parse_display (IdrOme *ome, JsonObject *omero)
{
  JsonArray *channels = idr_json_array (omero, "channels");
  JsonObject *rdefs = idr_json_object (omero, "rdefs");
  guint n = channels ? MIN (json_array_get_length (channels), IDR_OME_MAX_NAMES) : 0;

  ome->default_t = parse_index (rdefs, "defaultT");
  ome->default_z = parse_index (rdefs, "defaultZ");
  ome->n_channels = n;
  ome->channels = g_new0 (IdrOmeChannel, n);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = idr_json_object_at (channels, i);
      JsonObject *window = idr_json_object (one, "window");
      IdrOmeChannel *channel = &ome->channels[i];

      channel->label = g_strdup (idr_json_string (one, "label"));
      channel->color = parse_color (idr_json_string (one, "color"));
      channel->start = idr_json_double (window, "start", 0);
      channel->end = idr_json_double (window, "end", channel->start);
    }
}
