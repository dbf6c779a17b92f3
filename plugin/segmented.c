/* The planes of an image, segmented
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmented.h"

#include "bands.h"
#include "cache.h"
#include "stack-work.h"
#include "tiling.h"

/* What stacks of one tile that were computed may cost in memory. Objects go last: they are small,
 * and dear to make again. */
#define STACKS_BYTES (8 << 20)
#define OBJECTS_BYTES (8 << 20)

/* What a row of the table takes at most. */
#define MAX_COLUMNS 64
#define MAX_ROW (MAX_COLUMNS * sizeof (gdouble))

/* Planes of a volume that are at work at the same time, as a rule. */
#define N_AT_WORK 8

struct _IdrSegmented
{
  LaminaImage *input;
  IdrSegmenter *segmenter;
  IdrStack stack; /* what each of them is, in one tile */
  gsize memory;
  gint64 reach;          /* pixels around a pixel that smoothing takes */
  IdrTileReader *reader; /* of stacks of one tile */
  IdrCache *stacks;      /* of Stack, by number */
  IdrCache *objects;     /* of GArray, by number: those of stacks that are not kept any more, too */
  IdrBands *bands;       /* those that were let go */

  GMutex lock;
  IdrStackWork *work; /* the one stack of many tiles that is under way: memory is for one */
  gint64 working;     /* its number */
  gint n_workers;
};

/* --- A stack that was computed --------------------------------------------------------- */

typedef struct
{
  IdrSegments *segments;
  GArray *objects;
} Stack;

static void
stack_clear (gpointer data)
{
  Stack *stack = data;

  idr_segments_unref (stack->segments);
  g_array_unref (stack->objects);
}

static void
stack_unref (gpointer stack)
{
  g_atomic_rc_box_release_full (stack, stack_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stack, stack_unref)

static gsize
get_objects_size (const GArray *objects)
{
  return sizeof *objects + objects->len * sizeof (IdrObject);
}

/* Takes over both. */
static Stack *
stack_new (IdrSegments *segments, GArray *objects)
{
  Stack *stack = g_atomic_rc_box_new0 (Stack);

  stack->segments = segments;
  stack->objects = objects;
  return stack;
}

static GBytes *
make_key (gint64 number)
{
  return g_bytes_new (&number, sizeof number);
}

/* --- All of them ---------------------------------------------------------------------------- */

static void
segmented_clear (gpointer data)
{
  IdrSegmented *self = data;

  idr_cache_free (self->stacks);
  idr_cache_free (self->objects);
  idr_bands_free (self->bands);
  idr_tile_reader_free (self->reader);
  idr_segmenter_free (self->segmenter);
  g_mutex_clear (&self->lock);
  g_object_unref (self->input);
}

IdrSegmented *
idr_segmented_ref (IdrSegmented *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
idr_segmented_unref (IdrSegmented *self)
{
  g_atomic_rc_box_release_full (self, segmented_clear);
}

IdrSegmented *
idr_segmented_new (LaminaImage *input, const IdrSegmentOptions *options, gboolean is_volume,
                   gint64 memory)
{
  IdrSegmented *self = g_atomic_rc_box_new0 (IdrSegmented);
  const LaminaInfo *info = lamina_image_get_info (input);
  IdrStack smallest;

  self->input = g_object_ref (input);
  self->segmenter = idr_segmenter_new (options);
  self->stack = idr_tiling_get_stack (info, is_volume);
  self->memory = idr_tiling_get_memory (memory);
  self->reach = (gint64)(4 * options->sigma + 0.5);
  smallest = self->stack;
  idr_tiling_choose (&smallest, info, self->reach, self->memory, 1);
  self->reader = idr_tile_reader_new (input, 0, 0);
  self->stacks = idr_cache_new (idr_tiling_is_whole (&smallest) ? STACKS_BYTES : self->memory / 2,
                                g_atomic_rc_box_acquire, stack_unref);
  self->objects = idr_cache_new (OBJECTS_BYTES, (gpointer (*) (gpointer))g_array_ref,
                                 (GDestroyNotify)g_array_unref);
  self->bands = idr_bands_new (input, self->segmenter, &self->stack, self->memory / 8);
  g_mutex_init (&self->lock);
  return self;
}

/* Keeps the objects longer than the rest, and counts. */
static void
note_computed (IdrSegmented *self, GBytes *key, const GArray *objects, LaminaJob *job)
{
  idr_cache_put (self->objects, key, (gpointer)objects, get_objects_size (objects));
  lamina_job_count (job, "objects", objects->len);
  lamina_job_count (job, "planes-segmented", self->stack.depth);
}

/* --- A stack of one tile ---------------------------------------------------------------------- */

typedef struct
{
  IdrSegmented *self;
  gint64 number; /* of the stack */
  LaminaJob *job;
} Request;

/* #IdrWatch */
static gboolean
is_wanted (gdouble share, gpointer job)
{
  return !g_cancellable_is_cancelled (job);
}

static IdrSegments *
segment_whole (const Request *request, GArray **objects, const gchar **problem, GError **error)
{
  IdrSegmented *self = request->self;
  g_autoptr (IdrSegmentation) segmentation
      = idr_segmentation_new (self->segmenter, &self->stack, self->memory);
  const IdrWatch watch = { is_wanted, request->job };

  *problem = "memory does not suffice";
  if (segmentation == NULL)
    return NULL;
  idr_segmentation_set_watch (segmentation, &watch);
  while (idr_segmentation_begin_pass (segmentation, problem))
    if (!idr_tile_reader_add (self->reader, request->number, segmentation, 0, request->job, problem,
                              error))
      return NULL;
  return *problem == NULL ? idr_segmentation_finish (segmentation, objects, problem) : NULL;
}

/* #IdrCacheMake */
static gpointer
compute_whole (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  g_autoptr (GError) fault = NULL;
  const gchar *problem = NULL;
  GArray *objects = NULL;
  IdrSegments *segments = segment_whole (request, &objects, &problem, &fault);

  if (segments == NULL && fault == NULL
      && !g_cancellable_set_error_if_cancelled (cancellable, &fault))
    idr_tiling_set_error (&request->self->stack, request->number, problem, &fault);
  if (segments == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return NULL;
    }
  note_computed (request->self, key, objects, request->job);
  *size = idr_segments_get_size (segments) + get_objects_size (objects);
  return stack_new (segments, objects);
}

/* --- A stack of many tiles ------------------------------------------------------------------- */

/* Bytes of pixels that are kept from one tile, and one pass, to the next, where that is worth
 * while: a whole plane, or what planes of a volume share. */
static gsize
get_kept (const IdrSegmented *self, const IdrStack *stack)
{
  const gint64 shared = stack->is_volume ? 2 * self->reach + 1 + N_AT_WORK : 1;
  const gdouble pixels = (gdouble)stack->width * (gdouble)stack->height * (gdouble)shared;
  /* Tiles are read with what is around them. */
  const gdouble bytes = 1.25 * pixels * (gdouble)idr_pixel_get_size (stack->pixel);

  return bytes <= (gdouble)self->memory / 4 ? self->memory / 4 : 0;
}

/* Rows that are kept from one band of tiles to the next, if they are few. */
static gint64
get_overlap (const IdrSegmented *self, const IdrStack *stack)
{
  const gdouble bytes = 2 * (gdouble)self->reach * (gdouble)stack->width
                        * (gdouble)idr_pixel_get_size (stack->pixel);

  return !stack->is_volume && bytes <= (gdouble)self->memory / 16 ? 2 * self->reach : 0;
}

static IdrStackWork *
make_work (IdrSegmented *self, const IdrStack *stack, gint64 number)
{
  const guint n_at_once = idr_tiling_get_n_at_once (stack, self->reach, self->memory);
  const gsize kept = get_kept (self, stack);
  IdrSegmentation *segmentation
      = idr_segmentation_new (self->segmenter, stack, self->memory / 2 - kept);

  if (segmentation == NULL)
    return NULL;
  return idr_stack_work_new (segmentation, self->input, number * stack->depth,
                             idr_tile_reader_new (self->input, kept, get_overlap (self, stack)),
                             n_at_once);
}

/* Joins whoever works on a stack, or begins with the @number-th. */
static IdrStackWork *
join_work (IdrSegmented *self, const IdrStack *stack, gint64 number, gint64 *working)
{
  IdrStackWork *work;

  g_mutex_lock (&self->lock);
  if (self->work == NULL)
    {
      self->work = make_work (self, stack, number);
      self->working = number;
      self->n_workers = 0;
    }
  work = self->work;
  *working = self->working;
  if (work != NULL)
    {
      idr_stack_work_ref (work);
      self->n_workers++;
    }
  g_mutex_unlock (&self->lock);
  return work;
}

/* What came of @work, which has ended; NULL with @error, or without where it must be done anew. */
static Stack *
conclude_work (IdrSegmented *self, IdrStackWork *work, gint64 number, GError **error)
{
  g_autoptr (GError) fault = NULL;
  const gchar *problem = NULL;
  GArray *objects = NULL;
  IdrSegments *segments = idr_stack_work_get_result (work, &objects, &problem, &fault);

  if (segments != NULL)
    return stack_new (segments, objects);
  if (fault == NULL && problem != NULL)
    idr_tiling_set_error (&self->stack, number, problem, &fault);
  if (fault != NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  return NULL;
}

/* Leaves @work; the first one to leave when it has ended keeps its @stack, the last one drops what
 * has not. */
static void
leave_work (IdrSegmented *self, IdrStackWork *work, gboolean has_ended, Stack *stack,
            LaminaJob *job)
{
  gboolean is_first;

  g_mutex_lock (&self->lock);
  is_first = self->work == work && has_ended;
  if (is_first && stack != NULL)
    {
      g_autoptr (GBytes) key = make_key (self->working);

      idr_cache_put (self->stacks, key, stack,
                     idr_segments_get_size (stack->segments) + get_objects_size (stack->objects));
      note_computed (self, key, stack->objects, job);
    }
  if (self->work == work && (--self->n_workers == 0 || has_ended))
    g_clear_pointer (&self->work, idr_stack_work_unref);
  g_mutex_unlock (&self->lock);
  idr_stack_work_unref (work);
}

static Stack *
compute_in_tiles (IdrSegmented *self, const IdrStack *tiled, gint64 number, LaminaJob *job,
                  GError **error)
{
  g_autoptr (GBytes) key = make_key (number);

  for (;;)
    {
      g_autoptr (Stack) stack = idr_cache_peek (self->stacks, key);
      g_autoptr (GError) fault = NULL;
      IdrStackWork *work;
      gint64 working;
      gboolean ended;

      if (stack != NULL)
        return g_steal_pointer (&stack);
      work = join_work (self, tiled, number, &working);
      if (work == NULL)
        {
          idr_tiling_set_error (&self->stack, number, "memory does not suffice", error);
          return NULL;
        }
      ended = idr_stack_work_help (work, job, error);
      if (ended)
        stack = conclude_work (self, work, working, &fault);
      leave_work (self, work, ended, stack, job);
      if (!ended)
        return NULL;
      if (working == number && fault != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&fault));
          return NULL;
        }
      if (working == number && stack != NULL)
        return g_steal_pointer (&stack);
    }
}

static Stack *
get_stack (IdrSegmented *self, gint64 number, LaminaJob *job, GError **error)
{
  Request request = { .self = self, .number = number, .job = job };
  IdrStack tiled = self->stack;
  g_autoptr (GBytes) key = NULL;

  idr_tiling_choose (&tiled, lamina_image_get_info (self->input), self->reach, self->memory,
                     lamina_job_get_n_threads (job));
  if (!idr_tiling_is_whole (&tiled))
    return compute_in_tiles (self, &tiled, number, job, error);
  key = make_key (number);
  return idr_cache_get (self->stacks, key, compute_whole, &request, G_CANCELLABLE (job), error);
}

/* --- Outputs ------------------------------------------------------------------------- */

gboolean
idr_segmented_read_labels (IdrSegmented *self, gint64 plane, const LaminaRect *rect,
                           gpointer labels, gsize stride, LaminaJob *job, GError **error)
{
  const gint64 number = plane / self->stack.depth, z = plane % self->stack.depth;
  g_autoptr (Stack) stack = get_stack (self, number, job, error);
  IdrBox box = { rect->x, rect->y, z, rect->x + rect->width, rect->y + rect->height, z + 1 };
  guint8 *row = labels;

  if (stack == NULL)
    return FALSE;
  while (box.y0 < box.y1)
    {
      const gint64 index = idr_segments_find_band (stack->segments, z, box.y0);
      g_autoptr (IdrBand) band
          = idr_bands_get (self->bands, number, stack->segments, index, job, error);
      gint64 n;

      if (band == NULL)
        return FALSE;
      n = idr_segments_paint_band (stack->segments, band, index, &box, (guint32 *)(gpointer)row,
                                   stride);
      box.y0 += n;
      row += (gsize)n * stride;
    }
  return TRUE;
}

/* Of the objects of a volume, those that begin in plane @z of it: they are in the order of their
 * first pixels. */
static GArray *
select_objects (const GArray *objects, gint64 z)
{
  guint from = 0, to;
  GArray *selected;

  for (; from < objects->len && g_array_index (objects, IdrObject, from).z0 < z; from++)
    ;
  for (to = from; to < objects->len && g_array_index (objects, IdrObject, to).z0 == z; to++)
    ;
  selected = g_array_sized_new (FALSE, FALSE, sizeof (IdrObject), to - from);
  return to > from
             ? g_array_append_vals (selected, &g_array_index (objects, IdrObject, from), to - from)
             : selected;
}

/* Whether there is memory for the rows of a table, which abort where there is not. */
static gboolean
check_rows (const IdrSegmented *self, gint64 number, guint n, GError **error)
{
  g_autofree gchar *problem = NULL;
  gpointer room = n <= G_MAXUINT / MAX_COLUMNS ? g_try_malloc (n * MAX_ROW + 1) : NULL;

  g_free (room);
  if (room != NULL)
    return TRUE;
  problem = g_strdup_printf ("the rows of its %u objects do not fit into memory: minimum-area= "
                             "takes small ones away",
                             n);
  idr_tiling_set_error (&self->stack, number, problem, error);
  return FALSE;
}

GArray *
idr_segmented_read_objects (IdrSegmented *self, gint64 plane, LaminaJob *job, GError **error)
{
  const gint64 number = plane / self->stack.depth;
  g_autoptr (GBytes) key = make_key (number);
  g_autoptr (GArray) objects = idr_cache_peek (self->objects, key);

  if (objects == NULL)
    {
      g_autoptr (Stack) stack = get_stack (self, number, job, error);

      if (stack == NULL)
        return NULL;
      objects = g_array_ref (stack->objects);
    }
  if (!check_rows (self, number, objects->len, error))
    return NULL;
  return self->stack.is_volume ? select_objects (objects, plane % self->stack.depth)
                               : g_steal_pointer (&objects);
}

void
idr_segmented_will_need (IdrSegmented *self, gint64 plane, gboolean objects_only, LaminaJob *job)
{
  g_autoptr (GBytes) key = make_key (plane / self->stack.depth);

  if (!idr_cache_has (self->stacks, key) && !(objects_only && idr_cache_has (self->objects, key)))
    lamina_image_will_need (self->input, plane, NULL, job);
}
