/* Images, tables and what is known of them: bounds, copies, places, and what is asked for ahead
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"

#include <string.h>

/* --- Infos --------------------------------------------------------------------------- */

static void
test_formats (void)
{
  static const struct
  {
    LaminaFormat format;
    const gchar *name;
    gsize size;
  } formats[] = {
    { LAMINA_FORMAT_U8, "uint8", 1 },    { LAMINA_FORMAT_I8, "int8", 1 },
    { LAMINA_FORMAT_U16, "uint16", 2 },  { LAMINA_FORMAT_I16, "int16", 2 },
    { LAMINA_FORMAT_U32, "uint32", 4 },  { LAMINA_FORMAT_I32, "int32", 4 },
    { LAMINA_FORMAT_U64, "uint64", 8 },  { LAMINA_FORMAT_I64, "int64", 8 },
    { LAMINA_FORMAT_F32, "float32", 4 }, { LAMINA_FORMAT_F64, "float64", 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_assert_cmpstr (lamina_format_get_name (formats[i].format), ==, formats[i].name);
      g_assert_cmpuint (lamina_format_get_size (formats[i].format), ==, formats[i].size);
    }
}

static LaminaInfo
make_info (void)
{
  static const gint t[] = { 4 }, c[] = { 0, 2 }, z[] = { 10, 12, 14 };
  static const gchar *const channels[] = { "DAPI", "GFP", NULL };

  return (LaminaInfo){ .size = sizeof (LaminaInfo),
                       .format = LAMINA_FORMAT_F32,
                       .samples = 3,
                       .width = 8,
                       .height = 9,
                       .n_t = 1,
                       .n_c = 2,
                       .n_z = 3,
                       .t = t,
                       .c = c,
                       .z = z,
                       .size_x = 0.5,
                       .channels = channels,
                       .ahead = 77 };
}

static void
test_copy (void)
{
  LaminaInfo info = make_info ();
  g_autoptr (LaminaInfo) copy = NULL;

  info.extra = g_variant_new ("a{sv}", NULL); /* floating: the copy's own */
  copy = lamina_info_copy (&info);
  g_assert_cmpuint (copy->size, ==, sizeof info);
  g_assert_cmpint (copy->width, ==, 8);
  g_assert_true (copy->z != info.z && copy->channels != info.channels);
  for (gint i = 0; i < 3; i++)
    g_assert_cmpint (copy->z[i], ==, info.z[i]);
  g_assert_cmpstr (copy->channels[1], ==, "GFP");
  g_assert_null (copy->channels[2]);
  g_assert_true (copy->extra == info.extra);
  g_assert_false (g_variant_is_floating (copy->extra));
  g_assert_cmpint (copy->ahead, ==, 77);
  g_assert_cmpuint (lamina_info_get_pixel_size (copy), ==, 12);
}

/* Who was compiled with an older, shorter struct is understood, and so is a newer one. */
static void
test_copy_other_versions (void)
{
  struct
  {
    LaminaInfo info;
    gint64 added;
  } newer = { make_info (), 5 };
  LaminaInfo older = make_info ();
  g_autoptr (LaminaInfo) copy = NULL;

  older.size = G_STRUCT_OFFSET (LaminaInfo, channels);
  copy = lamina_info_copy (&older);
  g_assert_cmpuint (copy->size, ==, sizeof (LaminaInfo));
  g_assert_cmpfloat (copy->size_x, ==, 0.5);
  g_assert_null (copy->channels);
  g_assert_cmpint (copy->ahead, ==, 0);

  g_clear_pointer (&copy, lamina_info_free);
  newer.info.size = sizeof newer;
  copy = lamina_info_copy (&newer.info);
  g_assert_cmpuint (copy->size, ==, sizeof (LaminaInfo));
  g_assert_cmpint (copy->ahead, ==, 77);
}

static void
test_places (void)
{
  LaminaInfo info = make_info ();
  gint t, c, z;

  g_assert_cmpint (lamina_info_get_n_planes (&info), ==, 6);
  lamina_info_get_place (&info, 0, &t, &c, &z);
  g_assert_true (t == 4 && c == 0 && z == 10);
  lamina_info_get_place (&info, 5, &t, &c, &z);
  g_assert_true (t == 4 && c == 2 && z == 14);

  info.t = info.c = info.z = NULL;
  info.n_t = 5;
  for (gint64 plane = 0; plane < lamina_info_get_n_planes (&info); plane++)
    {
      lamina_info_get_place (&info, plane, &t, &c, &z);
      g_assert_cmpint ((t * 2 + c) * 3 + z, ==, plane);
      g_assert_true (c < 2 && z < 3);
    }
  lamina_info_get_place (&info, 1, NULL, NULL, NULL);
}

/* What makes no image is a programmer's mistake; sources check what they were told before. */
static void
test_unsound (void)
{
  FakeImage fake;

  fake_init (&fake, 1, 1, 1, 0);
  for (gint i = 0; i < 7; i++)
    {
      LaminaInfo before = fake.info;

      if (i == 0)
        fake.info.width = 0;
      else if (i == 1)
        fake.info.n_z = -1;
      else if (i == 2)
        fake.info.format = (LaminaFormat)(LAMINA_FORMAT_F64 + 1);
      else if (i == 3)
        fake.info.width = fake.info.height = G_GINT64_CONSTANT (1) << 31;
      else if (i == 4)
        fake.info.n_t = fake.info.n_c = fake.info.n_z = G_MAXINT;
      else if (i == 5)
        fake.info.samples = 0;
      else
        fake.info.size = 0;
      g_test_expect_message ("lamina", G_LOG_LEVEL_CRITICAL, "*sound*");
      g_test_expect_message ("lamina", G_LOG_LEVEL_CRITICAL, "*sound*");
      g_assert_null (fake_image_new (&fake));
      g_assert_null (fake_table_new (&fake));
      g_test_assert_expected_messages ();
      fake.info = before;
    }
  fake_clear (&fake);
}

/* --- Reading ------------------------------------------------------------------------------ */

static void
test_read (void)
{
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const LaminaRect rect = { 2, 1, 5, 4 };
  guint16 pixels[4][8], whole[5][7];

  fake_init (&fake, 2, 1, 3, 0);
  image = fake_image_new (&fake);
  g_assert_cmpint (lamina_image_get_n_planes (image), ==, 6);
  g_assert_cmpint (lamina_image_get_info (image)->height, ==, 5);

  memset (pixels, 0xee, sizeof pixels);
  g_assert_true (lamina_image_read (image, 4, &rect, pixels, sizeof pixels[0], NULL, &error));
  for (gint y = 0; y < 4; y++)
    for (gint x = 0; x < 8; x++)
      g_assert_cmpuint (pixels[y][x], ==, x < 5 ? fake_get_pixel (4, x + 2, y + 1) : 0xeeee);

  g_assert_true (lamina_image_read (image, 5, NULL, whole, sizeof whole[0], NULL, &error));
  bytes = lamina_image_read_bytes (image, 5, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), whole, sizeof whole);

  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = lamina_image_read_bytes (image, 4, &rect, NULL, &error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 40);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 5 * 2, pixels[0], 5 * 2);

  g_assert_cmpint (fake.n_destroyed, ==, 0);
  g_clear_object (&image);
  g_assert_cmpint (fake.n_destroyed, ==, 1);
  fake_clear (&fake);
}

static void
test_out_of_bounds (void)
{
  static const LaminaRect outside[] = {
    { -1, 0, 2, 2 }, { 0, -1, 2, 2 },         { 0, 0, 8, 5 },          { 0, 0, 7, 6 },
    { 6, 0, 2, 1 },  { 0, 4, 1, 2 },          { 0, 0, 0, 1 },          { 0, 0, 1, 0 },
    { 0, 0, -1, 1 }, { G_MAXINT64, 0, 1, 1 }, { 1, 0, G_MAXINT64, 1 }, { 0, 1, 1, G_MAXINT64 },
    { 0, 0, 1, -1 }, { G_MININT64, 0, 1, 1 }, { 0, 0, G_MININT64, 1 },
  };
  static const gint64 planes[] = { -1, 6, G_MAXINT64, G_MININT64 };
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (LaminaTable) table = NULL;
  guint16 pixels[5 * 7];

  fake_init (&fake, 2, 1, 3, 100);
  image = fake_image_new (&fake);
  table = fake_table_new (&fake);
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autoptr (GError) error = NULL, again = NULL;

      g_assert_false (lamina_image_read (image, 0, &outside[i], pixels, 14, NULL, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
      g_assert_null (lamina_image_read_bytes (image, 0, &outside[i], NULL, &again));
      g_assert_error (again, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
      lamina_image_will_need (image, 0, &outside[i], NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (planes); i++)
    {
      g_autoptr (GError) error = NULL, again = NULL;

      g_assert_null (lamina_image_read_bytes (image, planes[i], NULL, NULL, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND);
      g_assert_null (lamina_table_read (table, planes[i], NULL, &again));
      g_assert_error (again, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND);
      lamina_image_will_need (image, planes[i], NULL, NULL);
      lamina_table_will_need (table, planes[i], NULL);
    }
  g_assert_cmpint (fake.n_reads, ==, 0);
  g_assert_cmpuint (fake.hints->len, ==, 0);
  g_clear_object (&image);
  g_clear_object (&table);
  fake_clear (&fake);
}

static void
test_too_large (void)
{
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (GError) error = NULL;

  fake_init (&fake, 1, 1, 1, 0);
  fake.info.width = fake.info.height = G_GINT64_CONSTANT (1) << 30;
  image = fake_image_new (&fake);
  g_assert_null (lamina_image_read_bytes (image, 0, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpint (fake.n_reads, ==, 0);
  g_clear_object (&image);
  fake_clear (&fake);
}

static void
test_failures (void)
{
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (LaminaTable) table = NULL;
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (GError) error = NULL;

  fake_init (&fake, 1, 1, 3, 0);
  fake.fails_at = 1;
  image = fake_image_new (&fake);
  table = fake_table_new (&fake);
  g_assert_null (lamina_image_read_bytes (image, 1, NULL, NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
  g_clear_error (&error);
  g_assert_null (lamina_table_read (table, 1, NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
  g_clear_error (&error);

  g_cancellable_cancel (G_CANCELLABLE (job));
  g_assert_null (lamina_image_read_bytes (image, 0, NULL, job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (lamina_table_read (table, 0, job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (fake.n_reads, ==, 2);
  g_clear_object (&image);
  g_clear_object (&table);
  fake_clear (&fake);
}

static void
test_table (void)
{
  FakeImage fake;
  g_autoptr (LaminaTable) table = NULL;
  g_autoptr (GArray) rows = NULL;
  g_autofree gchar *hints = NULL;

  fake_init (&fake, 1, 1, 3, 0);
  table = fake_table_new (&fake);
  g_assert_cmpint (lamina_table_get_n_planes (table), ==, 3);
  g_assert_cmpint (lamina_table_get_info (table)->width, ==, 7);
  g_assert_cmpstr (lamina_table_get_columns (table)[0], ==, "plane");
  g_assert_cmpstr (lamina_table_get_columns (table)[1], ==, "reads");
  g_assert_null (lamina_table_get_columns (table)[2]);

  rows = lamina_table_read (table, 2, NULL, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpfloat (g_array_index (rows, gdouble, 0), ==, 2);
  lamina_table_will_need (table, 1, NULL);
  hints = fake_take_hints (&fake);
  g_assert_cmpstr (hints, ==, "1");
  g_clear_object (&table);
  g_assert_cmpint (fake.n_destroyed, ==, 1);
  fake_clear (&fake);
}

/* --- What is asked for ahead ----------------------------------------------------------------- */

static void
assert_read_asks (LaminaImage *image, FakeImage *fake, gint64 plane, const gchar *expected)
{
  g_autofree gchar *hints = NULL;
  guint16 pixels[3];
  /* By tiles: what is asked for is a matter of planes. */
  LaminaRect tiles[] = { { 0, 0, 3, 1 }, { 3, 0, 3, 1 }, { 0, 4, 3, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (tiles); i++)
    g_assert_true (lamina_image_read (image, plane, &tiles[i], pixels, sizeof pixels, NULL, NULL));
  hints = fake_take_hints (fake);
  g_assert_cmpstr (hints, ==, expected);
}

static void
test_read_ahead (void)
{
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;

  fake_init (&fake, 1, 1, 40, 7);
  image = fake_image_new (&fake);
  assert_read_asks (image, &fake, 0, "");
  assert_read_asks (image, &fake, 1, "2"); /* two in a row */
  assert_read_asks (image, &fake, 2, "3 4");
  assert_read_asks (image, &fake, 3, "5 6 7");
  assert_read_asks (image, &fake, 4, "8 9 10 11"); /* as far as the source is willing */
  assert_read_asks (image, &fake, 5, "12");
  assert_read_asks (image, &fake, 7, "13 14"); /* threads overtake each other */
  assert_read_asks (image, &fake, 6, "");
  assert_read_asks (image, &fake, 8, "15");
  assert_read_asks (image, &fake, 0, ""); /* not so far */
  assert_read_asks (image, &fake, 1, "2");
  assert_read_asks (image, &fake, 20, ""); /* elsewhere: all over again */
  assert_read_asks (image, &fake, 19, "");
  assert_read_asks (image, &fake, 20, "21");
  assert_read_asks (image, &fake, 38, "");
  assert_read_asks (image, &fake, 39, ""); /* the last */
  g_clear_object (&image);
  fake_clear (&fake);
}

static gboolean
never_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  return TRUE;
}

static void
never_needed (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  g_assert_not_reached ();
}

/* A source that gains nothing by hints, one that has no use for them, and one that was compiled
 * before there were any. */
static void
test_no_read_ahead (void)
{
  LaminaImageFuncs funcs = { sizeof funcs, never_read, NULL };
  FakeImage fake;

  fake_init (&fake, 1, 1, 10, 0);
  for (gint i = 0; i < 3; i++)
    {
      g_autoptr (LaminaImage) image = NULL;
      guint16 pixels[5 * 7];

      funcs.will_need = i > 0 ? never_needed : NULL;
      funcs.size = i > 1 ? G_STRUCT_OFFSET (LaminaImageFuncs, will_need) : sizeof funcs;
      fake.info.ahead = i == 1 ? 0 : 1000000;
      image = lamina_image_new (&fake.info, &funcs, NULL, NULL);
      for (gint64 plane = 0; plane < 10; plane++)
        g_assert_true (lamina_image_read (image, plane, NULL, pixels, 14, NULL, NULL));
      if (i != 1)
        lamina_image_will_need (image, 0, NULL, NULL);
    }
  fake_clear (&fake);
}

static gboolean
read_some (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  g_autoptr (GBytes) bytes = lamina_image_read_bytes (data, index % 20, NULL, job, error);

  return bytes != NULL;
}

static void
test_many_readers (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (6);
  FakeImage fake;
  g_autoptr (LaminaImage) image = NULL;

  fake_init (&fake, 1, 1, 20, 5);
  image = fake_image_new (&fake);
  g_assert_true (lamina_job_run (job, 400, read_some, image, NULL));
  g_assert_cmpint (fake.n_reads, ==, 400);
  g_clear_object (&image);
  fake_clear (&fake);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/info/formats", test_formats);
  g_test_add_func ("/info/copy", test_copy);
  g_test_add_func ("/info/copy-other-versions", test_copy_other_versions);
  g_test_add_func ("/info/places", test_places);
  g_test_add_func ("/info/unsound", test_unsound);
  g_test_add_func ("/image/read", test_read);
  g_test_add_func ("/image/out-of-bounds", test_out_of_bounds);
  g_test_add_func ("/image/too-large", test_too_large);
  g_test_add_func ("/image/failures", test_failures);
  g_test_add_func ("/image/table", test_table);
  g_test_add_func ("/image/read-ahead", test_read_ahead);
  g_test_add_func ("/image/no-read-ahead", test_no_read_ahead);
  g_test_add_func ("/image/many-readers", test_many_readers);
  return g_test_run ();
}
