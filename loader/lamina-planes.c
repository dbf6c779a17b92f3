/* The loop over planes: asks for what comes next ahead, and visits planes that share chunks
 * together SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

typedef struct
{
  GObject **sources;
  guint n_sources;
  LaminaTaskFunc func;
  gpointer data;
  gint64 n_planes;
  gint64 *order; /* of visits; NULL: as they are numbered */
  gint64 window; /* planes asked for ahead */
  GMutex lock;   /* held by the one thread that asks ahead; the others do not wait for it */
  gint64 asked;  /* visits that were asked for */
} Planes;

static const LaminaInfo *
get_info (GObject *source)
{
  return LAMINA_IS_IMAGE (source) ? lamina_image_get_info (LAMINA_IMAGE (source))
                                  : lamina_table_get_info (LAMINA_TABLE (source));
}

/* --- The order ---------------------------------------------------------------------- */

typedef struct
{
  gint64 t, c, z; /* the block of chunks that a plane lies in */
  gint64 plane;
} Visit;

static gint
compare_visits (gconstpointer a, gconstpointer b)
{
  const Visit *v = a, *w = b;

#define COMPARE(field)                                                                             \
  if (v->field != w->field)                                                                        \
  return v->field < w->field ? -1 : 1
  COMPARE (t);
  COMPARE (c);
  COMPARE (z);
  COMPARE (plane);
#undef COMPARE
  return 0;
}

static gint64 *
make_order (const LaminaInfo *info, gint64 n_planes)
{
  g_autofree Visit *visits = NULL;
  gint64 *order;

  if (MAX (info->share_t, 1) * (gint64)MAX (info->share_c, 1) <= 1)
    return NULL; /* neighbours in z are neighbours already */

  visits = g_new (Visit, n_planes);
  for (gint64 plane = 0; plane < n_planes; plane++)
    {
      gint t, c, z;

      lamina_info_get_place (info, plane, &t, &c, &z);
      visits[plane].t = t / MAX (info->share_t, 1);
      visits[plane].c = c / MAX (info->share_c, 1);
      visits[plane].z = z / MAX (info->share_z, 1);
      visits[plane].plane = plane;
    }
  qsort (visits, (gsize)n_planes, sizeof *visits, compare_visits);

  order = g_new (gint64, n_planes);
  for (gint64 i = 0; i < n_planes; i++)
    order[i] = visits[i].plane;
  return order;
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

/* Asks for the planes of the window that begins with visit @index. */
static void
ask_ahead (Planes *planes, gint64 index, LaminaJob *job)
{
  gint64 end = index + MIN (planes->window, planes->n_planes - index);

  if (planes->window == 0 || !g_mutex_trylock (&planes->lock))
    return;
  for (; planes->asked < end; planes->asked++)
    for (guint i = 0; i < planes->n_sources; i++)
      ask (planes->sources[i], planes->order != NULL ? planes->order[planes->asked] : planes->asked,
           job);
  g_mutex_unlock (&planes->lock);
}

/* --- The loop ------------------------------------------------------------------------- */

static gboolean
visit (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Planes *planes = data;

  ask_ahead (planes, index, job);
  if (!planes->func (planes->order != NULL ? planes->order[index] : index, planes->data, job,
                     error))
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
  gboolean done;

  g_return_val_if_fail (n_sources > 0 && func != NULL, FALSE);

  planes.n_planes = lamina_info_get_n_planes (get_info (sources[0]));
  for (guint i = 1; i < n_sources; i++)
    g_return_val_if_fail (lamina_info_get_n_planes (get_info (sources[i])) == planes.n_planes,
                          FALSE);
  planes.order = make_order (get_info (sources[0]), planes.n_planes);
  planes.window = make_window (sources, n_sources);
  g_mutex_init (&planes.lock);

  done = lamina_job_run (job, planes.n_planes, visit, &planes, error);

  g_mutex_clear (&planes.lock);
  g_free (planes.order);
  return done;
}
