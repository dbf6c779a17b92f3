/* Operations of libvips's in Lamina's chains: pixels, what is known of them, what goes wrong, who
 * reads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"
#include "made-image.h"
#include "vips-filter.h"

#include <string.h>

/* --- Help ---------------------------------------------------------------------------------- */

#define WIDTH 37
#define HEIGHT 300 /* more than one part */

static gdouble
get_value (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)((plane * 7 + y * 5 + x * 3) % 120);
}

static const gint frames[] = { 4, 9 };

static LaminaInfo
make_info (LaminaFormat format, gint samples)
{
  return (LaminaInfo){ .size = sizeof (LaminaInfo),
                       .format = format,
                       .samples = samples,
                       .width = WIDTH,
                       .height = HEIGHT,
                       .n_t = 2,
                       .n_c = 1,
                       .n_z = 3,
                       .t = frames,
                       .tile_width = WIDTH,
                       .tile_height = HEIGHT,
                       .n_levels = 1,
                       .size_x = 0.5,
                       .size_y = 0.25,
                       .ahead = 1 << 20 };
}

static LaminaImage *
make (LaminaFormat format, gint samples)
{
  const LaminaInfo info = make_info (format, samples);

  return made_image_new (&info, get_value);
}

static LaminaImage *
take_image (LaminaOperation *operation)
{
  LaminaImage *image = NULL;

  if (operation != NULL)
    g_object_get (operation, "image", &image, NULL);
  g_clear_object (&operation);
  return image;
}

/* What an operation makes of @input, with parameters, which NULL ends; or NULL with @error. */
#define TRY(error, name, input, ...)                                                               \
  take_image (lamina_operation_new (name, NULL, error, "input", input, __VA_ARGS__))

static LaminaImage *
check_image (LaminaImage *image, const GError *error)
{
  g_assert_no_error (error);
  g_assert_nonnull (image);
  return image;
}

#define FILTER(name, input, ...)                                                                   \
  ({                                                                                               \
    g_autoptr (GError) filter_error = NULL;                                                        \
    LaminaImage *filter_image = TRY (&filter_error, name, input, __VA_ARGS__);                     \
                                                                                                   \
    check_image (filter_image, filter_error);                                                      \
  })

static GBytes *
read_part (LaminaImage *image, gint64 plane, const LaminaRect *rect)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = lamina_image_read_bytes (image, plane, rect, NULL, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
assert_same (LaminaImage *a, LaminaImage *b)
{
  for (gint64 plane = 0; plane < lamina_image_get_n_planes (a); plane++)
    {
      g_autoptr (GBytes) p = read_part (a, plane, NULL);
      g_autoptr (GBytes) q = read_part (b, plane, NULL);

      g_assert_cmpmem (g_bytes_get_data (p, NULL), g_bytes_get_size (p), g_bytes_get_data (q, NULL),
                       g_bytes_get_size (q));
    }
}

/* --- Pixels -------------------------------------------------------------------------- */

static void
assert_inverted (LaminaImage *image, gint64 plane, const LaminaRect *rect)
{
  g_autoptr (GBytes) bytes = read_part (image, plane, rect);
  const guint16 *pixel = g_bytes_get_data (bytes, NULL);

  for (gint64 y = rect->y; y < rect->y + rect->height; y++)
    for (gint64 x = rect->x; x < rect->x + rect->width; x++)
      g_assert_cmpint (*pixel++, ==, G_MAXUINT16 - (gint)get_value (plane, x, y));
}

static void
test_pixels (void)
{
  static const LaminaRect rects[]
      = { { 0, 0, WIDTH, HEIGHT }, { 5, 120, 3, 140 }, { 36, 299, 1, 1 } };
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U16, 1);
  g_autoptr (LaminaImage) image = FILTER ("vips:invert", input, NULL);
  const LaminaInfo *info = lamina_image_get_info (image);

  g_assert_cmpint (info->n_t, ==, 2);
  g_assert_cmpint (info->t[1], ==, 9);
  g_assert_cmpint (info->n_z, ==, 3);
  g_assert_cmpfloat (info->size_x, ==, 0.5);
  g_assert_cmpint (info->ahead, ==, 1 << 20);
  for (gint64 plane = 0; plane < 6; plane++)
    for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
      assert_inverted (image, plane, &rects[i]);
}

/* Whatever libvips has a type for goes there and comes back. */
static void
test_formats (void)
{
  for (LaminaFormat format = LAMINA_FORMAT_U8; format <= LAMINA_FORMAT_F64; format++)
    {
      const gboolean is_long = format == LAMINA_FORMAT_U64 || format == LAMINA_FORMAT_I64;
      g_autoptr (LaminaImage) input = make (format, 1);
      g_autoptr (LaminaImage) doubles = make (LAMINA_FORMAT_F64, 1);
      g_autoptr (LaminaImage) image = FILTER ("vips:copy", input, NULL);

      g_assert_cmpint (lamina_image_get_info (image)->format, ==,
                       is_long ? LAMINA_FORMAT_F64 : format);
      assert_same (image, is_long ? doubles : input);
    }
}

static void
test_samples (void)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U8, 3);
  g_autoptr (LaminaImage) once = FILTER ("vips:invert", input, NULL);
  g_autoptr (LaminaImage) twice = FILTER ("vips:invert", once, NULL);
  g_autoptr (LaminaImage) mean = FILTER ("vips:bandmean", input, NULL);

  g_assert_cmpint (lamina_image_get_info (once)->samples, ==, 3);
  g_assert_cmpint (lamina_image_get_info (mean)->samples, ==, 1);
  assert_same (twice, input);
}

static void
assert_size (LaminaImage *image, gint64 width, gint64 height, gdouble size_x, gdouble size_y)
{
  const LaminaInfo *info = lamina_image_get_info (image);

  g_assert_cmpint (info->width, ==, width);
  g_assert_cmpint (info->height, ==, height);
  g_assert_cmpfloat_with_epsilon (info->size_x, size_x, 0.01);
  g_assert_cmpfloat_with_epsilon (info->size_y, size_y, 0.01);
  g_assert_cmpint (info->tile_width, <=, width);
  g_assert_cmpint (info->tile_height, <=, height);
}

static void
test_sizes (void)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U8, 1);
  g_autoptr (LaminaImage) part
      = FILTER ("vips:extract_area", input, "left", 2, "top", 3, "width", 20, "height", 10, NULL);
  g_autoptr (LaminaImage) small
      = FILTER ("vips:shrink", input, "hshrink", 2.0, "vshrink", 4.0, NULL);
  g_autoptr (LaminaImage) turned = FILTER ("vips:rot", input, "angle", 1, NULL);
  g_autoptr (LaminaImage) counts = FILTER ("vips:hist_find", input, NULL);

  assert_size (part, 20, 10, 0.5, 0.25);
  assert_size (small, 19, 75, 1, 1);
  assert_size (turned, HEIGHT, WIDTH, 0.25, 0.5);
  assert_size (counts, 256, 1, 0, 0);
}

/* --- Parameters ---------------------------------------------------------------------- */

static void
assert_refused (LaminaImage *image, GError *problem, const gchar *words)
{
  g_autoptr (GError) error = problem;

  g_assert_null (image);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, words));
}

#define ASSERT_REFUSED(words, ...)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *refused_error = NULL;                                                                  \
    LaminaImage *refused_image = TRY (&refused_error, __VA_ARGS__);                                \
                                                                                                   \
    assert_refused (refused_image, refused_error, words);                                          \
  }                                                                                                \
  G_STMT_END

static void
test_parameters (void)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U8, 1);
  g_autoptr (LaminaOperation) operation
      = lamina_operation_new ("vips:affine", NULL, NULL, "input", input, "matrix", "2, 0 0,2",
                              "interpolate", "nearest", NULL);
  g_autofree gchar *matrix = NULL;
  gdouble odx = -1;

  g_object_get (operation, "matrix", &matrix, "odx", &odx, NULL);
  g_assert_cmpstr (matrix, ==, "2, 0 0,2");
  g_assert_cmpfloat (odx, ==, 0);
  ASSERT_REFUSED ("vips:affine: matrix must be given", "vips:affine", input, NULL);
  ASSERT_REFUSED ("not \"1,x\"", "vips:affine", input, "matrix", "1,x", NULL);
  ASSERT_REFUSED ("not \"\"", "vips:affine", input, "matrix", "", NULL);
  ASSERT_REFUSED ("nearest, bilinear", "vips:affine", input, "matrix", "1,0,0,1", "interpolate",
                  "none", NULL);
  ASSERT_REFUSED ("whole numbers", "vips:affine", input, "matrix", "1,0,0,1", "oarea", "0,0.5,2,2",
                  NULL);
  ASSERT_REFUSED ("width takes", "vips:rank", input, "width", 0, "height", 3, "index", 4, NULL);
  ASSERT_REFUSED ("no image to filter", "vips:invert", NULL, NULL);
}

/* --- What goes wrong ----------------------------------------------------------------- */

/* A source's error is the source's, also when libvips wants the plane before it gives a pixel. */
static void
assert_fault_comes_back (const gchar *name)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U8, 1);
  g_autoptr (LaminaImage) image = FILTER (name, input, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) broken = NULL;

  __atomic_store_n (&made_fault, 2, __ATOMIC_RELAXED);
  broken = lamina_image_read_bytes (image, 2, NULL, NULL, &error);
  __atomic_store_n (&made_fault, -1, __ATOMIC_RELAXED);
  g_assert_null (broken);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
  g_assert_cmpstr (error->message, ==, "Plane 2 is broken");
  g_bytes_unref (read_part (image, 2, NULL));
}

static void
test_faults (void)
{
  g_autofree gchar *left = NULL;

  assert_fault_comes_back ("vips:invert");
  assert_fault_comes_back ("vips:hist_equal");
  left = vips_error_buffer_copy ();
  g_assert_cmpstr (left, ==, "");
}

static void
test_unsupported (void)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U16, 1);
  g_autoptr (LaminaImage) none = NULL;
  g_autoptr (GError) error = NULL;

  none = TRY (&error, "vips:fwfft", input, NULL);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  none = TRY (&error, "vips:extract_area", input, "left", 30, "top", 0, "width", 20, "height", 10,
              NULL);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
  g_assert_cmpstr (error->message, ==, "vips:extract_area: bad extract area");
  g_assert_null (none);
}

static gdouble
get_brighter (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)(100 + plane);
}

/* A histogram is as long as its plane is bright, and the planes of an image are all alike. */
static void
test_unlike (void)
{
  const LaminaInfo info = make_info (LAMINA_FORMAT_U16, 1);
  g_autoptr (LaminaImage) input = made_image_new (&info, get_brighter);
  g_autoptr (LaminaImage) counts = FILTER ("vips:hist_find", input, NULL);
  g_autoptr (GBytes) none = NULL;
  g_autoptr (GError) error = NULL;

  g_bytes_unref (read_part (counts, 0, NULL));
  none = lamina_image_read_bytes (counts, 3, NULL, NULL, &error);
  g_assert_null (none);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED);
  g_assert_true (g_str_has_prefix (error->message, "vips:hist_find: Plane 3 becomes 104 x 1 "));
}

/* The reader's own job is what the source counts for, and what stops it. */
static gboolean
count_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  lamina_job_count (job, "pixels", rect->width * rect->height);
  for (gint64 y = 0; y < rect->height; y++)
    memset ((guint8 *)pixels + (gsize)y * stride, (gint)(plane + y) % 200, (gsize)rect->width);
  if (data != NULL && plane == 5)
    g_cancellable_cancel (data);
  return !g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error);
}

static void
assert_jobs (const gchar *name)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = count_read };
  const LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1);
  g_autoptr (LaminaJob) job = lamina_job_new (2), other = lamina_job_new (2);
  g_autoptr (LaminaImage) input = lamina_image_new (&info, &funcs, other, NULL);
  g_autoptr (LaminaImage) image = FILTER (name, input, NULL);
  g_autoptr (GBytes) bytes = lamina_image_read_bytes (image, 1, NULL, job, NULL), none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (bytes);
  g_assert_cmpint (lamina_job_get_count (job, "pixels"), >=, (gint64)WIDTH * HEIGHT);
  none = lamina_image_read_bytes (image, 5, NULL, other, &error);
  g_assert_null (none);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_bytes_unref (read_part (image, 5, NULL));
}

static void
test_jobs (void)
{
  assert_jobs ("vips:invert");
  assert_jobs ("vips:hist_equal");
}

/* --- Who reads ----------------------------------------------------------------------- */

static void
test_hints (void)
{
  FakeImage fake;
  g_autoptr (LaminaImage) input = NULL;
  g_autoptr (LaminaImage) image = NULL;
  g_autofree gchar *hints = NULL;

  fake_init (&fake, 1, 1, 8, 4);
  input = fake_image_new (&fake);
  image = FILTER ("vips:invert", input, NULL);
  g_free (fake_take_hints (&fake));
  lamina_image_will_need (image, 3, NULL, NULL);
  lamina_image_will_need (image, 6, NULL, NULL);
  hints = fake_take_hints (&fake);
  g_assert_cmpstr (hints, ==, "3 6");
  g_clear_object (&image);
  g_clear_object (&input);
  g_assert_cmpint (fake.n_destroyed, ==, 1);
  fake_clear (&fake);
}

static gboolean
read_some (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  const LaminaRect rect = { index % 7, index % 100, 30, 200 };

  assert_inverted (data, index / 3 % 6, &rect);
  return TRUE;
}

/* Many at a time, of one plane and of several, also by way of several filters. */
static void
test_threads (void)
{
  g_autoptr (LaminaImage) input = make (LAMINA_FORMAT_U16, 1);
  g_autoptr (LaminaImage) once = FILTER ("vips:invert", input, NULL);
  g_autoptr (LaminaImage) turned = FILTER ("vips:flip", once, "direction", 0, NULL);
  g_autoptr (LaminaImage) image = FILTER ("vips:flip", turned, "direction", 0, NULL);
  g_autoptr (LaminaJob) job = lamina_job_new (8);
  g_autoptr (GError) error = NULL;

  lamina_job_run (job, 400, read_some, image, &error);
  g_assert_no_error (error);
}

/* --- The operations ------------------------------------------------------------------ */

static void
register_one (const gchar *nickname)
{
  VipsOperationClass *klass = g_type_class_ref (vips_type_find ("VipsOperation", nickname));
  g_autoptr (GError) error = NULL;

  bridge_vips_register_filter (klass, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const gchar *const nicknames[]
      = { "affine",    "bandmean", "copy", "extract_area", "flip",   "fwfft", "hist_equal",
          "hist_find", "invert",   "rank", "rot",          "shrink", "add",   "embed" };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (VIPS_INIT (argv[0]), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (nicknames); i++)
    register_one (nicknames[i]);
  g_test_add_func ("/vips-filter/pixels", test_pixels);
  g_test_add_func ("/vips-filter/formats", test_formats);
  g_test_add_func ("/vips-filter/samples", test_samples);
  g_test_add_func ("/vips-filter/sizes", test_sizes);
  g_test_add_func ("/vips-filter/parameters", test_parameters);
  g_test_add_func ("/vips-filter/faults", test_faults);
  g_test_add_func ("/vips-filter/unsupported", test_unsupported);
  g_test_add_func ("/vips-filter/unlike", test_unlike);
  g_test_add_func ("/vips-filter/jobs", test_jobs);
  g_test_add_func ("/vips-filter/hints", test_hints);
  g_test_add_func ("/vips-filter/threads", test_threads);
  return g_test_run ();
}
