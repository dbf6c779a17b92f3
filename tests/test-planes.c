/* The loop over planes: every plane once, shared chunks together, and a window asked for ahead
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"

#include <stdlib.h>

/* What a loop reads, and the planes in the order in which it was told them. */
typedef struct
{
  LaminaImage *image; /* or NULL */
  LaminaTable *table; /* or NULL */
  gint n_visits;
  gint64 visits[1000];
} Reader;

static gboolean
read_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Reader *reader = data;

  reader->visits[g_atomic_int_add (&reader->n_visits, 1)] = plane;
  if (reader->image != NULL)
    {
      g_autoptr (GBytes) pixels = lamina_image_read_bytes (reader->image, plane, NULL, job, error);

      if (pixels == NULL)
        return FALSE;
    }
  if (reader->table != NULL)
    {
      g_autoptr (GArray) rows = lamina_table_read (reader->table, plane, job, error);

      if (rows == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
run (Reader *reader, LaminaJob *job, GError **error)
{
  GObject *sources[2];
  guint n = 0;

  if (reader->image != NULL)
    sources[n++] = G_OBJECT (reader->image);
  if (reader->table != NULL)
    sources[n++] = G_OBJECT (reader->table);
  return lamina_job_run_planes (job, sources, n, read_plane, reader, error);
}

static void
reader_clear (Reader *reader)
{
  g_clear_object (&reader->image);
  g_clear_object (&reader->table);
}

static gint
compare_planes (gconstpointer a, gconstpointer b)
{
  const gint64 *p = a, *q = b;

  return (*p > *q) - (*p < *q);
}

static void
assert_each_once (Reader *reader, gint n_planes)
{
  g_assert_cmpint (reader->n_visits, ==, n_planes);
  qsort (reader->visits, (gsize)n_planes, sizeof (gint64), compare_planes);
  for (gint i = 0; i < n_planes; i++)
    g_assert_cmpint (reader->visits[i], ==, i);
}

/* --- Which planes, and when ---------------------------------------------------------------- */

static void
test_each_once (void)
{
  for (gint n_threads = 1; n_threads < 8; n_threads += 3)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
      g_autoptr (GError) error = NULL;
      FakeImage fake;
      Reader reader = { NULL };

      fake_init (&fake, 5, 3, 20, 10);
      fake.info.share_t = 2;
      fake.info.share_z = 7;
      reader.image = fake_image_new (&fake);
      g_assert_true (run (&reader, job, &error));
      g_assert_no_error (error);
      assert_each_once (&reader, 300);
      g_assert_cmpint (lamina_job_get_count (job, "planes"), ==, 300);
      reader_clear (&reader);
      fake_clear (&fake);
    }
}

/* The naive order: a plane's chunk counts first, then its number. */
static const LaminaInfo *order_info;

static gint
compare_visits (gconstpointer a, gconstpointer b)
{
  gint64 planes[2] = { *(const gint64 *)a, *(const gint64 *)b };
  gint chunks[2][3];

  for (gint i = 0; i < 2; i++)
    {
      lamina_info_get_place (order_info, planes[i], &chunks[i][0], &chunks[i][1], &chunks[i][2]);
      chunks[i][0] /= MAX (order_info->share_t, 1);
      chunks[i][1] /= MAX (order_info->share_c, 1);
      chunks[i][2] /= MAX (order_info->share_z, 1);
    }
  for (gint k = 0; k < 3; k++)
    if (chunks[0][k] != chunks[1][k])
      return chunks[0][k] < chunks[1][k] ? -1 : 1;
  return compare_planes (a, b);
}

static void
assert_order (FakeImage *fake)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  gint n_planes = (gint)lamina_info_get_n_planes (&fake->info);
  gint64 expected[1000];
  Reader reader = { .image = fake_image_new (fake) };

  for (gint i = 0; i < n_planes; i++)
    expected[i] = i;
  order_info = &fake->info;
  qsort (expected, (gsize)n_planes, sizeof expected[0], compare_visits);
  g_assert_true (run (&reader, job, NULL));
  g_assert_cmpmem (reader.visits, (gsize)reader.n_visits * sizeof (gint64), expected,
                   (gsize)n_planes * sizeof (gint64));
  reader_clear (&reader);
}

static void
test_order (void)
{
  static const gint t[] = { 1, 2, 3, 6, 7 }, c[] = { 0, 3, 4 }, z[] = { 2, 3, 5, 7, 11, 13, 17 };
  FakeImage fake;

  fake_init (&fake, 5, 3, 7, 4);
  for (gint share = 0; share < 5 * 5 * 5; share++)
    {
      fake.info.share_t = share % 5;
      fake.info.share_c = share / 5 % 5;
      fake.info.share_z = share / 25;
      fake.info.t = fake.info.c = fake.info.z = NULL;
      assert_order (&fake);
      fake.info.t = t;
      fake.info.c = c;
      fake.info.z = z;
      assert_order (&fake);
    }
  fake_clear (&fake);
}

/* --- What is asked for ahead --------------------------------------------------------- */

/* What is on its way and not yet read never exceeds the bytes that the source allows, and the
 * planes that the threads have just taken on. */
static void
test_window (void)
{
  for (gint n_threads = 1; n_threads < 5; n_threads++)
    for (gint window = 0; window < 40; window = window * 2 + 1)
      {
        g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
        FakeImage fake;
        Reader reader = { NULL };

        fake_init (&fake, 1, 1, 200, window);
        reader.image = fake_image_new (&fake);
        g_assert_true (run (&reader, job, NULL));
        g_assert_cmpuint (fake.most_waiting, <=, window > 0 ? (guint)(window + n_threads) : 0);
        if (n_threads == 1)
          g_assert_cmpuint (fake.most_waiting, ==, window > 0 ? (guint)window + 1 : 0);
        reader_clear (&reader);
        fake_clear (&fake);
      }
}

/* A table asks ahead as its image does, and every plane but the first is asked for in time. */
static void
test_window_of_table (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autofree gchar *hints = NULL;
  FakeImage fake;
  Reader reader = { NULL };

  fake_init (&fake, 1, 1, 10, 3);
  fake.info.ahead += 30; /* what is left of a plane does not count */
  reader.table = fake_table_new (&fake);
  g_assert_true (run (&reader, job, NULL));
  hints = fake_take_hints (&fake);
  g_assert_cmpstr (hints, ==, "1 2 3 4 5 6 7 8 9");
  g_assert_cmpuint (fake.most_waiting, ==, 3 + 1);
  reader_clear (&reader);
  fake_clear (&fake);
}

/* Where planes share chunks, what comes next is asked for and not what is numbered next. */
static void
test_window_in_order (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autofree gchar *hints = NULL;
  FakeImage fake;
  Reader reader = { NULL };

  fake_init (&fake, 2, 1, 4, 2);
  fake.info.share_t = 2;
  reader.table = fake_table_new (&fake);
  g_assert_true (run (&reader, job, NULL));
  hints = fake_take_hints (&fake);
  g_assert_cmpstr (hints, ==, "4 1 5 2 6 3 7");
  reader_clear (&reader);
  fake_clear (&fake);
}

/* Of several sources the least willing decides, and all are asked. */
static void
test_two_sources (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  FakeImage image, table;
  Reader reader = { NULL };

  fake_init (&image, 1, 1, 50, 20);
  fake_init (&table, 1, 1, 50, 4);
  reader.image = fake_image_new (&image);
  reader.table = fake_table_new (&table);
  g_assert_true (run (&reader, job, NULL));
  assert_each_once (&reader, 50);
  g_assert_cmpint (image.n_reads, ==, 50);
  g_assert_cmpint (table.n_reads, ==, 50);
  g_assert_cmpuint (table.most_waiting, ==, 4 + 1);
  g_assert_cmpuint (table.hints->len, ==, 49);
  reader_clear (&reader);
  fake_clear (&image);
  fake_clear (&table);
}

/* --- Failures ------------------------------------------------------------------------ */

static void
test_error (void)
{
  for (gint n_threads = 1; n_threads < 5; n_threads += 3)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
      g_autoptr (GError) error = NULL;
      FakeImage fake;
      Reader reader = { NULL };

      fake_init (&fake, 1, 1, 500, 5);
      fake.fails_at = 30;
      reader.image = fake_image_new (&fake);
      g_assert_false (run (&reader, job, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
      if (n_threads == 1)
        g_assert_cmpint (reader.n_visits, ==, 31);
      g_assert_cmpint (lamina_job_get_count (job, "planes"), <, 500);
      reader_clear (&reader);
      fake_clear (&fake);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (GError) error = NULL;
  FakeImage fake;
  Reader reader = { NULL };

  fake_init (&fake, 1, 1, 10, 5);
  reader.table = fake_table_new (&fake);
  g_cancellable_cancel (G_CANCELLABLE (job));
  g_assert_false (run (&reader, job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (reader.n_visits, ==, 0);
  g_assert_cmpuint (fake.hints->len, ==, 0);
  reader_clear (&reader);
  fake_clear (&fake);
}

static void
test_no_job (void)
{
  FakeImage fake;
  Reader reader = { NULL };

  fake_init (&fake, 1, 1, 10, 5);
  reader.image = fake_image_new (&fake);
  g_assert_true (run (&reader, NULL, NULL));
  assert_each_once (&reader, 10);
  reader_clear (&reader);
  fake_clear (&fake);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/planes/each-once", test_each_once);
  g_test_add_func ("/planes/order", test_order);
  g_test_add_func ("/planes/window", test_window);
  g_test_add_func ("/planes/window-of-table", test_window_of_table);
  g_test_add_func ("/planes/window-in-order", test_window_in_order);
  g_test_add_func ("/planes/two-sources", test_two_sources);
  g_test_add_func ("/planes/error", test_error);
  g_test_add_func ("/planes/cancelled", test_cancelled);
  g_test_add_func ("/planes/no-job", test_no_job);
  return g_test_run ();
}
