/* zarr-digest: prints "SHA256 PATH" for Zarr arrays, over their C-order, little-endian bytes
 *
 * usage: zarr-digest [--root LOCATION] PATH...
 * Prints "error PATH" where one cannot be read, and why on stderr.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "array.h"

#include <math.h>
#include <string.h>

/* What float16 was, before it was read as float32: exact. */
static guint16
get_half (gfloat value)
{
  guint32 bits;
  guint16 sign;
  gint exponent;

  memcpy (&bits, &value, sizeof bits);
  sign = bits >> 16 & 0x8000;
  exponent = (bits >> 23 & 255) - 112;
  if (exponent == 143)
    return sign | 0x7c00 | (bits >> 13 & 1023);
  if (exponent > 0)
    return sign | exponent << 10 | (bits >> 13 & 1023);
  return sign | (guint16)(fabsf (value) * 0x1p24f);
}

static gsize
narrow_halves (guint8 *pixels, gsize size)
{
  for (gsize i = 0; i < size / 4; i++)
    {
      gfloat value;
      guint16 half;

      memcpy (&value, pixels + 4 * i, sizeof value);
      half = get_half (value);
      memcpy (pixels + 2 * i, &half, sizeof half);
    }
  return size / 2;
}

/* Adds the elements from @start on, @size of them. */
static gboolean
add_slab (IdrArray *array, const gint64 *start, const gint64 *size, GChecksum *sum, GError **error)
{
  const IdrArrayInfo *info = idr_array_get_info (array);
  gint64 strides[IDR_ARRAY_MAX_DIMS], total = idr_pixel_get_size (info->pixel);
  g_autofree guint8 *pixels = NULL;

  for (gint d = info->n_dims - 1; d >= 0; d--)
    {
      strides[d] = total;
      total *= size[d];
    }
  pixels = g_try_malloc (MAX (total, 1));
  if (!pixels)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not enough memory for a slab");
      return FALSE;
    }
  if (!idr_array_read (array, start, size, pixels, strides, FALSE, NULL, NULL, error))
    return FALSE;
  if (g_str_has_suffix (info->dtype, "f2") || !strcmp (info->dtype, "float16"))
    total = narrow_halves (pixels, total);
  g_checksum_update (sum, pixels, total);
  return TRUE;
}

static gboolean
print_digest (const gchar *location, const gchar *path, GError **error)
{
  IdrStoreOptions options = { .anonymous = TRUE };
  g_autoptr (IdrStore) store = idr_store_new (location, &options, error);
  g_autoptr (IdrArray) array = store ? idr_array_open (store, "", NULL, NULL, error) : NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const IdrArrayInfo *info;
  gint64 start[IDR_ARRAY_MAX_DIMS] = { 0 }, size[IDR_ARRAY_MAX_DIMS];

  if (!array)
    return FALSE;
  info = idr_array_get_info (array);
  memcpy (size, info->shape, sizeof size);
  do
    {
      if (info->n_dims)
        size[0] = MIN (info->chunk[0], info->shape[0] - start[0]);
      if (!add_slab (array, start, size, sum, error))
        return FALSE;
      start[0] += size[0];
    }
  while (info->n_dims && start[0] < info->shape[0]);
  g_print ("%s %s\n", g_checksum_get_string (sum), path);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree gchar *root = NULL;
  g_auto (GStrv) paths = NULL;
  GOptionEntry entries[]
      = { { "root", 0, 0, G_OPTION_ARG_STRING, &root, "Where the paths begin", "LOCATION" },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &paths, NULL, "PATH..." },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !paths)
    {
      g_printerr ("zarr-digest: %s\n", error ? error->message : "no PATH is given");
      return 2;
    }
  for (gint i = 0; paths[i]; i++)
    {
      g_autofree gchar *location
          = root ? g_strconcat (root, "/", paths[i], NULL) : g_strdup (paths[i]);

      if (print_digest (location, paths[i], &error))
        continue;
      g_print ("error %s\n", paths[i]);
      g_printerr ("%s: %s\n", paths[i], error->message);
      g_clear_error (&error);
      status = 1;
    }
  return status;
}
