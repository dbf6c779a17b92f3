/* Images between Lamina and libvips: pixels, pages, fields, what is read, who waits, who stops
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"
#include "made-image.h"
#include "vips-fields.h"
#include "vips-image.h"
#include "vips-ome.h"

/* --- Help -------------------------------------------------------------------------------- */

static VipsImage *
make (LaminaImage *image, gint64 first, gint64 n)
{
  VipsImage *out = vips_image_new ();

  g_assert_cmpint (bridge_vips_make_image (image, first, n, "test", out), ==, 0);
  return out;
}

/* All pixels, as libvips computes them, of an image that then goes. */
static GBytes *
compute (VipsImage *image)
{
  gsize size = 0;
  gpointer pixels = vips_image_write_to_memory (image, &size);

  g_assert_nonnull (pixels);
  g_object_unref (image);
  return g_bytes_new_take (pixels, size);
}

static void
assert_same (GBytes *a, GBytes *b)
{
  g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),
                   g_bytes_get_size (b));
}

static void
assert_vips_error (const gchar *words)
{
  g_autofree gchar *text = vips_error_buffer_copy ();

  if (strstr (text, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, text);
}

static LaminaInfo
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

/* Small enough for all formats. */
static gdouble
small (gint64 plane, gint64 x, gint64 y)
{
  return (gdouble)((plane * 7 + y * 3 + x) % 100);
}

/* --- To libvips ----------------------------------------------------------------------------------
 */

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

/* --- Fields ------------------------------------------------------------------------------ */

static gint
get_int (VipsImage *image, const gchar *field)
{
  gint value = -1;

  vips_image_get_int (image, field, &value);
  return value;
}

static void
assert_text (VipsImage *image, const gchar *field, const gchar *wanted)
{
  const char *text = NULL;

  if (vips_image_get_typeof (image, field) != 0)
    vips_image_get_string (image, field, &text);
  g_assert_cmpstr (text, ==, wanted);
}

static const gint frames[] = { 4, 9 }, channels[] = { 1, 0, 5 }, sections[] = { 7, 8, 9, 20 };
static const gchar *const names[] = { "red & <blue>", "", "\"green\"", NULL };

static LaminaInfo
make_full_info (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U16, 1, 2, 3, 4);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add_parsed (&builder, "{'name', <'a \x01 & b'>}");
  g_variant_builder_add_parsed (&builder, "{'channel-colors', <[0xff0000, -1, 0x00ff00]>}");
  info.t = frames;
  info.c = channels;
  info.z = sections;
  info.channels = names;
  info.size_x = 0.25;
  info.size_y = 0.5;
  info.size_z = 2;
  info.step_t = 60;
  info.level = 1;
  info.n_levels = 4;
  info.extra = g_variant_builder_end (&builder);
  return info;
}

static void
test_fields (void)
{
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *all = make (image, 0, 24), *one = make (image, 17, 1), *mixed = make (image, 2, 4);

  g_assert_cmpint (get_int (all, "n-pages"), ==, 24);
  g_assert_cmpint (get_int (all, "page-height"), ==, 21);
  g_assert_cmpfloat (all->Xres, ==, 4000);
  g_assert_cmpfloat (all->Yres, ==, 2000);
  g_assert_cmpint (get_int (all, "lamina-level"), ==, 1);
  g_assert_cmpint (get_int (all, "n-levels"), ==, 4);
  assert_text (all, "lamina-t", "4,9");
  assert_text (all, "lamina-c", "1,0,5");
  assert_text (all, "lamina-z", "7-9,20");
  assert_text (all, "lamina-channel-2", "\"green\"");

  /* Page 17 is the second section of the second channel of the second frame. */
  g_assert_cmpint (get_int (one, "n-pages"), ==, 24);
  g_assert_cmpuint (vips_image_get_typeof (one, "page-height"), ==, 0);
  assert_text (one, "lamina-t", "9");
  assert_text (one, "lamina-c", "0");
  assert_text (one, "lamina-z", "8");
  assert_text (one, "lamina-channel-0", "");
  assert_text (one, "lamina-channel-1", NULL);

  /* What is no block has no places. */
  assert_text (mixed, "lamina-t", NULL);
  g_object_unref (all);
  g_object_unref (one);
  g_object_unref (mixed);
}

/* Attributes as "element.name=text" lines. */
static void
collect (GMarkupParseContext *context, const gchar *element, const gchar **attributes,
         const gchar **values, gpointer data, GError **error)
{
  for (gint i = 0; attributes[i] != NULL; i++)
    g_string_append_printf (data, "%s.%s=%s\n", element, attributes[i], values[i]);
}

static void
test_ome (void)
{
  const GMarkupParser parser = { .start_element = collect };
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaInfo) owner = lamina_info_copy (&info);
  const gchar *const wanted[] = { "Image.Name=a \xef\xbf\xbd & b\n",
                                  "Pixels.SizeZ=2\n",
                                  "Pixels.SizeC=1\n",
                                  "Pixels.SizeT=1\n",
                                  "Pixels.Type=uint16\n",
                                  "Pixels.PhysicalSizeX=0.25\n",
                                  "Pixels.TimeIncrement=60\n",
                                  "Pixels.DimensionOrder=XYZCT\n",
                                  "Channel.Name=\"green\"\n",
                                  "Channel.Color=16711935\n" };
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *xml = NULL;
  BridgeBlock block;

  g_assert_true (bridge_vips_find_block (owner, 21, 2, &block));
  xml = bridge_vips_make_ome (owner, &block);
  g_markup_parse_context_parse (context, xml, -1, &error);
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (strstr (lines->str, wanted[i]) == NULL)
      g_error ("%s is not in\n%s", wanted[i], lines->str);
}

/* --- From libvips ------------------------------------------------------------------------ */

/* Past a filter, and past none, the planes are what they were. */
static void
test_back (void)
{
  LaminaInfo info = make_full_info ();
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
    g_assert_cmpint (its->t[0], ==, 9);
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

static void
test_places (void)
{
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *out = make (image, 0, 24), *copy = NULL;
  g_autoptr (LaminaInfo) back = NULL;
  gint t, c, z;

  g_assert_cmpint (vips_copy (out, &copy, NULL), ==, 0);
  back = bridge_vips_get_info (copy, NULL);
  lamina_info_get_place (back, 17, &t, &c, &z);
  g_assert_cmpint (t, ==, 9);
  g_assert_cmpint (c, ==, 0);
  g_assert_cmpint (z, ==, 8);
  g_assert_cmpstr (back->channels[0], ==, names[0]);
  g_assert_cmpfloat (back->size_x, ==, 0.25);
  g_assert_cmpfloat (back->size_z, ==, 2);
  g_assert_cmpfloat (back->step_t, ==, 60);
  g_assert_cmpstr (bridge_vips_get_extra (back, "name"), ==, "a \x01 & b");

  /* Fields may be anybody's. */
  g_clear_pointer (&back, lamina_info_free);
  vips_image_set_string (copy, "lamina-z", "0-2000000000,5,x");
  back = bridge_vips_get_info (copy, NULL);
  g_assert_cmpint (back->n_z, ==, 24);
  g_assert_null (back->z);
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

/* --- What is read ------------------------------------------------------------------------ */

static void
test_lazy (void)
{
  FakeImage fake;
  LaminaImage *image;
  VipsImage *out, *crop = NULL;
  gdouble mean;
  g_autofree gchar *hints = NULL;

  fake_init (&fake, 1, 1, 10, 4);
  image = fake_image_new (&fake);
  out = make (image, 0, 10);
  g_assert_cmpint (vips_crop (out, &crop, 2, 3 * 5 + 1, 4, 3, NULL), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&fake.n_reads), ==, 0);
  g_assert_cmpint (vips_avg (crop, &mean, NULL), ==, 0);
  hints = fake_take_hints (&fake);
  for (guint i = 0; i < fake.reads->len; i++)
    g_assert_cmpint (g_array_index (fake.reads, gint64, i), ==, 3);
  g_assert_cmpstr (hints, ==, "");
  g_object_unref (crop);
  g_object_unref (out);
  g_object_unref (image);
  g_assert_cmpint (fake.n_destroyed, ==, 1);
  fake_clear (&fake);
}

/* Who goes from page to page has those that follow announced, each once. */
static void
test_announced (void)
{
  FakeImage fake;
  LaminaImage *image;
  VipsImage *out;
  VipsRegion *region;
  VipsRect rect = { 0, 0, 7, 5 };

  fake_init (&fake, 1, 1, 10, 4);
  image = fake_image_new (&fake);
  out = make (image, 0, 10);
  region = vips_region_new (out);
  for (gint page = 0; page < 10; page++)
    {
      rect.top = page * 5;
      g_assert_cmpint (vips_region_prepare (region, &rect), ==, 0);
    }
  g_object_unref (region);
  for (gint64 page = 2; page < 10; page++)
    {
      gint n = 0;

      for (guint i = 0; i < fake.hints->len; i++)
        n += g_array_index (fake.hints, gint64, i) == page;
      g_assert_cmpint (n, >=, 1);
    }
  g_object_unref (out);
  g_object_unref (image);
  fake_clear (&fake);
}

/* --- Threads ----------------------------------------------------------------------------- */

/* An image whose planes are computed whole, by whoever asks first, while the others wait. */
typedef struct
{
  GMutex locks[64], lock;
  gboolean done[64];
  gint at_work, most, n_computed;
} Slow;

static gboolean
read_slow (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
           LaminaJob *job, GError **error)
{
  Slow *slow = data;

  g_mutex_lock (&slow->locks[plane]);
  if (!slow->done[plane])
    {
      g_mutex_lock (&slow->lock);
      slow->at_work++;
      slow->most = MAX (slow->most, slow->at_work);
      slow->n_computed++;
      g_mutex_unlock (&slow->lock);
      g_usleep (5000);
      g_mutex_lock (&slow->lock);
      slow->at_work--;
      g_mutex_unlock (&slow->lock);
      slow->done[plane] = TRUE;
    }
  g_mutex_unlock (&slow->locks[plane]);
  for (gint64 y = 0; y < rect->height; y++)
    for (gint64 x = 0; x < rect->width; x++)
      ((guint8 *)pixels)[(gsize)y * stride + (gsize)x]
          = (guint8)(plane + rect->y + y + rect->x + x);
  return TRUE;
}

static GBytes *
compute_slowly (gint n_threads, gint *most)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_slow };
  g_autofree Slow *slow = g_new0 (Slow, 1);
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 1, 1, 64);
  LaminaImage *image;
  VipsImage *out;
  GBytes *bytes;

  info.height = 100;
  image = lamina_image_new (&info, &funcs, slow, NULL);
  vips_concurrency_set (n_threads);
  out = make (image, 0, 64);
  bytes = compute (out);
  g_object_unref (image);
  g_mutex_lock (&slow->lock);
  *most = slow->most;
  g_assert_cmpint (slow->n_computed, ==, 64);
  g_mutex_unlock (&slow->lock);
  vips_concurrency_set (0);
  return bytes;
}

/* Threads that would wait for the same plane go ahead to the next ones. */
static void
test_threads (void)
{
  gint most_of_one = 0, most_of_eight = 0;
  g_autoptr (GBytes) one = compute_slowly (1, &most_of_one);
  g_autoptr (GBytes) eight = compute_slowly (8, &most_of_eight);

  assert_same (one, eight);
  g_assert_cmpint (most_of_one, ==, 1);
  g_assert_cmpint (most_of_eight, >=, 2);
}

static gboolean
read_stuck (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  g_atomic_int_set ((gint *)data, TRUE);
  while (!g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    g_usleep (1000);
  return FALSE;
}

typedef struct
{
  VipsImage *image;
  gint is_stuck;
} Stuck;

static gpointer
kill_stuck (gpointer data)
{
  Stuck *stuck = data;

  while (!g_atomic_int_get (&stuck->is_stuck))
    g_usleep (1000);
  __atomic_store_n (&stuck->image->kill, TRUE, __ATOMIC_RELAXED);
  return NULL;
}

/* A read that blocks ends when libvips is told to stop. */
static void
test_killed (void)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_stuck };
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 1, 1, 1);
  Stuck stuck = { NULL, FALSE };
  LaminaImage *image = lamina_image_new (&info, &funcs, &stuck.is_stuck, NULL);
  GThread *killer;
  gdouble mean = 0;

  stuck.image = make (image, 0, 1);
  killer = g_thread_new ("killer", kill_stuck, &stuck);
  g_assert_cmpint (vips_avg (stuck.image, &mean, NULL), !=, 0);
  g_thread_join (killer);
  vips_error_clear ();
  g_object_unref (stuck.image);
  g_object_unref (image);
}

static gboolean
read_late (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
           LaminaJob *job, GError **error)
{
  g_usleep (plane == 0 ? 60000 : 1000);
  if (plane > 0)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "too late");
  return FALSE;
}

/* The first page fails when all others are there, and that is not forgotten. */
static void
test_late (void)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_late };
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 1, 1, 64);
  LaminaImage *image;
  VipsImage *out;
  gdouble mean = 0;

  info.height = 16; /* what libvips asks for at once */
  image = lamina_image_new (&info, &funcs, NULL, NULL);
  out = make (image, 0, 64);
  vips_concurrency_set (4);
  for (gint i = 0; i < 10; i++)
    {
      g_assert_cmpint (vips_avg (out, &mean, NULL), !=, 0);
      assert_vips_error ("test: too late");
    }
  vips_concurrency_set (0);
  g_object_unref (out);
  g_object_unref (image);
}

static gdouble
broken (gint64 plane, gint64 x, gint64 y)
{
  return 0;
}

static void
test_fails (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 1, 1, 5);
  g_autoptr (LaminaImage) image = made_image_new (&info, broken);
  VipsImage *out;
  gdouble mean = 0;

  made_fault = 3;
  out = make (image, 0, 5);
  g_assert_cmpint (vips_avg (out, &mean, NULL), !=, 0);
  assert_vips_error ("test: ");
  g_object_unref (out);
  made_fault = -1;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("VIPSHOME", "/nonexistent", TRUE); /* no modules, which might be ours */
  if (VIPS_INIT (argv[0]))
    vips_error_exit (NULL);
  vips_cache_set_max (0); /* what is let go of goes */
  g_test_add_func ("/vips/formats", test_formats);
  g_test_add_func ("/vips/too-large", test_too_large);
  g_test_add_func ("/vips/pages", test_pages);
  g_test_add_func ("/vips/fields", test_fields);
  g_test_add_func ("/vips/ome", test_ome);
  g_test_add_func ("/vips/back", test_back);
  g_test_add_func ("/vips/places", test_places);
  g_test_add_func ("/vips/bands", test_bands);
  g_test_add_func ("/vips/unfit", test_unfit);
  g_test_add_func ("/vips/lazy", test_lazy);
  g_test_add_func ("/vips/announced", test_announced);
  g_test_add_func ("/vips/threads", test_threads);
  g_test_add_func ("/vips/killed", test_killed);
  g_test_add_func ("/vips/late", test_late);
  g_test_add_func ("/vips/fails", test_fails);
  return g_test_run ();
}
