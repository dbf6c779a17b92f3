/* What people see of labels: any rectangle is a part of the whole, and the whole is as it is
 * written
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"
#include "view.h"

#include <math.h>
#include <string.h>

#define WIDTH 37
#define HEIGHT 23

/* Objects that touch each other, the borders, and themselves by corners; single pixels. */
static gdouble
get_label (gint64 plane, gint64 x, gint64 y)
{
  if (plane == 1)
    return 7;
  if (x < 5 && y < 4)
    return 1;
  if (x >= 5 && x < 12 && y < 9)
    return 2;
  if (x == 20 && y == 10)
    return 3;
  if (x > 24 && y > 12)
    return (gdouble)((x + y) % 5 == 0 ? 0 : 4 + (x / 3) % 2);
  return 0;
}

static gdouble
get_value (gint64 plane, gint64 x, gint64 y)
{
  return plane == 1 ? 5 : (gdouble)(100 + 11 * x + 3 * y);
}

static LaminaImage *
make_image (LaminaFormat format, gboolean labels)
{
  LaminaInfo info = { .size = sizeof info,
                      .format = format,
                      .samples = 1,
                      .labels = labels,
                      .width = WIDTH,
                      .height = HEIGHT,
                      .n_t = 1,
                      .n_c = 1,
                      .n_z = 2,
                      .tile_width = WIDTH,
                      .tile_height = HEIGHT,
                      .n_levels = 1 };

  return made_image_new (&info, labels ? get_label : get_value);
}

static LaminaImage *
make_view (IdrView view, LaminaFormat format)
{
  g_autoptr (LaminaImage) input = make_image (format, FALSE);
  g_autoptr (LaminaImage) labels = make_image (LAMINA_FORMAT_U32, TRUE);

  return idr_view_new (view, input, labels);
}

static void
read_view (LaminaImage *image, gint64 plane, const LaminaRect *rect, guint8 *pixels)
{
  const gsize stride
      = (gsize)rect->width * lamina_info_get_pixel_size (lamina_image_get_info (image));
  g_autoptr (GError) error = NULL;

  lamina_image_read (image, plane, rect, pixels, stride, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
is_outline (gint64 plane, gint64 x, gint64 y)
{
  const gdouble label = get_label (plane, x, y);

  return label != 0
         && ((x > 0 && get_label (plane, x - 1, y) != label)
             || (x + 1 < WIDTH && get_label (plane, x + 1, y) != label)
             || (y > 0 && get_label (plane, x, y - 1) != label)
             || (y + 1 < HEIGHT && get_label (plane, x, y + 1) != label));
}

static void
test_labels (void)
{
  g_autoptr (LaminaImage) input = make_image (LAMINA_FORMAT_U16, FALSE);
  g_autoptr (LaminaImage) labels = make_image (LAMINA_FORMAT_U32, TRUE);
  g_autoptr (LaminaImage) view = idr_view_new (IDR_VIEW_LABELS, input, labels);

  g_assert_true (view == labels);
}

static void
test_mask (void)
{
  g_autoptr (LaminaImage) view = make_view (IDR_VIEW_MASK, LAMINA_FORMAT_U16);
  const LaminaInfo *info = lamina_image_get_info (view);
  const LaminaRect whole = { 0, 0, WIDTH, HEIGHT };
  guint8 pixels[HEIGHT][WIDTH];

  g_assert_cmpint (info->format, ==, LAMINA_FORMAT_U8);
  g_assert_cmpint (info->samples, ==, 1);
  g_assert_false (info->labels);
  read_view (view, 0, &whole, *pixels);
  for (gint64 y = 0; y < HEIGHT; y++)
    for (gint64 x = 0; x < WIDTH; x++)
      g_assert_cmpuint (pixels[y][x], ==, get_label (0, x, y) != 0 ? 255 : 0);
}

static void
test_outlines (void)
{
  g_autoptr (LaminaImage) view = make_view (IDR_VIEW_OUTLINES, LAMINA_FORMAT_F32);
  const LaminaInfo *info = lamina_image_get_info (view);
  const LaminaRect whole = { 0, 0, WIDTH, HEIGHT };
  const gdouble range = get_value (0, WIDTH - 1, HEIGHT - 1) - 100;
  guint8 pixels[HEIGHT][WIDTH][3];

  g_assert_cmpint (info->format, ==, LAMINA_FORMAT_U8);
  g_assert_cmpint (info->samples, ==, 3);
  g_assert_false (info->labels);
  read_view (view, 0, &whole, **pixels);
  for (gint64 y = 0; y < HEIGHT; y++)
    for (gint64 x = 0; x < WIDTH; x++)
      {
        const guint8 *pixel = pixels[y][x];
        const gboolean is_grey = pixel[0] == pixel[1] && pixel[1] == pixel[2];

        g_assert_cmpint (is_grey, ==, !is_outline (0, x, y));
        if (is_grey)
          g_assert_cmpuint (pixel[0], ==,
                            (guint8)lround ((get_value (0, x, y) - 100) / range * 255));
        else
          g_assert_cmpuint (MAX (MAX (pixel[0], pixel[1]), pixel[2]), >=, 180);
      }
  /* Objects that touch are told apart. */
  g_assert_cmpint (memcmp (pixels[2][4], pixels[2][5], 3), !=, 0);
}

/* An object that is the whole plane has no outline, and one value no range. */
static void
test_flat (void)
{
  g_autoptr (LaminaImage) view = make_view (IDR_VIEW_OUTLINES, LAMINA_FORMAT_U8);
  const LaminaRect whole = { 0, 0, WIDTH, HEIGHT };
  guint8 pixels[HEIGHT * WIDTH * 3];

  read_view (view, 1, &whole, pixels);
  for (gsize i = 0; i < sizeof pixels; i++)
    g_assert_cmpuint (pixels[i], ==, 128);
}

static void
test_rectangles (gconstpointer data)
{
  g_autoptr (LaminaImage) view = make_view ((IdrView)GPOINTER_TO_INT (data), LAMINA_FORMAT_U16);
  const gsize size = lamina_info_get_pixel_size (lamina_image_get_info (view));
  const LaminaRect whole = { 0, 0, WIDTH, HEIGHT };
  guint8 pixels[HEIGHT * WIDTH * 3], part[HEIGHT * WIDTH * 3];

  read_view (view, 0, &whole, pixels);
  for (guint i = 0; i < 300; i++)
    {
      LaminaRect rect
          = { g_test_rand_int_range (0, WIDTH), g_test_rand_int_range (0, HEIGHT), 0, 0 };

      rect.width = g_test_rand_int_range (1, (gint32)(WIDTH - rect.x) + 1);
      rect.height = g_test_rand_int_range (1, (gint32)(HEIGHT - rect.y) + 1);
      read_view (view, 0, &rect, part);
      for (gint64 y = 0; y < rect.height; y++)
        g_assert_cmpmem (part + (gsize)(y * rect.width) * size, (gsize)rect.width * size,
                         pixels + (gsize)((rect.y + y) * WIDTH + rect.x) * size,
                         (gsize)rect.width * size);
    }
}

/* The range is found once, and a fault is the reader's. */
static void
test_reads (void)
{
  g_autoptr (LaminaImage) view = make_view (IDR_VIEW_OUTLINES, LAMINA_FORMAT_U16);
  const LaminaRect rect = { 3, 3, 4, 4 };
  g_autoptr (GError) error = NULL;
  guint8 pixels[48];

  made_fault = 0;
  g_assert_false (lamina_image_read (view, 0, &rect, pixels, 12, NULL, &error));
  g_assert_nonnull (error);
  made_fault = -1;

  made_reads = 0;
  read_view (view, 0, &rect, pixels);
  g_assert_cmpint (made_reads, ==, 3);
  read_view (view, 0, &rect, pixels);
  g_assert_cmpint (made_reads, ==, 5);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/labels", test_labels);
  g_test_add_func ("/view/mask", test_mask);
  g_test_add_func ("/view/outlines", test_outlines);
  g_test_add_func ("/view/flat", test_flat);
  g_test_add_data_func ("/view/rectangles/mask", GINT_TO_POINTER (IDR_VIEW_MASK), test_rectangles);
  g_test_add_data_func ("/view/rectangles/outlines", GINT_TO_POINTER (IDR_VIEW_OUTLINES),
                        test_rectangles);
  g_test_add_func ("/view/reads", test_reads);
  return g_test_run ();
}
