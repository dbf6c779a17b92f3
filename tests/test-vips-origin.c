/* Reading past libvips what came from one of our images, and only that
 *
 * What is announced reaches the source only past libvips: so it shows which way was taken.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"
#include "made-image.h"
#include "vips-image.h"
#include "vips-stand.h"

#define WIDTH 7
#define HEIGHT 5

/* --- Help -------------------------------------------------------------------------------- */

/* Pages 2 to 7 of a fake image of ten. */
typedef struct
{
  FakeImage fake;
  VipsImage *image;
} Stand;

static void
stand_init (Stand *stand)
{
  g_autoptr (LaminaImage) image = NULL;

  fake_init (&stand->fake, 1, 1, 10, 4);
  image = fake_image_new (&stand->fake);
  stand->image = make (image, 2, 6);
}

static void
stand_clear (Stand *stand)
{
  g_clear_object (&stand->image);
  g_assert_cmpint (stand->fake.n_destroyed, ==, 1);
  fake_clear (&stand->fake);
}

static LaminaImage *
get_planes (VipsImage *image)
{
  g_autoptr (GError) error = NULL;
  LaminaImage *planes = bridge_vips_get_planes (image, &error);

  g_assert_no_error (error);
  return planes;
}

/* The planes' pixels are those that libvips computes, line by line. */
static void
assert_pixels (LaminaImage *planes, VipsImage *image)
{
  gsize size = 0, offset = 0;
  g_autofree guint8 *pixels = vips_image_write_to_memory (image, &size);

  for (gint64 plane = 0; plane < lamina_image_get_n_planes (planes); plane++)
    {
      g_autoptr (GBytes) bytes = lamina_image_read_bytes (planes, plane, NULL, NULL, NULL);
      gsize length = 0;
      gconstpointer its = g_bytes_get_data (bytes, &length);

      g_assert_cmpuint (offset + length, <=, size);
      g_assert_cmpmem (its, length, pixels + offset, length);
      offset += length;
    }
  g_assert_cmpuint (offset, ==, size);
}

/* The image goes, its planes stay; they are read past libvips where that is @direct. */
static void
check_planes (Stand *stand, VipsImage *image, gboolean direct)
{
  g_autoptr (LaminaImage) planes = get_planes (image);
  g_autofree gchar *hints = NULL;

  g_free (fake_take_hints (&stand->fake));
  lamina_image_will_need (planes, 1, &(LaminaRect){ 0, 0, WIDTH, HEIGHT }, NULL);
  hints = fake_take_hints (&stand->fake);
  g_assert_cmpstr (hints, ==, direct ? "3" : "");
  assert_pixels (planes, image);
}

/* --- Which way --------------------------------------------------------------------------- */

static void
test_itself (void)
{
  Stand stand;
  g_autoptr (LaminaImage) planes = NULL;

  stand_init (&stand);
  check_planes (&stand, stand.image, TRUE);

  planes = get_planes (stand.image);
  g_clear_object (&stand.image);
  g_assert_cmpint (stand.fake.n_destroyed, ==, 0);
  for (gint64 plane = 0; plane < 6; plane++)
    {
      g_autoptr (GBytes) bytes = lamina_image_read_bytes (planes, plane, NULL, NULL, NULL);
      const guint16 *pixels = g_bytes_get_data (bytes, NULL);

      for (gint i = 0; i < WIDTH * HEIGHT; i++)
        g_assert_cmpuint (pixels[i], ==, fake_get_pixel (plane + 2, i % WIDTH, i / WIDTH));
    }
  g_clear_object (&planes);
  stand_clear (&stand);
}

static void
test_derived (void)
{
  Stand stand;
  VipsImage *derived[4] = { NULL };

  stand_init (&stand);
  g_assert_cmpint (vips_copy (stand.image, &derived[0], "xres", 250.0, NULL), ==, 0);
  g_assert_cmpint (vips_invert (stand.image, &derived[1], NULL), ==, 0);
  g_assert_cmpint (vips_crop (stand.image, &derived[2], 2, 5, 4, 10, NULL), ==, 0);
  g_assert_cmpint (vips_cast (stand.image, &derived[3], VIPS_FORMAT_DOUBLE, NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (derived); i++)
    {
      check_planes (&stand, derived[i], FALSE);
      g_object_unref (derived[i]);
    }
  stand_clear (&stand);
}

static void
draw (VipsImage *image)
{
  g_assert_cmpint (vips_draw_rect1 (image, 77, 1, 6, 3, 12, "fill", TRUE, NULL), ==, 0);
}

/* Before somebody takes its planes, and after. */
static void
test_drawn_upon (void)
{
  for (gint late = 0; late < 2; late++)
    {
      Stand stand;
      g_autoptr (LaminaImage) planes = NULL;

      stand_init (&stand);
      planes = late ? get_planes (stand.image) : NULL;
      draw (stand.image);
      check_planes (&stand, stand.image, FALSE);
      if (late)
        assert_pixels (planes, stand.image);
      g_clear_object (&planes);
      stand_clear (&stand);
    }
}

/* What its fields say holds, whoever wrote them; pages of another height are other pages. */
static void
test_fields (void)
{
  Stand stand;
  g_autoptr (LaminaImage) longer = NULL, higher = NULL;

  stand_init (&stand);
  stand.image->Xres = 500;
  longer = get_planes (stand.image);
  g_assert_cmpfloat (lamina_image_get_info (longer)->size_x, ==, 2);
  check_planes (&stand, stand.image, TRUE);

  vips_image_set_int (stand.image, VIPS_META_PAGE_HEIGHT, 2 * HEIGHT);
  higher = get_planes (stand.image);
  g_assert_cmpint (lamina_image_get_n_planes (higher), ==, 3);
  check_planes (&stand, stand.image, FALSE);
  g_clear_object (&longer);
  g_clear_object (&higher);
  stand_clear (&stand);
}

/* Their pixels are doubles in libvips, or bands. */
static void
test_converted (void)
{
  static const LaminaFormat formats[] = { LAMINA_FORMAT_U64, LAMINA_FORMAT_I64, LAMINA_FORMAT_F64 };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      LaminaInfo info = make_info (formats[i], 1, 2, 1, 3);
      g_autoptr (LaminaImage) origin = made_image_new (&info, small), planes = NULL;
      VipsImage *image = make (origin, 1, 4);

      planes = get_planes (image);
      g_assert_cmpint (lamina_image_get_info (planes)->format, ==, LAMINA_FORMAT_F64);
      assert_pixels (planes, image);
      g_object_unref (image);
    }
}

/* --- Together, and when something goes wrong --------------------------------------------- */

static gpointer
check_in_thread (gpointer data)
{
  VipsImage *image = data;
  g_autoptr (LaminaImage) planes = get_planes (image);

  for (gint i = 0; i < 20; i++)
    assert_pixels (planes, image);
  g_object_unref (image);
  vips_thread_shutdown ();
  return NULL;
}

/* Two operations on one image at once, and libvips itself; nobody else holds it. */
static void
test_together (void)
{
  Stand stand;
  GThread *one, *other;

  stand_init (&stand);
  one = g_thread_new ("one", check_in_thread, g_object_ref (stand.image));
  other = g_thread_new ("other", check_in_thread, g_steal_pointer (&stand.image));
  g_thread_join (one);
  g_thread_join (other);
  stand_clear (&stand);
}

static GArray *
read_row (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  const LaminaRect rect = { 0, 0, WIDTH, HEIGHT };
  guint16 pixels[WIDTH * HEIGHT];
  GArray *row;

  if (!lamina_image_read (data, plane, &rect, pixels, WIDTH * sizeof *pixels, job, error))
    return NULL;
  row = g_array_new (FALSE, TRUE, sizeof (gdouble));
  return g_array_set_size (row, 1);
}

/* A matrix of what is read of its planes; NULL with @words in the error. */
static void
assert_no_matrix (VipsImage *image, const gchar *words)
{
  static const gchar *const columns[] = { "a", NULL };
  static const LaminaTableFuncs funcs = { .size = sizeof funcs, .read = read_row };
  g_autoptr (LaminaImage) planes = get_planes (image);
  g_autoptr (LaminaTable) table
      = lamina_table_new (columns, lamina_image_get_info (planes), &funcs, planes, NULL);
  g_autoptr (GError) error = NULL;
  LaminaJob *job = bridge_vips_begin (image);

  g_assert_null (bridge_vips_make_matrix (table, job, &error));
  bridge_vips_end (job);
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, error->message);
}

static void
test_fails (void)
{
  Stand stand;

  stand_init (&stand);
  stand.fake.fails_at = 5;
  assert_no_matrix (stand.image, "plane 5 is broken");
  stand_clear (&stand);
}

/* A page of which is never read until somebody tells libvips to stop. */
static gboolean
read_stuck (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  VipsImage *const *image = data;

  if (plane < 3)
    return TRUE;
  __atomic_store_n (&(*image)->kill, TRUE, __ATOMIC_RELAXED);
  while (!g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    g_usleep (1000);
  return FALSE;
}

/* Before a plane is read, and in the middle of many. */
static void
test_killed (void)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_stuck };
  LaminaInfo info = make_info (LAMINA_FORMAT_U16, 1, 1, 1, 6);
  VipsImage *image = NULL;
  g_autoptr (LaminaImage) origin = NULL;

  info.width = WIDTH;
  info.height = HEIGHT;
  origin = lamina_image_new (&info, &funcs, &image, NULL);
  image = make (origin, 0, 6);
  {
    g_autoptr (LaminaImage) planes = get_planes (image);
    g_autoptr (GError) error = NULL;

    vips_image_set_kill (image, TRUE);
    g_assert_null (lamina_image_read_bytes (planes, 0, NULL, NULL, &error));
    g_assert_nonnull (strstr (error->message, "killed"));
  }
  assert_no_matrix (image, "");
  g_object_unref (image);
  vips_error_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  start_vips (argv[0]);
  g_test_add_func ("/vips/origin/itself", test_itself);
  g_test_add_func ("/vips/origin/derived", test_derived);
  g_test_add_func ("/vips/origin/drawn-upon", test_drawn_upon);
  g_test_add_func ("/vips/origin/fields", test_fields);
  g_test_add_func ("/vips/origin/converted", test_converted);
  g_test_add_func ("/vips/origin/together", test_together);
  g_test_add_func ("/vips/origin/fails", test_fails);
  g_test_add_func ("/vips/origin/killed", test_killed);
  return g_test_run ();
}
