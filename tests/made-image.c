/* Images and tables that a function makes, for tests of what consumes them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"

gint made_reads;
gint64 made_fault = -1;

static gboolean
fail_on_purpose (gint64 plane, GError **error)
{
  g_atomic_int_inc (&made_reads);
  if (plane != __atomic_load_n (&made_fault, __ATOMIC_RELAXED))
    return FALSE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "Plane %" G_GINT64_FORMAT " is broken",
               plane);
  return TRUE;
}

/* --- Images --------------------------------------------------------------------- */

typedef struct
{
  LaminaInfo *info;
  MadeValue value;
} Made;

#define PUT(type)                                                                                  \
  ((type *)at)[0] = (type)value;                                                                   \
  break

static void
put (LaminaFormat format, gpointer at, gdouble value)
{
  switch (format)
    {
    case LAMINA_FORMAT_U8:
      PUT (guint8);
    case LAMINA_FORMAT_I8:
      PUT (gint8);
    case LAMINA_FORMAT_U16:
      PUT (guint16);
    case LAMINA_FORMAT_I16:
      PUT (gint16);
    case LAMINA_FORMAT_U32:
      PUT (guint32);
    case LAMINA_FORMAT_I32:
      PUT (gint32);
    case LAMINA_FORMAT_U64:
      PUT (guint64);
    case LAMINA_FORMAT_I64:
      PUT (gint64);
    case LAMINA_FORMAT_F32:
      PUT (gfloat);
    case LAMINA_FORMAT_F64:
      PUT (gdouble);
    }
}

static gboolean
read_image (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  const Made *made = data;
  gsize size = lamina_format_get_size (made->info->format);
  gint64 samples = made->info->samples;

  if (fail_on_purpose (plane, error))
    return FALSE;
  for (gint64 y = 0; y < rect->height; y++)
    for (gint64 x = 0; x < rect->width * samples; x++)
      put (made->info->format, (guint8 *)pixels + (gsize)y * stride + (gsize)x * size,
           made->value (plane, rect->x * samples + x, rect->y + y));
  return TRUE;
}

static void
made_free (gpointer data)
{
  Made *made = data;

  lamina_info_free (made->info);
  g_free (made);
}

LaminaImage *
made_image_new (const LaminaInfo *info, MadeValue value)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_image };
  Made *made = g_new0 (Made, 1);

  made->info = lamina_info_copy (info);
  made->value = value;
  return lamina_image_new (info, &funcs, made, made_free);
}

/* --- Tables ----------------------------------------------------------------------- */

static GArray *
read_table (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  MadeRows *rows = data;

  return fail_on_purpose (plane, error) ? NULL : (*rows) (plane);
}

LaminaTable *
made_table_new (const gchar *const *columns, gint n_planes, MadeRows rows)
{
  static const LaminaTableFuncs funcs = { .size = sizeof funcs, .read = read_table };
  LaminaInfo info = { .size = sizeof info,
                      .format = LAMINA_FORMAT_U8,
                      .samples = 1,
                      .width = 1,
                      .height = 1,
                      .n_t = 1,
                      .n_c = 1,
                      .n_z = n_planes,
                      .tile_width = 1,
                      .tile_height = 1 };

  return lamina_table_new (columns, &info, &funcs, g_memdup2 (&rows, sizeof rows), g_free);
}
