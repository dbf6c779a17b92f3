/* Tests of the operation write-png
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-folder.h"
#include "made-image.h"
#include "write-png.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <png.h>
#include <signal.h>
#include <sys/resource.h>

#define GAP 4

typedef struct
{
  gchar *folder, *path;
} Fixture;

typedef struct
{
  gint width, height;
  guint8 *rgb;
} Decoded;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = made_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "deep", "pictures", G_DIR_SEPARATOR_S, NULL);
  made_fault = -1;
  made_reads = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  made_folder_remove (fixture->folder);
  g_free (fixture->path);
}

static LaminaInfo
make_info (LaminaFormat format, gint64 width, gint64 height, gint n_z)
{
  return (LaminaInfo){ .size = sizeof (LaminaInfo),
                       .format = format,
                       .samples = 1,
                       .width = width,
                       .height = height,
                       .n_t = 1,
                       .n_c = 1,
                       .n_z = n_z,
                       .tile_width = width,
                       .tile_height = MIN (height, 100) };
}

static LaminaOperation *
make_writer (LaminaImage *input, LaminaImage *image, const gchar *path)
{
  g_autoptr (GError) error = NULL;
  LaminaOperation *writer = lamina_operation_new ("write-png", NULL, &error, "input", input,
                                                  "image", image, "path", path, NULL);

  g_assert_no_error (error);
  return writer;
}

static void
write_pictures (LaminaImage *input, LaminaImage *image, const gchar *path)
{
  g_autoptr (LaminaOperation) writer = make_writer (input, image, path);
  g_autoptr (GError) error = NULL;

  g_assert_true (lamina_operation_run (writer, NULL, &error));
  g_assert_no_error (error);
}

static Decoded
decode (const gchar *folder, const gchar *name)
{
  g_autofree gchar *path = name != NULL ? g_build_filename (folder, name, NULL) : g_strdup (folder);
  png_image png = { .version = PNG_IMAGE_VERSION };
  Decoded decoded;

  g_assert_true (png_image_begin_read_from_file (&png, path));
  png.format = PNG_FORMAT_RGB;
  decoded.width = (gint)png.width;
  decoded.height = (gint)png.height;
  decoded.rgb = g_malloc_n ((gsize)png.width * 3, png.height);
  g_assert_true (png_image_finish_read (&png, NULL, decoded.rgb, 0, NULL));
  return decoded;
}

static const guint8 *
get_pixel (const Decoded *decoded, gint x, gint y)
{
  return decoded->rgb + 3 * ((gsize)y * (gsize)decoded->width + (gsize)x);
}

static void
check_grey (const Decoded *decoded, gint x, gint y, gint grey)
{
  for (gint i = 0; i < 3; i++)
    g_assert_cmpint (get_pixel (decoded, x, y)[i], ==, grey);
}

/* --- What is painted --------------------------------------------------------------- */

static gdouble
ramp (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)(10 + x + 2 * y);
}

/* Four columns of one object each, background between them. */
static gdouble
stripes (gint64 plane, gint64 x, gint64 y)
{
  gint64 object = x / 2 + 1;

  return x % 2 == 0 ? 0 : (gdouble)object;
}

static void
test_beside (Fixture *fixture, gconstpointer unused)
{
  static const gint t[] = { 3 }, c[] = { 1 }, z[] = { 12, 120 };
  LaminaInfo info = make_info (LAMINA_FORMAT_U16, 8, 5, 2);
  g_autoptr (LaminaImage) image = NULL, labels = NULL;
  g_autofree gchar *names = NULL;
  Decoded decoded;

  info.t = t;
  info.c = c;
  info.z = z;
  image = made_image_new (&info, ramp);
  info.format = LAMINA_FORMAT_U32;
  info.labels = TRUE;
  labels = made_image_new (&info, stripes);
  write_pictures (labels, image, fixture->path);
  names = made_folder_list (fixture->path);
  g_assert_cmpstr (names, ==, "t_3_c_1_z_12.png t_3_c_1_z_120.png");

  decoded = decode (fixture->path, "t_3_c_1_z_12.png");
  g_assert_cmpint (decoded.width, ==, 8 + GAP + 8);
  g_assert_cmpint (decoded.height, ==, 5);
  check_grey (&decoded, 0, 0, 0);
  check_grey (&decoded, 7, 4, 255);
  check_grey (&decoded, 4, 2, 136); /* 8 / 15 of the range */
  check_grey (&decoded, 8, 0, 0x40);
  check_grey (&decoded, 8 + GAP, 3, 0);
  for (gint y = 1; y < 5; y++)
    g_assert_cmpmem (get_pixel (&decoded, 8 + GAP + 1, 0), 3, get_pixel (&decoded, 8 + GAP + 1, y),
                     3);
  g_assert_cmpint (
      memcmp (get_pixel (&decoded, 8 + GAP + 1, 0), get_pixel (&decoded, 8 + GAP + 3, 0), 3), !=,
      0);
  g_free (decoded.rgb);
}

static gdouble
count_up (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)(x + 1);
}

/* Numbers near each other must be told from each other by eye, and from the background. */
static void
test_colours (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_I32, 1000, 1, 1);
  g_autoptr (LaminaImage) labels = NULL;
  Decoded decoded;

  info.labels = TRUE;
  labels = made_image_new (&info, count_up);
  write_pictures (labels, NULL, fixture->path);
  decoded = decode (fixture->path, "t_0_c_0_z_0.png");
  for (gint x = 0; x < 1000; x++)
    {
      const guint8 *a = get_pixel (&decoded, x, 0);

      g_assert_cmpint (MAX (a[0], MAX (a[1], a[2])), >=, 160);
      for (gint other = x + 1; other < MIN (x + 30, 1000); other++)
        {
          const guint8 *b = get_pixel (&decoded, other, 0);
          gint distance = ABS (a[0] - b[0]) + ABS (a[1] - b[1]) + ABS (a[2] - b[2]);

          g_assert_cmpint (distance, >=, other < x + 8 ? 80 : 40);
        }
    }
  g_free (decoded.rgb);
}

static gdouble
small_ramp (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)x;
}

static void
test_formats (Fixture *fixture, gconstpointer unused)
{
  for (LaminaFormat format = LAMINA_FORMAT_U8; format <= LAMINA_FORMAT_F64; format++)
    {
      LaminaInfo info = make_info (format, 52, 3, 1);
      g_autoptr (LaminaImage) image = made_image_new (&info, small_ramp);
      Decoded decoded;

      write_pictures (image, image, fixture->path);
      decoded = decode (fixture->path, "t_0_c_0_z_0.png");
      g_assert_cmpint (decoded.width, ==, 52);
      for (gint x = 0; x < 52; x++)
        check_grey (&decoded, x, 1, 5 * x);
      g_free (decoded.rgb);
    }
}

static gdouble
odd_values (gint64 plane, gint64 x, gint64 y)
{
  const gdouble values[][5] = { { NAN, -INFINITY, INFINITY, -G_MAXDOUBLE, G_MAXDOUBLE },
                                { NAN, NAN, NAN, NAN, NAN },
                                { 7, 7, NAN, 7, 7 },
                                { 0, 0, NAN, 0, 0 } };

  return values[plane][x];
}

static void
test_odd_values (Fixture *fixture, gconstpointer unused)
{
  static const guint8 expected[][5]
      = { { 0, 0, 255, 0, 255 }, { 0, 0, 0, 0, 0 }, { 128, 128, 0, 128, 128 }, { 0, 0, 0, 0, 0 } };
  LaminaInfo info = make_info (LAMINA_FORMAT_F64, 5, 1, 4);
  g_autoptr (LaminaImage) image = made_image_new (&info, odd_values);

  write_pictures (image, NULL, fixture->path);
  for (gint plane = 0; plane < 4; plane++)
    {
      g_autofree gchar *name = g_strdup_printf ("t_0_c_0_z_%d.png", plane);
      Decoded decoded = decode (fixture->path, name);

      for (gint x = 0; x < 5; x++)
        check_grey (&decoded, x, 0, expected[plane][x]);
      g_free (decoded.rgb);
    }
}

static gdouble
rgb (gint64 plane, gint64 x, gint64 y)
{
  gint64 pixel = x / 3, channel = x % 3;

  return (gdouble)(10 * channel + pixel);
}

static void
test_rgb (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 6, 2, 1);
  g_autoptr (LaminaImage) image = NULL;
  Decoded decoded;

  info.samples = 3;
  image = made_image_new (&info, rgb);
  write_pictures (image, NULL, fixture->path);
  decoded = decode (fixture->path, "t_0_c_0_z_0.png");
  for (gint x = 0; x < 6; x++)
    for (gint i = 0; i < 3; i++)
      g_assert_cmpint (get_pixel (&decoded, x, 1)[i], ==, 10 * i + x);
  g_free (decoded.rgb);
}

/* A plane that is read in several strips is as one that is read at once. */
static void
test_strips (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_F64, 1024, 5000, 1);
  g_autoptr (LaminaImage) image = made_image_new (&info, ramp);
  Decoded decoded;

  write_pictures (image, NULL, fixture->path);
  g_assert_cmpint (made_reads, >, 2);
  decoded = decode (fixture->path, "t_0_c_0_z_0.png");
  for (gint y = 0; y < 5000; y += 7)
    check_grey (&decoded, y % 1024, y,
                (gint)((y % 1024 + 2 * y) / (gdouble)(1023 + 2 * 4999) * 255 + 0.5));
  g_free (decoded.rgb);
}

static void
test_one_file (Fixture *fixture, gconstpointer unused)
{
  g_autofree gchar *path = g_build_filename (fixture->folder, "one.png", NULL);
  LaminaInfo one = make_info (LAMINA_FORMAT_U8, 4, 4, 1),
             two = make_info (LAMINA_FORMAT_U8, 4, 4, 2);
  g_autoptr (LaminaImage) picture = made_image_new (&one, ramp);
  g_autoptr (LaminaImage) pictures = made_image_new (&two, ramp);
  g_autoptr (GError) error = NULL;
  Decoded decoded;

  write_pictures (picture, NULL, path);
  decoded = decode (path, NULL);
  g_assert_cmpint (decoded.width, ==, 4);
  g_free (decoded.rgb);

  g_assert_null (
      lamina_operation_new ("write-png", NULL, &error, "input", pictures, "path", path, NULL));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
}

/* --- What goes wrong ------------------------------------------------------------------ */

static void
check_fails (LaminaImage *image, const gchar *path, LaminaJob *job, const gchar *message)
{
  g_autoptr (LaminaOperation) writer = make_writer (image, NULL, path);
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_operation_run (writer, job, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, message) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

/* What was there stays, and nothing else: no picture of a plane that was finished, either. */
static void
test_fault (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 4, 4, 5);
  g_autoptr (LaminaImage) image = made_image_new (&info, ramp);
  g_autofree gchar *old = g_build_filename (fixture->path, "t_0_c_0_z_1.png", NULL);
  g_autofree gchar *names = NULL, *text = NULL;

  g_mkdir_with_parents (fixture->path, 0777);
  g_file_set_contents (old, "precious", -1, NULL);
  made_fault = 4;
  check_fails (image, fixture->path, NULL, "Plane 4 is broken");
  names = made_folder_list (fixture->path);
  g_assert_cmpstr (names, ==, "t_0_c_0_z_1.png");
  g_file_get_contents (old, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "precious");

  made_fault = -1;
  write_pictures (image, NULL, fixture->path);
  g_clear_pointer (&names, g_free);
  names = made_folder_list (fixture->path);
  g_assert_cmpstr (names, ==,
                   "t_0_c_0_z_0.png t_0_c_0_z_1.png t_0_c_0_z_2.png t_0_c_0_z_3.png "
                   "t_0_c_0_z_4.png");
}

static void
test_nothing_left (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 4, 4, 5);
  g_autoptr (LaminaImage) image = made_image_new (&info, ramp);
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autofree gchar *names = NULL;

  made_fault = 0;
  check_fails (image, fixture->path, job, "Plane 0 is broken");
  g_cancellable_cancel (G_CANCELLABLE (job));
  check_fails (image, fixture->path, job, "");
  names = made_folder_list (fixture->folder);
  g_assert_cmpstr (names, ==, "");
}

static void
test_unwritable (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 4, 4, 5);
  g_autoptr (LaminaImage) image = made_image_new (&info, ramp);
  g_autofree gchar *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree gchar *beyond = g_build_filename (file, "pictures/", NULL);

  g_file_set_contents (file, "a file", -1, NULL);
  check_fails (image, beyond, NULL, "Not a directory");
  g_assert_cmpint (made_reads, ==, 0);
}

static gdouble
noise (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)g_test_rand_int_range (0, 256);
}

/* A disk that is full, as far as a test can make one. */
static void
test_full (Fixture *fixture, gconstpointer unused)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 64, 64, 1);
  g_autoptr (LaminaImage) image = made_image_new (&info, noise);
  struct rlimit old, few;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  few = old;
  few.rlim_cur = 100;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &few), ==, 0);
  check_fails (image, fixture->path, NULL, g_strerror (EFBIG));
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("write-png", IDR_TYPE_WRITE_PNG, NULL));

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)
  ADD ("/write-png/beside", test_beside);
  ADD ("/write-png/colours", test_colours);
  ADD ("/write-png/formats", test_formats);
  ADD ("/write-png/odd-values", test_odd_values);
  ADD ("/write-png/rgb", test_rgb);
  ADD ("/write-png/strips", test_strips);
  ADD ("/write-png/one-file", test_one_file);
  ADD ("/write-png/fault", test_fault);
  ADD ("/write-png/nothing-left", test_nothing_left);
  ADD ("/write-png/unwritable", test_unwritable);
  ADD ("/write-png/full", test_full);
#undef ADD
  return g_test_run ();
}
