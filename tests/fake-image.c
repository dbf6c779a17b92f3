/* An image and a table that know what is asked of them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fake-image.h"

void
fake_init (FakeImage *fake, gint n_t, gint n_c, gint n_z, gint64 ahead)
{
  *fake = (FakeImage){ .fails_at = -1 };
  fake->info = (LaminaInfo){ .size = sizeof (LaminaInfo),
                             .format = LAMINA_FORMAT_U16,
                             .samples = 1,
                             .width = 7,
                             .height = 5,
                             .n_t = n_t,
                             .n_c = n_c,
                             .n_z = n_z,
                             .tile_width = 7,
                             .tile_height = 5,
                             .ahead = ahead * 7 * 5 * 2 };
  g_mutex_init (&fake->lock);
  fake->hints = g_array_new (FALSE, FALSE, sizeof (gint64));
  fake->reads = g_array_new (FALSE, FALSE, sizeof (gint64));
  fake->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
fake_clear (FakeImage *fake)
{
  g_array_unref (fake->hints);
  g_array_unref (fake->reads);
  g_hash_table_unref (fake->waiting);
  g_mutex_clear (&fake->lock);
}

guint16
fake_get_pixel (gint64 plane, gint64 x, gint64 y)
{
  return (guint16)(plane * 1000 + y * 10 + x);
}

static gint
count_reads (FakeImage *fake, gint64 plane)
{
  gint n = 0;

  for (guint i = 0; i < fake->reads->len; i++)
    n += g_array_index (fake->reads, gint64, i) == plane;
  return n;
}

static void
note_hint (gint64 plane, FakeImage *fake)
{
  g_mutex_lock (&fake->lock);
  g_array_append_val (fake->hints, plane);
  if (count_reads (fake, plane) == 0) /* a hint may come late, and does no harm then */
    g_hash_table_add (fake->waiting, g_memdup2 (&plane, sizeof plane));
  fake->most_waiting = MAX (fake->most_waiting, g_hash_table_size (fake->waiting));
  g_mutex_unlock (&fake->lock);
}

static gboolean
note_read (gint64 plane, FakeImage *fake, GError **error)
{
  g_mutex_lock (&fake->lock);
  g_array_append_val (fake->reads, plane);
  g_hash_table_remove (fake->waiting, &plane);
  g_mutex_unlock (&fake->lock);
  g_atomic_int_inc (&fake->n_reads);

  if (plane != fake->fails_at)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "plane %d is broken", (gint)plane);
  return FALSE;
}

static void
image_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  note_hint (plane, data);
}

static gboolean
image_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  if (!note_read (plane, data, error))
    return FALSE;
  for (gint64 y = 0; y < rect->height; y++)
    {
      guint16 *row = (guint16 *)((guint8 *)pixels + (gsize)y * stride);

      for (gint64 x = 0; x < rect->width; x++)
        row[x] = fake_get_pixel (plane, rect->x + x, rect->y + y);
    }
  return TRUE;
}

static void
note_destroyed (gpointer data)
{
  FakeImage *fake = data;

  fake->n_destroyed++;
}

LaminaImage *
fake_image_new (FakeImage *fake)
{
  static const LaminaImageFuncs funcs = { sizeof (LaminaImageFuncs), image_read, image_will_need };

  return lamina_image_new (&fake->info, &funcs, fake, note_destroyed);
}

static void
table_will_need (gint64 plane, gpointer data, LaminaJob *job)
{
  note_hint (plane, data);
}

static GArray *
table_read (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  FakeImage *fake = data;
  gdouble row[] = { (gdouble)plane, 0 };
  GArray *rows;

  if (!note_read (plane, fake, error))
    return NULL;
  g_mutex_lock (&fake->lock);
  row[1] = count_reads (fake, plane);
  g_mutex_unlock (&fake->lock);
  rows = g_array_new (FALSE, FALSE, sizeof (gdouble));
  return g_array_append_vals (rows, row, G_N_ELEMENTS (row));
}

LaminaTable *
fake_table_new (FakeImage *fake)
{
  static const LaminaTableFuncs funcs = { sizeof (LaminaTableFuncs), table_read, table_will_need };
  static const gchar *const columns[] = { "plane", "reads", NULL };

  return lamina_table_new (columns, &fake->info, &funcs, fake, note_destroyed);
}

gchar *
fake_take_hints (FakeImage *fake)
{
  GString *text = g_string_new (NULL);

  g_mutex_lock (&fake->lock);
  for (guint i = 0; i < fake->hints->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "",
                            (gint)g_array_index (fake->hints, gint64, i));
  g_array_set_size (fake->hints, 0);
  g_mutex_unlock (&fake->lock);
  return g_string_free (text, FALSE);
}
