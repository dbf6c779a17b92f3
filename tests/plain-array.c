/* Small arrays in memory, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

IdrArray *
plain_array_open_text (IdrStore *store, const gchar *text, GError **error)
{
  memory_store_put_text (store, "a/.zarray", text);
  return idr_array_open (store, "a", NULL, NULL, error);
}

gchar *
plain_array_describe (gint height, gint width, const gchar *dtype, const gchar *fill)
{
  return g_strdup_printf ("{\"zarr_format\":2,\"shape\":[%d,%d],\"chunks\":[4,4],\"dtype\":\"%s\","
                          "\"order\":\"C\",\"compressor\":null,\"filters\":null,\"fill_value\":%s}",
                          height, width, dtype, fill);
}

IdrArray *
plain_array_open (IdrStore *store, gint height, gint width, const gchar *dtype, const gchar *fill)
{
  g_autofree gchar *text = plain_array_describe (height, width, dtype, fill);
  g_autoptr (GError) error = NULL;
  IdrArray *array = plain_array_open_text (store, text, &error);

  g_assert_no_error (error);
  return array;
}

void
plain_array_put_chunk (IdrStore *store, gint row, gint column)
{
  g_autofree gchar *key = g_strdup_printf ("a/%d.%d", row, column);
  guint16 samples[16];

  for (gint i = 0; i < 16; i++)
    samples[i] = GUINT16_TO_LE (100 * (4 * row + i / 4) + 4 * column + i % 4);
  memory_store_put (store, key, samples, sizeof samples);
}

void
plain_array_put_chunks (IdrStore *store, gint rows, gint columns)
{
  for (gint i = 0; i < rows * columns; i++)
    plain_array_put_chunk (store, i / columns, i % columns);
}

gboolean
plain_array_read (IdrArray *array, gint64 y, gint64 x, gint64 height, gint64 width, guint16 *pixels,
                  GCancellable *cancellable, GError **error)
{
  return idr_array_read (array, (gint64[]){ y, x }, (gint64[]){ height, width }, pixels,
                         (gint64[]){ 2 * width, 2 }, FALSE, NULL, cancellable, error);
}
