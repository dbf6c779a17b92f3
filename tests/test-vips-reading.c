/* Reading through libvips: what is read, who waits for whom, who stops, which errors arrive
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"
#include "made-image.h"
#include "vips-image.h"
#include "vips-stand.h"

static void
assert_same (GBytes *a, GBytes *b)
{
  g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),
                   g_bytes_get_size (b));
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

/* The first page of a stack fails when all others are there, and that is not forgotten. */
static void
check_late (gint64 height)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = read_late };
  LaminaInfo info = make_info (LAMINA_FORMAT_U8, 1, 1, 1, 64);
  LaminaImage *image;
  VipsImage *out;
  gdouble mean = 0;

  info.height = height;
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

/* Where libvips asks for strips of a page each, and where it asks for squares. */
static void
test_late (void)
{
  check_late (16);
  check_late (200);
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
  start_vips (argv[0]);
  g_test_add_func ("/vips/lazy", test_lazy);
  g_test_add_func ("/vips/announced", test_announced);
  g_test_add_func ("/vips/threads", test_threads);
  g_test_add_func ("/vips/killed", test_killed);
  g_test_add_func ("/vips/late", test_late);
  g_test_add_func ("/vips/fails", test_fails);
  return g_test_run ();
}
