/* Images between Lamina and libvips: pixels, pages, bands
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"
#include "vips-image.h"
#include "vips-stand.h"

static void
assert_same (GBytes *a, GBytes *b)
{
  g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),
                   g_bytes_get_size (b));
}

/* --- To libvips -------------------------------------------------------------------------- */

/* What libvips has of a plane is what is read of it; 64 bits become doubles. */
static void
check_format (LaminaFormat format, gint samples)
{
  LaminaInfo info = make_info (format, samples, 1, 1, 3);
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *out = make (image, 0, 3);
  g_autoptr (GBytes) got = NULL;
  gint n = 37 * samples * 21;

  g_assert_cmpint (out->Xsize, ==, 37);
  g_assert_cmpint (out->Ysize, ==, 63);
  g_assert_cmpint (out->Bands, ==, samples);
  got = compute (out);
  for (gint plane = 0; plane < 3; plane++)
    {
      g_autoptr (GBytes) bytes = lamina_image_read_bytes (image, plane, NULL, NULL, NULL);
      gsize size = g_bytes_get_size (bytes);
      const guint8 *its = (const guint8 *)g_bytes_get_data (got, NULL) + (gsize)plane * size;

      if (format != LAMINA_FORMAT_U64 && format != LAMINA_FORMAT_I64)
        g_assert_cmpmem (its, size, g_bytes_get_data (bytes, NULL), size);
      else
        for (gint i = 0; i < n; i++)
          g_assert_cmpfloat (((const gdouble *)(gpointer)its)[i], ==,
                             small (plane, i % (37 * samples), i / (37 * samples)));
    }
}

static void
test_formats (void)
{
  for (gint format = LAMINA_FORMAT_U8; format <= LAMINA_FORMAT_F64; format++)
    {
      check_format ((LaminaFormat)format, 1);
      check_format ((LaminaFormat)format, 3);
    }
}

static gdouble
huge (gint64 plane, gint64 x, gint64 y)
{
  return plane == 1 && x == 5 && y == 4 ? 0x1p53 + 2 : 0x1p53;
}

static gdouble
negative (gint64 plane, gint64 x, gint64 y)
{
  return -huge (plane, x, y);
}

static void
test_too_large (void)
{
  LaminaInfo unsigned_info = make_info (LAMINA_FORMAT_U64, 1, 1, 1, 2);
  LaminaInfo signed_info = make_info (LAMINA_FORMAT_I64, 1, 1, 1, 2);
  g_autoptr (LaminaImage) positive = made_image_new (&unsigned_info, huge);
  g_autoptr (LaminaImage) below = made_image_new (&signed_info, negative);
  LaminaImage *images[] = { positive, below };

  for (gsize i = 0; i < G_N_ELEMENTS (images); i++)
    {
      VipsImage *sound = make (images[i], 0, 1), *broken = make (images[i], 0, 2);
      gdouble mean = 0;

      g_assert_cmpint (vips_avg (sound, &mean, NULL), ==, 0);
      g_assert_cmpfloat (mean, ==, i == 0 ? 0x1p53 : -0x1p53);
      g_assert_cmpint (vips_avg (broken, &mean, NULL), !=, 0);
      assert_vips_error ("Page 1 has a");
      g_object_unref (sound);
      g_object_unref (broken);
    }
}

static void
assert_refused (LaminaImage *image, gint64 first, gint64 n, const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (bridge_vips_count_pages (image, first, n, &error), ==, 0);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_pages (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 2, 3, 4), tall = info;
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  g_autoptr (LaminaImage) tower = NULL;

  tall.height = 1000;
  tall.n_t = 10000;
  tower = made_image_new (&tall, small);
  g_assert_cmpint (bridge_vips_count_pages (image, 0, -1, NULL), ==, 24);
  g_assert_cmpint (bridge_vips_count_pages (image, 23, -1, NULL), ==, 1);
  g_assert_cmpint (bridge_vips_count_pages (image, 3, 5, NULL), ==, 5);
  assert_refused (image, 24, 1, "no page 24");
  assert_refused (image, -1, 1, "no page -1");
  assert_refused (image, 20, 5, "n= takes");
  assert_refused (image, 0, 0, "n= takes");
  g_assert_cmpint (bridge_vips_count_pages (tower, 0, 10000, NULL), ==, 10000);
  assert_refused (tower, 0, -1, "n=10000");
}

/* --- From libvips ------------------------------------------------------------------------ */

/* Past a filter, and past none, the planes are what they were. */
static void
test_back (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U16, 1, 2, 3, 4);
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *out = make (image, 12, 12), *copy = NULL, *inverse = NULL;

  g_assert_cmpint (vips_copy (out, &copy, NULL), ==, 0);
  g_assert_cmpint (vips_invert (out, &inverse, NULL), ==, 0);
  {
    g_autoptr (LaminaImage) direct = bridge_vips_get_planes (out, NULL);
    g_autoptr (LaminaImage) copied = bridge_vips_get_planes (copy, NULL);
    g_autoptr (LaminaImage) inverted = bridge_vips_get_planes (inverse, NULL);
    const LaminaInfo *its = lamina_image_get_info (copied);

    g_assert_cmpint (lamina_image_get_n_planes (direct), ==, 12);
    g_assert_cmpint (its->n_t, ==, 1);
    g_assert_cmpint (its->t[0], ==, 1);
    g_assert_cmpint (its->n_c, ==, 3);
    g_assert_cmpint (its->n_z, ==, 4);
    for (gint plane = 0; plane < 12; plane++)
      {
        g_autoptr (GBytes) origin = lamina_image_read_bytes (image, plane + 12, NULL, NULL, NULL);
        g_autoptr (GBytes) a = lamina_image_read_bytes (direct, plane, NULL, NULL, NULL);
        g_autoptr (GBytes) b = lamina_image_read_bytes (copied, plane, NULL, NULL, NULL);
        g_autoptr (GBytes) c = lamina_image_read_bytes (inverted, plane, NULL, NULL, NULL);
        const guint16 *before = g_bytes_get_data (origin, NULL);
        const guint16 *after = g_bytes_get_data (c, NULL);

        assert_same (origin, a);
        assert_same (origin, b);
        for (gint i = 0; i < 37 * 21; i++)
          g_assert_cmpuint (after[i], ==, 65535 - before[i]);
      }
  }
  g_object_unref (inverse);
  g_object_unref (copy);
  g_object_unref (out);
}

/* Bands are channels, pages are planes. */
static void
test_bands (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 3, 1, 1, 2);
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *out = make (image, 0, 2);
  g_autoptr (LaminaImage) back = bridge_vips_get_planes (out, NULL);
  const LaminaRect rect = { 3, 4, 2, 2 };

  g_assert_cmpint (lamina_image_get_info (back)->n_c, ==, 3);
  g_assert_cmpint (lamina_image_get_info (back)->n_z, ==, 2);
  for (gint plane = 0; plane < 6; plane++)
    {
      g_autoptr (GBytes) bytes = lamina_image_read_bytes (back, plane, &rect, NULL, NULL);
      const guint8 *pixels = g_bytes_get_data (bytes, NULL);

      for (gint i = 0; i < 4; i++)
        g_assert_cmpuint (pixels[i], ==, small (plane % 2, (3 + i % 2) * 3 + plane / 2, 4 + i / 2));
    }
  g_object_unref (out);
}

static void
test_unfit (void)
{
  VipsImage *black = NULL, *complex = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vips_black (&black, 8, 8, NULL), ==, 0);
  g_assert_cmpint (vips_cast (black, &complex, VIPS_FORMAT_COMPLEX, NULL), ==, 0);
  g_assert_null (bridge_vips_get_planes (complex, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED);
  g_object_unref (complex);
  g_object_unref (black);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  start_vips (argv[0]);
  g_test_add_func ("/vips/formats", test_formats);
  g_test_add_func ("/vips/too-large", test_too_large);
  g_test_add_func ("/vips/pages", test_pages);
  g_test_add_func ("/vips/back", test_back);
  g_test_add_func ("/vips/bands", test_bands);
  g_test_add_func ("/vips/unfit", test_unfit);
  return g_test_run ();
}
