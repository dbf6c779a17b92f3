/* What the tests of the bridge to libvips share: its start, images of it, its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-stand.h"

#include "vips-image.h"

void
start_vips (const gchar *name)
{
  g_setenv ("VIPSHOME", "/nonexistent", TRUE);
  if (VIPS_INIT (name))
    vips_error_exit (NULL);
  vips_cache_set_max (0);
}

VipsImage *
make (LaminaImage *image, gint64 first, gint64 n)
{
  VipsImage *out = vips_image_new ();

  g_assert_cmpint (bridge_vips_make_image (image, first, n, "test", out), ==, 0);
  return out;
}

GBytes *
compute (VipsImage *image)
{
  gsize size = 0;
  gpointer pixels = vips_image_write_to_memory (image, &size);

  g_assert_nonnull (pixels);
  g_object_unref (image);
  return g_bytes_new_take (pixels, size);
}

void
assert_vips_error (const gchar *words)
{
  g_autofree gchar *text = vips_error_buffer_copy ();

  if (strstr (text, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, text);
}

LaminaInfo
make_info (LaminaFormat format, gint samples, gint n_t, gint n_c, gint n_z)
{
  return (LaminaInfo){ .size = sizeof (LaminaInfo),
                       .format = format,
                       .samples = samples,
                       .width = 37,
                       .height = 21,
                       .n_t = n_t,
                       .n_c = n_c,
                       .n_z = n_z,
                       .n_levels = 1 };
}

gdouble
small (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)((plane * 7 + y * 3 + x) % 100);
}
