/* The loop over planes: asks for what comes next ahead, and visits planes that share chunks
 * together
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

typedef struct
{
  GObject **sources;
  guint n_sources;
  LaminaTaskFunc func;
  gpointer data;
  const LaminaInfo *info; /* of the first source, which orders the visits */
  gint64 window;          /* planes asked for ahead */
  GMutex lock;  /* held by the one thread that asks ahead; the others do not wait for it */
  gint64 asked; /* visits that were asked for */
} Planes;

static const LaminaInfo *
get_info (GObject *source)
{
  return LAMINA_IS_IMAGE (source) ? lamina_image_get_info (LAMINA_IMAGE (source))
                                  : lamina_table_get_info (LAMINA_TABLE (source));
}

/* --- The order ---------------------------------------------------------------------- */

/* The neighbours of @places[i] that lie in a chunk with it, of which @share do: [from, to). */
static void
find_block (const gint *places, gint n, gint share, gint i, gint *from, gint *to)
{
#define BLOCK(k) ((places != NULL ? places[k] : (k)) / MAX (share, 1))
  for (*from = i; *from > 0 && BLOCK (*from - 1) == BLOCK (i); --*from)
    ;
  for (*to = i + 1; *to < n && BLOCK (*to) == BLOCK (i); ++*to)
    ;
#undef BLOCK
}

/* The plane that is visited at @index: block of chunks by block, and in a block as planes are
 * numbered. A block of t takes all visits of its frames, a block of c in it all of its channels'.
 */
static gint64
get_plane (const LaminaInfo *info, gint64 index)
{
  gint t, t_end, c, c_end, z, z_end;
  gint64 n_t, n_c, n_z;

  find_block (info->t, info->n_t, info->share_t, (gint)(index / info->n_z / info->n_c), &t, &t_end);
  n_t = t_end - t;
  index -= t * (gint64)info->n_c * info->n_z;

  find_block (info->c, info->n_c, info->share_c, (gint)(index / info->n_z / n_t), &c, &c_end);
  n_c = c_end - c;
  index -= c * n_t * info->n_z;

  find_block (info->z, info->n_z, info->share_z, (gint)(index / n_c / n_t), &z, &z_end);
  n_z = z_end - z;
  index -= z * n_t * n_c;

  return ((t + index / n_z / n_c) * info->n_c + c + index / n_z % n_c) * info->n_z + z
         + index % n_z;
}

/* --- The window ----------------------------------------------------------------------- */

/* As many planes as fit into what every source is willing to be asked for ahead. */
static gint64
make_window (GObject **sources, guint n_sources)
{
  gint64 window = G_MAXINT64;

  for (guint i = 0; i < n_sources; i++)
    {
      const LaminaInfo *info = get_info (sources[i]);
      gdouble bytes = (gdouble)info->width * (gdouble)info->height
                      * (gdouble)lamina_info_get_pixel_size (info);

      window = MIN (window, (gint64)((gdouble)info->ahead / MAX (bytes, 1.0)));
    }
  return window;
}

static void
ask (GObject *source, gint64 plane, LaminaJob *job)
{
  if (LAMINA_IS_IMAGE (source))
    {
      const LaminaInfo *info = get_info (source);
      LaminaRect whole = { 0, 0, info->width, info->height };

      lamina_image_will_need (LAMINA_IMAGE (source), plane, &whole, job);
    }
  else
    lamina_table_will_need (LAMINA_TABLE (source), plane, job);
}

/* Asks for the planes of the window behind visit @index, which is read now. */
static void
ask_ahead (Planes *planes, gint64 index, LaminaJob *job)
{
  gint64 next = index + 1;
  gint64 end = next + MIN (planes->window, lamina_info_get_n_planes (planes->info) - next);

  if (planes->window == 0 || !g_mutex_trylock (&planes->lock))
    return;
  for (planes->asked = MAX (planes->asked, next); planes->asked < end; planes->asked++)
    for (guint i = 0; i < planes->n_sources; i++)
      ask (planes->sources[i], get_plane (planes->info, planes->asked), job);
  g_mutex_unlock (&planes->lock);
}

/* --- The loop ------------------------------------------------------------------------- */

static gboolean
visit (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Planes *planes = data;

  ask_ahead (planes, index, job);
  if (!planes->func (get_plane (planes->info, index), planes->data, job, error))
    return FALSE;
  lamina_job_count (job, "planes", 1);
  return TRUE;
}

/**
 * lamina_job_run_planes: (skip)
 * @job: (nullable): a job
 * @sources: (array length=n_sources): the images and tables that @func will read, of equally many
 * planes
 * @n_sources: how many, at least one
 * @func: does what is to be done with a plane, told its number
 * @data: for @func
 * @error: the first error of a plane
 *
 * Calls @func for every plane of @sources as lamina_job_run() does, with two differences: planes
 * that lie in chunks together follow each other, and the planes that come next are announced to
 * @sources, as many as these are willing to fetch ahead, so that a thread seldom waits for a
 * network. Counts "planes".
 *
 * Returns: whether all planes were done
 */
gboolean
lamina_job_run_planes (LaminaJob *job, GObject **sources, guint n_sources, LaminaTaskFunc func,
                       gpointer data, GError **error)
{
  Planes planes = { .sources = sources, .n_sources = n_sources, .func = func, .data = data };
  gint64 n_planes;
  gboolean done;

  g_return_val_if_fail (n_sources > 0 && func != NULL, FALSE);

  planes.info = get_info (sources[0]);
  n_planes = lamina_info_get_n_planes (planes.info);
  for (guint i = 1; i < n_sources; i++)
    g_return_val_if_fail (lamina_info_get_n_planes (get_info (sources[i])) == n_planes, FALSE);
  planes.window = make_window (sources, n_sources);
  g_mutex_init (&planes.lock);

  done = lamina_job_run (job, n_planes, visit, &planes, error);

  g_mutex_clear (&planes.lock);
  return done;
}
