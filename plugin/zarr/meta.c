/* What an array's metadata say, whatever their format: all that reading it takes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "meta.h"
#include "json.h"

void
idr_meta_clear (IdrMeta *meta)
{
  g_clear_pointer (&meta->info.dtype, g_free);
  g_clear_pointer (&meta->info.codec, g_free);
}

/* --- For the formats' parsers ---------------------------------------------------------- */

gboolean
idr_meta_refuse (GError **error, gint code, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_IO_ERROR, code, text);
  return FALSE;
}

static gboolean
parse_sizes (JsonArray *array, const gchar *name, gint64 least, gint64 *sizes, GError **error)
{
  for (guint d = 0; d < json_array_get_length (array); d++)
    if (!idr_json_node_int (json_array_get_element (array, d), &sizes[d]) || sizes[d] < least)
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                     "its %s in dimension %u is no whole number from %" G_GINT64_FORMAT " on", name,
                     d, least);
        return FALSE;
      }
  return TRUE;
}

gboolean
idr_meta_parse_shape (IdrMeta *meta, JsonArray *shape, JsonArray *chunk, GError **error)
{
  guint n = shape ? json_array_get_length (shape) : 0;

  if (!shape || !chunk || json_array_get_length (chunk) != n)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "its shape and the shape of its chunks are not two lists of the same length");
      return FALSE;
    }
  if (n > IDR_ARRAY_MAX_DIMS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "it has %u dimensions, where at most %d can be read", n, IDR_ARRAY_MAX_DIMS);
      return FALSE;
    }
  meta->info.n_dims = n;
  return parse_sizes (shape, "shape", 0, meta->info.shape, error)
         && parse_sizes (chunk, "chunk size", 1, meta->info.chunk, error);
}

gboolean
idr_meta_check (IdrMeta *meta, GError **error)
{
  gint64 total = meta->dtype.size,
         chunk = MAX (idr_pixel_get_size (meta->dtype.pixel), meta->dtype.size);
  gboolean fits = TRUE;

  meta->n_samples = 1;
  for (gint i = meta->info.n_dims - 1; i >= 0; i--)
    {
      gint d = meta->order[i];

      meta->strides[d] = chunk;
      meta->n_samples *= meta->info.chunk[d];
      if (__builtin_mul_overflow (chunk, meta->info.chunk[d], &chunk)
          || chunk > (gint64)IDR_META_MAX_CHUNK)
        {
          g_set_error (
              error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
              "a chunk of it takes more than 2 GiB, which is more than can be read at once");
          return FALSE;
        }
    }
  for (gint d = 0; d < meta->info.n_dims; d++)
    fits = fits && !__builtin_mul_overflow (total, MAX (meta->info.shape[d], 1), &total);
  if (!fits)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "its shape and type come to more than 2^63 bytes");
  return fits;
}

/* --- Chunks ------------------------------------------------------------------------------- */

/* Writes the digits of @number, which is not negative, up to @end; returns where they begin. */
static gchar *
write_number (gchar *end, gint64 number)
{
  do
    *--end = (gchar)('0' + number % 10);
  while ((number /= 10) > 0);
  return end;
}

/* By hand, as this is done for each chunk: printf() would take longer than all the rest. */
gchar *
idr_meta_get_key (const IdrMeta *meta, const gint64 *at, const gchar *prefix)
{
  gchar text[IDR_ARRAY_MAX_DIMS * 20 + 2], *end = text + sizeof text - 1, *begin = end;

  *end = '\0';
  for (gint d = meta->info.n_dims - 1; d >= 0; d--)
    {
      begin = write_number (begin, at[d]);
      if (d > 0 || meta->is_prefixed)
        *--begin = meta->separator;
    }
  if (meta->is_prefixed)
    *--begin = 'c';
  else if (meta->info.n_dims == 0)
    *--begin = '0';
  return g_strconcat (prefix, begin, NULL);
}

GBytes *
idr_meta_decode (const IdrMeta *meta, GBytes *stored, GError **error)
{
  gsize size = meta->n_samples * meta->dtype.size;
  gsize native_size = meta->n_samples * idr_pixel_get_size (meta->dtype.pixel);
  g_autoptr (GBytes) bytes
      = idr_codec_decode (meta->steps, meta->n_steps, stored, size, TRUE, error);
  gpointer native;

  if (!bytes || idr_dtype_is_native (&meta->dtype))
    return g_steal_pointer (&bytes);
  native = g_try_malloc (native_size);
  if (!native)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "not enough memory for %" G_GSIZE_FORMAT " bytes", native_size);
      return NULL;
    }
  idr_dtype_convert (&meta->dtype, g_bytes_get_data (bytes, NULL), native, meta->n_samples);
  return g_bytes_new_take (native, native_size);
}
