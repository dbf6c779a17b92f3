/* The operation parallel-segment: each plane computed once, whoever asks, in whatever pieces
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "parallel-segment.h"

#include <string.h>

enum
{
  WIDTH = 200,
  HEIGHT = 150,
  N_PLANES = 12,
  PIECE = 128
};

/* --- An image whose reads are counted ------------------------------------------------- */

typedef struct
{
  gint reads[N_PLANES];
  gint n_asked; /* planes announced */
  gint n_samples;
  gboolean slow; /* reading takes a while, in which it can be cancelled */
  gint fail;     /* a plane that cannot be read, or -1 */
} Source;

/* Squares whose number, place and height depend on the plane. */
static guint16
get_pixel (gint64 plane, gint64 x, gint64 y)
{
  gint64 cell = 12 + plane;

  return (guint16)(x % cell < cell / 2 && y % cell < cell / 2 ? 1000 + 50 * plane : 100);
}

static gboolean
read_source (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
             LaminaJob *job, GError **error)
{
  Source *source = data;

  g_atomic_int_inc (&source->reads[plane]);
  if (source->fail == plane)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "plane %" G_GINT64_FORMAT " is broken",
                   plane);
      return FALSE;
    }
  for (gint i = 0; source->slow && i < 5; i++)
    {
      g_usleep (20);
      if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
        return FALSE;
    }
  for (gint64 y = 0; y < rect->height; y++)
    {
      guint16 *row = (guint16 *)(gpointer)((guint8 *)pixels + (gsize)y * stride);

      for (gint64 x = 0; x < rect->width; x++)
        row[x] = get_pixel (plane, rect->x + x, rect->y + y);
    }
  return TRUE;
}

static void
source_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  g_atomic_int_inc (&((Source *)data)->n_asked);
}

static LaminaImage *
make_image (Source *source)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_source, .will_need = source_will_need };
  LaminaInfo info = { .size = sizeof info,
                      .format = LAMINA_FORMAT_U16,
                      .samples = source->n_samples > 0 ? source->n_samples : 1,
                      .width = WIDTH,
                      .height = HEIGHT,
                      .n_t = 2,
                      .n_c = 1,
                      .n_z = N_PLANES / 2,
                      .t = (gint[]){ 3, 7 },
                      .share_t = 1,
                      .share_c = 1,
                      .share_z = 1,
                      .size_x = 0.5,
                      .size_y = 0.25,
                      .ahead = 1 << 20 };

  return lamina_image_new (&info, &funcs, source, NULL);
}

static LaminaOperation *
open_segment (LaminaImage *image, GError **error)
{
  return lamina_operation_new ("parallel-segment", NULL, error, "input", image, "sigma", 1.0, NULL);
}

/* --- What comes out ------------------------------------------------------------------------ */

typedef struct
{
  LaminaImage *labels;
  LaminaTable *objects;
} Outputs;

static void
open_outputs (Source *source, Outputs *outputs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaImage) image = make_image (source);
  g_autoptr (LaminaOperation) operation = open_segment (image, &error);

  g_assert_no_error (error);
  g_object_get (operation, "labels", &outputs->labels, "objects", &outputs->objects, NULL);
}

static void
clear_outputs (Outputs *outputs)
{
  g_clear_object (&outputs->labels);
  g_clear_object (&outputs->objects);
}

static guint
hash_plane (LaminaImage *labels, gint64 plane)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lamina_image_read_bytes (labels, plane, NULL, NULL, &error);

  g_assert_no_error (error);
  return g_bytes_hash (bytes);
}

/* The labels of a plane read in pieces, for hash_plane()'s hash; 0 with @error where that was
 * stopped. */
static guint
hash_pieces (LaminaImage *labels, gint64 plane, LaminaJob *job, GError **error)
{
  g_autofree guint32 *pixels = g_new0 (guint32, WIDTH * HEIGHT);
  g_autoptr (GBytes) bytes = NULL;

  for (gint64 y = 0; y < HEIGHT; y += PIECE)
    for (gint64 x = 0; x < WIDTH; x += PIECE)
      {
        LaminaRect rect = { x, y, MIN (PIECE, WIDTH - x), MIN (PIECE, HEIGHT - y) };

        if (!lamina_image_read (labels, plane, &rect, pixels + y * WIDTH + x,
                                WIDTH * sizeof *pixels, job, error))
          return 0;
      }
  bytes = g_bytes_new_static (pixels, sizeof *pixels * WIDTH * HEIGHT);
  return g_bytes_hash (bytes);
}

/* --- Tests ----------------------------------------------------------------------------------- */

static void
test_outputs (void)
{
  Source source = { .fail = -1 };
  Outputs outputs;
  const LaminaInfo *info;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows = NULL;
  const gdouble *row;
  guint n_columns;

  open_outputs (&source, &outputs);
  info = lamina_image_get_info (outputs.labels);
  g_assert_cmpint (info->format, ==, LAMINA_FORMAT_U32);
  g_assert_true (info->labels);
  g_assert_cmpint (info->t[1], ==, 7);

  n_columns = g_strv_length ((gchar **)lamina_table_get_columns (outputs.objects));
  rows = lamina_table_read (outputs.objects, N_PLANES / 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rows->len % n_columns, ==, 0);
  /* The first square of plane 6: 9 x 9 pixels from the corner, of which smoothing takes a pixel
   * away. */
  row = &g_array_index (rows, gdouble, 0);
  g_assert_cmpfloat (row[0], ==, 7);
  g_assert_cmpfloat (row[2], ==, 0);
  g_assert_cmpfloat (row[3], ==, 1);
  g_assert_cmpfloat (row[4], >=, 9 * 9);
  g_assert_cmpfloat (row[12], ==, 1000 + 50 * 6);
  g_assert_cmpfloat (row[13], ==, row[4] * 0.5 * 0.25);
  clear_outputs (&outputs);
}

static void
test_once (void)
{
  Source source = { .fail = -1 };
  Outputs outputs;
  g_autoptr (GError) error = NULL;

  open_outputs (&source, &outputs);
  for (gint64 plane = 0; plane < N_PLANES; plane++)
    {
      g_autoptr (GArray) rows = lamina_table_read (outputs.objects, plane, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (rows);
      g_assert_cmpuint (hash_pieces (outputs.labels, plane, NULL, &error), ==,
                        hash_plane (outputs.labels, plane));
      g_assert_cmpint (source.reads[plane], ==, 1);
    }
  clear_outputs (&outputs);
}

/* What is computed already is not announced to the input. */
static void
test_hints (void)
{
  Source source = { .fail = -1 };
  Outputs outputs;
  gint n_asked;

  open_outputs (&source, &outputs);
  lamina_table_will_need (outputs.objects, 5, NULL);
  g_assert_cmpint (source.n_asked, ==, 1);
  hash_plane (outputs.labels, 5);
  n_asked = source.n_asked;
  lamina_table_will_need (outputs.objects, 5, NULL);
  lamina_image_will_need (outputs.labels, 5, NULL, NULL);
  g_assert_cmpint (source.n_asked, ==, n_asked);
  clear_outputs (&outputs);
}

static void
test_errors (void)
{
  Source source = { .fail = 3 }, colored = { .fail = -1, .n_samples = 3 };
  Outputs outputs;
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaImage) rgb = make_image (&colored);

  open_outputs (&source, &outputs);
  for (gint i = 0; i < 2; i++) /* an error is not kept */
    {
      g_autoptr (GError) broken = NULL;

      g_assert_null (lamina_table_read (outputs.objects, 3, NULL, &broken));
      g_assert_error (broken, LAMINA_ERROR, LAMINA_ERROR_DATA);
      g_assert_cmpint (source.reads[3], ==, i + 1);
    }
  source.fail = -1;
  hash_plane (outputs.labels, 3);
  clear_outputs (&outputs);

  g_assert_null (open_segment (NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (open_segment (rgb, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED);
}

/* --- Two loops at once, one of them cancelled ---------------------------------------- */

typedef struct
{
  Outputs outputs;
  LaminaJob *job;
  const guint *hashes;
  const guint *lengths;
  gint n_done;
  gint cancel_at; /* planes after which the loop cancels itself, or -1 */
  gboolean done;
  GError *error;
} Loop;

static void
end_plane (Loop *loop)
{
  if (g_atomic_int_add (&loop->n_done, 1) + 1 == loop->cancel_at)
    g_cancellable_cancel (G_CANCELLABLE (loop->job));
}

static gboolean
check_labels (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Loop *loop = data;
  guint hash = hash_pieces (loop->outputs.labels, plane, job, error);

  if (hash == 0)
    return FALSE;
  g_assert_cmpuint (hash, ==, loop->hashes[plane]);
  end_plane (loop);
  return TRUE;
}

static gboolean
check_objects (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Loop *loop = data;
  g_autoptr (GArray) rows = lamina_table_read (loop->outputs.objects, plane, job, error);

  if (rows == NULL)
    return FALSE;
  g_assert_cmpuint (rows->len, ==, loop->lengths[plane]);
  end_plane (loop);
  return TRUE;
}

static gpointer
run_labels (gpointer data)
{
  Loop *loop = data;

  loop->done = lamina_job_run_planes (loop->job, (GObject **)&loop->outputs.labels, 1, check_labels,
                                      loop, &loop->error);
  return NULL;
}

static gpointer
run_objects (gpointer data)
{
  Loop *loop = data;

  loop->done = lamina_job_run_planes (loop->job, (GObject **)&loop->outputs.objects, 1,
                                      check_objects, loop, &loop->error);
  return NULL;
}

static void
check_end (const Loop *loop)
{
  if (loop->cancel_at < 0)
    {
      g_assert_no_error (loop->error);
      g_assert_true (loop->done);
      g_assert_cmpint (loop->n_done, ==, N_PLANES);
    }
  else if (!loop->done)
    g_assert_error (loop->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
run_both (gint repetition, const guint *hashes, const guint *lengths)
{
  Source source = { .fail = -1, .slow = repetition % 3 != 0 };
  Loop labels = { .hashes = hashes, .cancel_at = repetition % 2 == 0 ? N_PLANES / 2 : -1 };
  Loop objects = { .lengths = lengths, .cancel_at = repetition % 2 == 1 ? N_PLANES / 2 : -1 };
  GThread *thread;

  labels.job = lamina_job_new (1 + repetition % 4);
  objects.job = lamina_job_new (1 + repetition / 4 % 4);
  open_outputs (&source, &labels.outputs);
  objects.outputs = labels.outputs;

  thread = g_thread_new ("labels", run_labels, &labels);
  run_objects (&objects);
  g_thread_join (thread);

  check_end (&labels);
  check_end (&objects);
  /* One of the two went over all planes, and whatever it found was computed by one of the two. */
  g_assert_cmpint (lamina_job_get_count (labels.job, "planes-segmented")
                       + lamina_job_get_count (objects.job, "planes-segmented"),
                   ==, N_PLANES);

  g_clear_error (&labels.error);
  g_clear_error (&objects.error);
  clear_outputs (&labels.outputs);
  g_object_unref (labels.job);
  g_object_unref (objects.job);
}

static void
test_two_loops (void)
{
  Source source = { .fail = -1 };
  Outputs outputs;
  guint hashes[N_PLANES], lengths[N_PLANES];

  open_outputs (&source, &outputs);
  for (gint64 plane = 0; plane < N_PLANES; plane++)
    {
      g_autoptr (GArray) rows = lamina_table_read (outputs.objects, plane, NULL, NULL);

      hashes[plane] = hash_plane (outputs.labels, plane);
      lengths[plane] = rows->len;
    }
  clear_outputs (&outputs);

  for (gint repetition = 0; repetition < 1000; repetition++)
    run_both (repetition, hashes, lengths);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("parallel-segment", IDR_TYPE_PARALLEL_SEGMENT, NULL));
  g_test_add_func ("/parallel-segment/outputs", test_outputs);
  g_test_add_func ("/parallel-segment/once", test_once);
  g_test_add_func ("/parallel-segment/hints", test_hints);
  g_test_add_func ("/parallel-segment/errors", test_errors);
  g_test_add_func ("/parallel-segment/two-loops", test_two_loops);
  return g_test_run ();
}
