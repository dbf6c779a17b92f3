/* OME-XML, which some look for in an image's description
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-ome.h"

#include <math.h>

#define NAMESPACE "http://www.openmicroscopy.org/Schemas/OME/2016-06"

/* ' name="text"', of any text at all: what XML cannot say becomes U+FFFD. */
static void
add_attribute (GString *xml, const gchar *name, const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);
  g_autofree gchar *escaped = NULL;

  for (const gchar *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f || c == 0xfffe || c == 0xffff)
        c = 0xfffd;
      g_string_append_unichar (clean, c);
    }
  escaped = g_markup_escape_text (clean->str, (gssize)clean->len);
  g_string_append_printf (xml, " %s=\"%s\"", name, escaped);
}

static void
add_integer (GString *xml, const gchar *name, gint64 value)
{
  g_string_append_printf (xml, " %s=\"%" G_GINT64_FORMAT "\"", name, value);
}

/* A length with its unit, where it is known. */
static void
add_length (GString *xml, const gchar *name, gdouble value, const gchar *unit)
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value) || value <= 0)
    return;
  g_string_append_printf (xml, " %s=\"%s\" %sUnit=\"%s\"", name,
                          g_ascii_dtostr (number, sizeof number, value), name, unit);
}

/* As libvips has the pixels, which has no 64-bit integers. */
static const gchar *
get_type (LaminaFormat format)
{
  static const gchar *const types[] = { "uint8", "int8",   "uint16", "int16", "uint32",
                                        "int32", "double", "double", "float", "double" };

  return types[format];
}

/* 0xRRGGBB of the @c-th channel, or -1. */
static gint
get_color (const LaminaInfo *info, gint c)
{
  g_autoptr (GVariant) colors = NULL;
  const gint *values;
  gsize n = 0;

  if (info->extra != NULL)
    colors = g_variant_lookup_value (info->extra, "channel-colors", G_VARIANT_TYPE ("ai"));
  values = colors != NULL ? g_variant_get_fixed_array (colors, &n, sizeof *values) : NULL;
  return values != NULL && (gsize)c < n ? values[c] : -1;
}

static void
add_channel (GString *xml, const LaminaInfo *info, gint i, gint c)
{
  const gint color = get_color (info, c);

  g_string_append_printf (xml, "<Channel ID=\"Channel:0:%d\"", i);
  add_integer (xml, "SamplesPerPixel", info->samples);
  if (info->channels != NULL && info->channels[c][0] != '\0')
    add_attribute (xml, "Name", info->channels[c]);
  if (color >= 0)
    add_integer (xml, "Color", (gint32)((guint32)color << 8 | 0xff)); /* RGBA */
  g_string_append (xml, "/>");
}

gchar *
bridge_vips_make_ome (const LaminaInfo *info, const BridgeBlock *block)
{
  const gchar *name = bridge_vips_get_extra (info, "name");
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                               "<OME xmlns=\"" NAMESPACE "\""
                               " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                               " xsi:schemaLocation=\"" NAMESPACE " " NAMESPACE "/ome.xsd\">"
                               "<Image ID=\"Image:0\"");

  if (name != NULL)
    add_attribute (xml, "Name", name);
  g_string_append (xml, "><Pixels ID=\"Pixels:0\" DimensionOrder=\"XYZCT\"");
  add_attribute (xml, "Type", get_type (info->format));
  add_integer (xml, "SizeX", info->width);
  add_integer (xml, "SizeY", info->height);
  add_integer (xml, "SizeZ", block->n_z);
  add_integer (xml, "SizeC", (gint64)block->n_c * info->samples);
  add_integer (xml, "SizeT", block->n_t);
  add_length (xml, "PhysicalSizeX", info->size_x, "\302\265m");
  add_length (xml, "PhysicalSizeY", info->size_y, "\302\265m");
  add_length (xml, "PhysicalSizeZ", info->size_z, "\302\265m");
  add_length (xml, "TimeIncrement", info->step_t, "s");
  g_string_append_c (xml, '>');
  for (gint i = 0; i < block->n_c; i++)
    add_channel (xml, info, i, block->c + i);
  g_string_append (xml, "<TiffData/></Pixels></Image></OME>");
  return g_string_free (xml, FALSE);
}
