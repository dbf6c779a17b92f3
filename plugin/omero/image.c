/* The JSON API's description of an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "image.h"
#include "server.h"

#include <math.h>

#define NGFF_ENTITY "com.glencoesoftware.ngff:multiscales"

static const struct
{
  const gchar *name;
  gint power;
} prefixes[] = {
  { "YOTTA", 24 },  { "ZETTA", 21 }, { "EXA", 18 },    { "PETA", 15 },  { "TERA", 12 },
  { "GIGA", 9 },    { "MEGA", 6 },   { "KILO", 3 },    { "HECTO", 2 },  { "DECA", 1 },
  { "", 0 },        { "DECI", -1 },  { "CENTI", -2 },  { "MILLI", -3 }, { "MICRO", -6 },
  { "NANO", -9 },   { "PICO", -12 }, { "FEMTO", -15 }, { "ATTO", -18 }, { "ZEPTO", -21 },
  { "YOCTO", -24 },
};

/* @value times ten to @power, exact where it can be. */
static gdouble
shift (gdouble value, gint power)
{
  return power >= 0 ? value * pow (10, power) : value / pow (10, -power);
}

/* @value of @unit ("NANOMETER") in units of ten to @wanted of @base ("METER"); 0 where that is not
 * known. */
static gdouble
convert (gdouble value, const gchar *unit, const gchar *base, gint wanted)
{
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (unit, prefixes[i].name)
        && strcmp (unit + strlen (prefixes[i].name), base) == 0)
      return shift (value, prefixes[i].power - wanted);
  return 0;
}

/* The positive number of a {"Value", "Unit"}; OMERO's default units are those that are wanted. */
static gdouble
take_quantity (JsonObject *parent, const gchar *name, const gchar **unit)
{
  JsonObject *quantity = idr_json_object (parent, name);
  gdouble value = idr_json_double (quantity, "Value", 0);

  *unit = idr_json_string (quantity, "Unit");
  return isfinite (value) && value > 0 ? value : 0;
}

static gdouble
take_length (JsonObject *pixels, const gchar *name)
{
  const gchar *unit;
  gdouble value = take_quantity (pixels, name, &unit);

  if (unit && strcmp (unit, "ANGSTROM") == 0)
    return shift (value, -4);
  return unit ? convert (value, unit, "METER", -6) : value;
}

static gdouble
take_time (JsonObject *pixels, const gchar *name)
{
  const gchar *unit;
  gdouble value = take_quantity (pixels, name, &unit);

  if (unit && strcmp (unit, "MINUTE") == 0)
    return value * 60;
  if (unit && strcmp (unit, "HOUR") == 0)
    return value * 3600;
  if (unit && strcmp (unit, "DAY") == 0)
    return value * 86400;
  return unit ? convert (value, unit, "SECOND", 0) : value;
}

/* @ms since 1970, or NULL where no calendar reaches. */
static GDateTime *
date_from_ms (gint64 ms)
{
  const gint64 rest = (ms % 1000 + 1000) % 1000;
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc ((ms - rest) / 1000);

  return second ? g_date_time_add (second, rest * G_TIME_SPAN_MILLISECOND) : NULL;
}

/* OMERO packs R, G, B, A into 32 bits, and reads them as a signed number. */
static gint
take_color (JsonObject *channel)
{
  gint64 color = idr_json_int (channel, "Color", G_MAXINT64);

  return color < G_MININT32 || color > G_MAXUINT32 ? -1 : (gint)((guint32)color >> 8);
}

static void
take_channels (IdrOmeroImage *image, JsonArray *channels)
{
  const guint n = channels ? json_array_get_length (channels) : 0;

  image->channels = g_new0 (IdrOmeroChannel, n);
  image->n_channels = n;
  for (guint i = 0; i < n; i++)
    {
      JsonObject *channel = idr_json_object_at (channels, i);

      image->channels[i].name = g_strdup (idr_json_string (channel, "Name"));
      image->channels[i].color = take_color (channel);
    }
}

static gboolean
take_sizes (IdrOmeroImage *image, JsonObject *pixels, GError **error)
{
  const struct
  {
    const gchar *name;
    gint64 *size;
  } sizes[] = {
    { "SizeX", &image->size_x }, { "SizeY", &image->size_y }, { "SizeZ", &image->size_z },
    { "SizeC", &image->size_c }, { "SizeT", &image->size_t },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      *sizes[i].size = idr_json_int (pixels, sizes[i].name, 0);
      if (*sizes[i].size < 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is %" G_GINT64_FORMAT,
                       sizes[i].name, *sizes[i].size);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_pixels (IdrOmeroImage *image, JsonObject *pixels, GError **error)
{
  if (!take_sizes (image, pixels, error))
    return FALSE;
  image->type = g_strdup (idr_json_string (idr_json_object (pixels, "Type"), "value"));
  image->voxel_x = take_length (pixels, "PhysicalSizeX");
  image->voxel_y = take_length (pixels, "PhysicalSizeY");
  image->voxel_z = take_length (pixels, "PhysicalSizeZ");
  image->step_t = take_time (pixels, "TimeIncrement");
  take_channels (image, idr_json_array (pixels, "Channels"));
  return TRUE;
}

/* The external info says where the pixels lie only if it is of the kind that does. */
static gchar *
take_lsid (JsonObject *data)
{
  JsonObject *info = idr_json_object (idr_json_object (data, "omero:details"), "externalInfo");
  const gchar *kind = idr_json_string (info, "EntityType");

  return kind && strcmp (kind, NGFF_ENTITY) != 0 ? NULL : g_strdup (idr_json_string (info, "Lsid"));
}

IdrOmeroImage *
idr_omero_image_parse (JsonNode *answer, gint64 id, GError **error)
{
  g_autoptr (IdrOmeroImage) image = g_new0 (IdrOmeroImage, 1);
  JsonObject *data = idr_omero_data (answer);
  const gchar *type = idr_json_string (data, "@type");
  const gint64 found = idr_json_int (data, "@id", -1);
  gint64 date;

  image->well_column = image->field = -1;
  if (found != id || (type && !g_str_has_suffix (type, "#Image")))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "the answer is not about this image");
      return NULL;
    }
  image->id = id;
  image->name = g_strdup (idr_json_string (data, "Name"));
  image->description = g_strdup (idr_json_string (data, "Description"));
  image->series = CLAMP (idr_json_int (data, "omero:series", 0), 0, G_MAXINT);
  date = idr_json_int (data, "AcquisitionDate", G_MININT64);
  image->acquired = date == G_MININT64 ? NULL : date_from_ms (date);
  image->lsid = take_lsid (data);
  if (!take_pixels (image, idr_json_object (data, "Pixels"), error))
    return NULL;
  idr_omero_image_guess_well (image);
  return g_steal_pointer (&image);
}

void
idr_omero_image_free (IdrOmeroImage *image)
{
  for (gint i = 0; i < image->n_channels; i++)
    g_free (image->channels[i].name);
  g_free (image->channels);
  g_free (image->name);
  g_free (image->description);
  g_free (image->type);
  g_clear_pointer (&image->acquired, g_date_time_unref);
  g_free (image->project);
  g_free (image->dataset);
  g_free (image->screen);
  g_free (image->plate);
  g_free (image->well);
  g_free (image->well_row);
  g_strfreev (image->keys);
  g_strfreev (image->values);
  g_free (image->lsid);
  g_strfreev (image->client_paths);
  g_free (image->server);
  g_free (image);
}
