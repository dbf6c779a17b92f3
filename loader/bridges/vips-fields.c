/* What is known of an image, in the header of one of libvips's and back
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-fields.h"

#include "vips-ome.h"

#include <math.h>

/* libvips counts in millimetres, and says 1 where nobody knows. */
#define MICROMETRES 1000.0
#define UNKNOWN_RESOLUTION 1.0

gboolean
bridge_vips_find_block (const LaminaInfo *info, gint64 first, gint64 n, BridgeBlock *block)
{
  const gint z = (gint)(first % info->n_z), c = (gint)(first / info->n_z % info->n_c);
  const gint t = (gint)(first / info->n_z / info->n_c);
  const gint64 frame = (gint64)info->n_z * info->n_c;

  if (n <= info->n_z - z)
    *block = (BridgeBlock){ t, c, z, 1, 1, (gint)n };
  else if (z == 0 && n % info->n_z == 0 && n / info->n_z <= info->n_c - c)
    *block = (BridgeBlock){ t, c, 0, 1, (gint)(n / info->n_z), info->n_z };
  else if (z == 0 && c == 0 && n % frame == 0)
    *block = (BridgeBlock){ t, 0, 0, (gint)(n / frame), info->n_c, info->n_z };
  else
    {
      *block = (BridgeBlock){ 0, 0, 0, 1, 1, (gint)n };
      return FALSE;
    }
  return TRUE;
}

const gchar *
bridge_vips_get_extra (const LaminaInfo *info, const gchar *name)
{
  const gchar *text = NULL;

  if (info->extra != NULL && g_variant_is_of_type (info->extra, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (info->extra, name, "&s", &text);
  return text;
}

/* --- Places: "0-9,12" -------------------------------------------------------------------- */

static void
set_places (VipsImage *out, const gchar *field, const gint *places, gint first, gint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

#define PLACE(i) (places != NULL ? places[first + (i)] : first + (i))
  for (gint i = 0, end; i < n; i = end)
    {
      for (end = i + 1; end < n && PLACE (end) == PLACE (end - 1) + 1; end++)
        ;
      g_string_append_printf (text, "%s%d", i > 0 ? "," : "", PLACE (i));
      if (end > i + 1)
        g_string_append_printf (text, "-%d", PLACE (end - 1));
    }
#undef PLACE
  vips_image_set_string (out, field, text->str);
}

static const gchar *
get_string (VipsImage *in, const gchar *field)
{
  const char *text = NULL;

  if (vips_image_get_typeof (in, field) != VIPS_TYPE_REF_STRING
      || vips_image_get_string (in, field, &text) != 0)
    return NULL;
  return text;
}

static gdouble
get_length (VipsImage *in, const gchar *field)
{
  gdouble length = 0;

  if (vips_image_get_typeof (in, field) != G_TYPE_DOUBLE
      || vips_image_get_double (in, field, &length) != 0 || !isfinite (length))
    return 0;
  return MAX (length, 0);
}

static gint
get_number (VipsImage *in, const gchar *field)
{
  gint number = 0;

  if (vips_image_get_typeof (in, field) != G_TYPE_INT
      || vips_image_get_int (in, field, &number) != 0)
    return 0;
  return number;
}

static gboolean
parse_place (const gchar *text, gint *place)
{
  gint64 value = 0;
  gboolean sound = g_ascii_string_to_signed (text, 10, 0, G_MAXINT - 1, &value, NULL);

  *place = (gint)value;
  return sound;
}

/* Adds the places of a part, "7" or "0-9", where that makes no more than @max. */
static gboolean
parse_part (gchar *part, GArray *places, guint max)
{
  gchar *dash = strchr (part, '-');
  gint from, to;

  if (dash != NULL)
    *dash = '\0';
  if (!parse_place (part, &from) || !parse_place (dash != NULL ? dash + 1 : part, &to) || to < from
      || (guint)(to - from) >= max - places->len)
    return FALSE;
  for (; from <= to; from++)
    g_array_append_val (places, from);
  return TRUE;
}

/* Empty where the header has no such field, or not what was written there. */
static GArray *
get_places (VipsImage *in, const gchar *field, guint max)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (gint));
  const gchar *text = get_string (in, field);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", (gint)max + 1);

  for (gchar **part = parts; *part != NULL; part++)
    if (!parse_part (*part, places, max))
      {
        g_array_set_size (places, 0);
        break;
      }
  return places;
}

/* --- To libvips -------------------------------------------------------------------------- */

static gchar *
make_channel_field (gint i)
{
  return g_strdup_printf ("lamina-channel-%d", i);
}

static gdouble
get_resolution (gdouble size)
{
  gdouble resolution = MICROMETRES / size;

  return size > 0 && isfinite (resolution) && resolution > 0 ? resolution : UNKNOWN_RESOLUTION;
}

static void
set_block (VipsImage *out, const LaminaInfo *info, const BridgeBlock *block)
{
  set_places (out, "lamina-t", info->t, block->t, block->n_t);
  set_places (out, "lamina-c", info->c, block->c, block->n_c);
  set_places (out, "lamina-z", info->z, block->z, block->n_z);
  for (gint i = 0; i < block->n_c && info->channels != NULL; i++)
    {
      g_autofree gchar *field = make_channel_field (i);

      vips_image_set_string (out, field, info->channels[block->c + i]);
    }
}

static void
set_lengths (VipsImage *out, const LaminaInfo *info)
{
  out->Xres = get_resolution (info->size_x);
  out->Yres = get_resolution (info->size_y);
  if (info->size_x > 0)
    vips_image_set_string (out, VIPS_META_RESOLUTION_UNIT, "cm");
  if (info->size_z > 0)
    vips_image_set_double (out, "lamina-size-z", info->size_z);
  if (info->step_t > 0)
    vips_image_set_double (out, "lamina-step-t", info->step_t);
}

void
bridge_vips_set_fields (VipsImage *out, const LaminaInfo *info, gint64 first, gint64 n)
{
  const gchar *name = bridge_vips_get_extra (info, "name");
  const gchar *location = bridge_vips_get_extra (info, "location");
  BridgeBlock block;
  gboolean is_block = bridge_vips_find_block (info, first, n, &block);
  g_autofree gchar *ome = bridge_vips_make_ome (info, &block);

  vips_image_set_int (out, VIPS_META_N_PAGES,
                      (gint)MIN (lamina_info_get_n_planes (info), G_MAXINT));
  if (n > 1)
    vips_image_set_int (out, VIPS_META_PAGE_HEIGHT, (gint)info->height);
  vips_image_set_string (out, VIPS_META_IMAGEDESCRIPTION, ome);
  set_lengths (out, info);
  if (is_block)
    set_block (out, info, &block);
  if (info->labels)
    vips_image_set_int (out, "lamina-labels", 1);
  vips_image_set_int (out, "lamina-level", info->level);
  vips_image_set_int (out, "n-levels", MAX (info->n_levels, 1));
  if (name != NULL)
    vips_image_set_string (out, "lamina-name", name);
  if (location != NULL)
    vips_image_set_string (out, "lamina-location", location);
}

/* --- From libvips ------------------------------------------------------------------------ */

static gboolean
get_format (VipsImage *in, LaminaFormat *format)
{
  switch (in->BandFmt)
    {
#define CASE(theirs, ours)                                                                         \
  case VIPS_FORMAT_##theirs:                                                                       \
    *format = LAMINA_FORMAT_##ours;                                                                \
    return TRUE
      CASE (UCHAR, U8);
      CASE (CHAR, I8);
      CASE (USHORT, U16);
      CASE (SHORT, I16);
      CASE (UINT, U32);
      CASE (INT, I32);
      CASE (FLOAT, F32);
      CASE (DOUBLE, F64);
#undef CASE
    default:
      return FALSE;
    }
}

static gdouble
get_size (gdouble resolution)
{
  gdouble size = MICROMETRES / resolution;

  return resolution > 0 && resolution != UNKNOWN_RESOLUTION && isfinite (size) ? size : 0;
}

/* The @n names of channels; NULL where not all of them are there. */
static gchar **
get_channels (VipsImage *in, gint n)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (gint i = 0; i < n; i++)
    {
      g_autofree gchar *field = make_channel_field (i);
      const gchar *name = get_string (in, field);

      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_add (names, NULL);
  return (gchar **)g_ptr_array_steal (names, NULL);
}

/* The extra of an info: what it is called, and where it lies. */
static GVariant *
make_extra (VipsImage *in)
{
  static const gchar *const names[] = { "name", "location" };
  GVariantDict extra;

  g_variant_dict_init (&extra, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *field = g_strconcat ("lamina-", names[i], NULL);
      const gchar *text = get_string (in, field);

      if (text != NULL && g_utf8_validate (text, -1, NULL))
        g_variant_dict_insert (&extra, names[i], "s", text);
    }
  return g_variant_dict_end (&extra);
}

/* Which planes they were, where they still may be: as many pages, and bands where there were none.
 */
static LaminaInfo *
make_info (VipsImage *in, LaminaInfo *info)
{
  const gboolean has_bands = in->Bands > 1;
  guint n_pages = (guint)info->n_z;
  g_autoptr (GArray) t = get_places (in, "lamina-t", n_pages);
  g_autoptr (GArray) c = get_places (in, "lamina-c", has_bands ? (guint)in->Bands : n_pages);
  g_autoptr (GArray) z = get_places (in, "lamina-z", n_pages);
  guint64 n_tz = (guint64)t->len * z->len;
  g_auto (GStrv) channels = NULL;

  if (n_tz <= n_pages && n_tz * (has_bands ? 1 : c->len) == n_pages)
    {
      info->n_t = (gint)t->len;
      info->n_z = (gint)z->len;
      info->t = (const gint *)(gpointer)t->data;
      info->z = (const gint *)(gpointer)z->data;
      if (!has_bands)
        info->n_c = (gint)c->len;
      if ((guint)info->n_c == c->len)
        {
          info->c = (const gint *)(gpointer)c->data;
          channels = get_channels (in, info->n_c);
          info->channels = (const gchar *const *)channels;
        }
    }
  return lamina_info_copy (info);
}

LaminaInfo *
bridge_vips_get_info (VipsImage *in, GError **error)
{
  gint height = vips_image_get_page_height (in);
  LaminaInfo info = {
    .size = sizeof info,
    .samples = 1,
    .width = in->Xsize,
    .height = height,
    .n_t = 1,
    .n_c = in->Bands,
    .n_z = in->Ysize / height,
    .tile_width = in->Xsize,
    .tile_height = MIN (height, 128),
    .share_t = 1,
    .share_c = 1,
    .share_z = 1,
    .level = MAX (get_number (in, "lamina-level"), 0),
    .n_levels = MAX (get_number (in, "n-levels"), 1),
    .size_x = get_size (in->Xres),
    .size_y = get_size (in->Yres),
    .size_z = get_length (in, "lamina-size-z"),
    .step_t = get_length (in, "lamina-step-t"),
  };

  if (!get_format (in, &info.format))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "The image has pixels of type %s: cast it to a real type first",
                   vips_enum_nick (VIPS_TYPE_BAND_FORMAT, in->BandFmt));
      return NULL;
    }
  info.labels
      = in->Bands == 1 && info.format == LAMINA_FORMAT_U32 && get_number (in, "lamina-labels") != 0;
  info.extra = make_extra (in);
  return make_info (in, &info);
}
