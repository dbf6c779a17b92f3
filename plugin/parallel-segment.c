/* The operation parallel-segment: what is kept of each plane, and the outputs that are painted from
 * it
 *
 * A plane is computed once, whoever asks, and kept as runs and rows: the labels are painted from
 * the runs, in whatever rectangles they are read, and the table is made of the rows.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "parallel-segment.h"

#include "cache.h"
#include "object-rows.h"
#include "segment.h"

/* What the planes that were computed may cost in memory. Rows go last: they are small, and dear to
 * make again. */
#define PLANES_BYTES (8 << 20)
#define ROWS_BYTES (8 << 20)

/* --- A plane that was computed --------------------------------------------------------- */

typedef struct
{
  IdrSegments *runs;
  GArray *rows;
} Plane;

static void
plane_clear (gpointer data)
{
  Plane *plane = data;

  idr_segments_unref (plane->runs);
  g_array_unref (plane->rows);
}

static void
plane_unref (gpointer plane)
{
  g_atomic_rc_box_release_full (plane, plane_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plane, plane_unref)

static gsize
get_rows_size (const GArray *rows)
{
  return sizeof *rows + rows->len * sizeof (gdouble);
}

/* --- The planes, shared by both outputs --------------------------------------------- */

typedef struct
{
  LaminaImage *input;
  IdrSegmenter *segmenter;
  IdrObjectRows *columns;
  IdrCache *computed; /* of Plane, by number */
  IdrCache *rows;     /* of GArray, by number: those of planes that are not kept any more, too */
  GMutex lock;
  GPtrArray *buffers; /* for the input's pixels, one for each thread that is at work */
} Planes;

static void
planes_clear (gpointer data)
{
  Planes *planes = data;

  idr_cache_free (planes->computed);
  idr_cache_free (planes->rows);
  idr_segmenter_free (planes->segmenter);
  idr_object_rows_free (planes->columns);
  g_ptr_array_unref (planes->buffers);
  g_mutex_clear (&planes->lock);
  g_object_unref (planes->input);
}

static void
planes_unref (gpointer planes)
{
  g_atomic_rc_box_release_full (planes, planes_clear);
}

static Planes *
planes_new (LaminaImage *input, const IdrSegmentOptions *options)
{
  Planes *planes = g_atomic_rc_box_new0 (Planes);

  planes->input = g_object_ref (input);
  planes->segmenter = idr_segmenter_new (options);
  planes->columns = idr_object_rows_new (lamina_image_get_info (input));
  planes->computed = idr_cache_new (PLANES_BYTES, g_atomic_rc_box_acquire, plane_unref);
  planes->rows = idr_cache_new (ROWS_BYTES, (gpointer (*) (gpointer))g_array_ref,
                                (GDestroyNotify)g_array_unref);
  planes->buffers = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&planes->lock);
  return planes;
}

static GBytes *
make_key (gint64 plane)
{
  return g_bytes_new (&plane, sizeof plane);
}

/* A buffer for one plane of the input; NULL where there is no memory. */
static gpointer
take_buffer (Planes *planes)
{
  const LaminaInfo *info = lamina_image_get_info (planes->input);
  gpointer buffer = NULL;
  gsize size;

  g_mutex_lock (&planes->lock);
  if (planes->buffers->len > 0)
    buffer = g_ptr_array_steal_index_fast (planes->buffers, planes->buffers->len - 1);
  g_mutex_unlock (&planes->lock);

  if (buffer == NULL && g_size_checked_mul (&size, (gsize)info->width, (gsize)info->height)
      && g_size_checked_mul (&size, size, lamina_info_get_pixel_size (info)))
    buffer = g_try_malloc (size);
  return buffer;
}

static void
give_buffer (Planes *planes, gpointer buffer)
{
  g_mutex_lock (&planes->lock);
  g_ptr_array_add (planes->buffers, buffer);
  g_mutex_unlock (&planes->lock);
}

/* Segments the pixels of @plane. */
static Plane *
segment (Planes *planes, gint64 plane, gconstpointer pixels, LaminaJob *job, GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (planes->input);
  IdrRaster raster = { .pixel = (IdrPixel)info->format,
                       .data = pixels,
                       .stride = (gsize)info->width * lamina_info_get_pixel_size (info),
                       .width = info->width,
                       .height = info->height };
  g_autoptr (GArray) objects = NULL;
  const gchar *problem = NULL;
  IdrSegments *runs;
  Plane *computed;

  runs = idr_segmenter_run (planes->segmenter, &raster, &objects, &problem);
  if (runs == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Plane %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels: %s; a coarser level= is smaller",
                   plane, info->width, info->height, problem);
      return NULL;
    }

  computed = g_atomic_rc_box_new0 (Plane);
  computed->runs = runs;
  computed->rows = idr_object_rows_make (planes->columns, plane, objects);
  lamina_job_count (job, "objects", objects->len);
  lamina_job_count (job, "planes-segmented", 1);
  return computed;
}

typedef struct
{
  Planes *planes;
  gint64 plane;
  LaminaJob *job;
} Request;

/* Reads and segments a plane: #IdrCacheMake. */
static gpointer
compute (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  Planes *planes = request->planes;
  const LaminaInfo *info = lamina_image_get_info (planes->input);
  gsize stride = (gsize)info->width * lamina_info_get_pixel_size (info);
  gpointer buffer = take_buffer (planes);
  Plane *computed = NULL;

  if (buffer == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Planes of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels do not fit into memory; a coarser level= is smaller",
                   info->width, info->height);
      return NULL;
    }
  if (lamina_image_read (planes->input, request->plane, NULL, buffer, stride, request->job, error))
    computed = segment (planes, request->plane, buffer, request->job, error);
  give_buffer (planes, buffer);
  if (computed == NULL)
    return NULL;

  idr_cache_put (planes->rows, key, computed->rows, get_rows_size (computed->rows));
  *size = idr_segments_get_size (computed->runs) + get_rows_size (computed->rows);
  return computed;
}

static Plane *
get_plane (Planes *planes, GBytes *key, gint64 plane, LaminaJob *job, GError **error)
{
  Request request = { planes, plane, job };

  return idr_cache_get (planes->computed, key, compute, &request, G_CANCELLABLE (job), error);
}

/* --- The outputs ------------------------------------------------------------------------ */

static gboolean
read_labels (gint64 number, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
             LaminaJob *job, GError **error)
{
  Planes *planes = data;
  g_autoptr (GBytes) key = make_key (number);
  g_autoptr (Plane) plane = get_plane (planes, key, number, job, error);

  if (plane == NULL)
    return FALSE;
  idr_segments_paint (plane->runs, rect->x, rect->y, rect->width, rect->height, pixels, stride);
  return TRUE;
}

static GArray *
read_objects (gint64 number, gpointer data, LaminaJob *job, GError **error)
{
  Planes *planes = data;
  g_autoptr (GBytes) key = make_key (number);
  g_autoptr (GArray) rows = idr_cache_peek (planes->rows, key);

  if (rows == NULL)
    {
      g_autoptr (Plane) plane = get_plane (planes, key, number, job, error);

      if (plane == NULL)
        return NULL;
      rows = g_array_ref (plane->rows);
    }
  return g_array_copy (rows); /* the reader may do with it what it likes */
}

static void
labels_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  Planes *planes = data;
  g_autoptr (GBytes) key = make_key (plane);

  if (!idr_cache_has (planes->computed, key))
    lamina_image_will_need (planes->input, plane, NULL, job);
}

static void
objects_will_need (gint64 plane, gpointer data, LaminaJob *job)
{
  Planes *planes = data;
  g_autoptr (GBytes) key = make_key (plane);

  if (!idr_cache_has (planes->rows, key) && !idr_cache_has (planes->computed, key))
    lamina_image_will_need (planes->input, plane, NULL, job);
}

static LaminaImage *
make_labels (Planes *planes)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_labels, .will_need = labels_will_need };
  g_autoptr (LaminaInfo) info = lamina_info_copy (lamina_image_get_info (planes->input));

  /* The input's bytes are what is fetched ahead, and labels have others. */
  info->ahead = info->ahead / (gint64)lamina_info_get_pixel_size (info) * (gint64)sizeof (guint32);
  info->format = LAMINA_FORMAT_U32;
  info->labels = TRUE;
  return lamina_image_new (info, &funcs, g_atomic_rc_box_acquire (planes), planes_unref);
}

static LaminaTable *
make_objects (Planes *planes)
{
  static const LaminaTableFuncs funcs
      = { .size = sizeof funcs, .read = read_objects, .will_need = objects_will_need };

  return lamina_table_new (idr_object_rows_get_columns (planes->columns),
                           lamina_image_get_info (planes->input), &funcs,
                           g_atomic_rc_box_acquire (planes), planes_unref);
}

/* --- The operation ------------------------------------------------------------------------ */

struct _IdrParallelSegment
{
  LaminaOperation parent_instance;

  LaminaImage *input;
  gdouble sigma, fraction;
  LaminaImage *labels;
  LaminaTable *objects;
};

G_DEFINE_FINAL_TYPE (IdrParallelSegment, idr_parallel_segment, LAMINA_TYPE_OPERATION)

static void
idr_parallel_segment_init (IdrParallelSegment *self)
{
}

static gboolean
idr_parallel_segment_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  IdrParallelSegment *self = IDR_PARALLEL_SEGMENT (operation);
  IdrSegmentOptions options = { .sigma = self->sigma, .fraction = self->fraction };
  Planes *planes;

  if (self->input == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "There is no image to segment: put a source of one to its left");
      return FALSE;
    }
  if (lamina_image_get_info (self->input)->samples != 1)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "The image has %d samples in each pixel: give it one channel at a time",
                   lamina_image_get_info (self->input)->samples);
      return FALSE;
    }

  planes = planes_new (self->input, &options);
  self->labels = make_labels (planes);
  self->objects = make_objects (planes);
  planes_unref (planes);
  return TRUE;
}

static void
idr_parallel_segment_class_init (IdrParallelSegmentClass *klass)
{
  LaminaOperationClass *operation_class = LAMINA_OPERATION_CLASS (klass);

  operation_class->title = "Segment planes";
  operation_class->summary = "Smooths every plane with a Gaussian, keeps what is brighter than a "
                             "fraction of its maximum, "
                             "and numbers the objects, exactly as scipy.ndimage does";
  operation_class->open = idr_parallel_segment_open;

  lamina_operation_class_add (
      operation_class,
      g_param_spec_object ("input", "Input", "The image to segment", LAMINA_TYPE_IMAGE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, input));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_double ("sigma", "Sigma",
                           "Standard deviation of the Gaussian, in pixels; 0 for no smoothing", 0,
                           100, 1, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, sigma));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_double ("fraction", "Fraction",
                           "Objects are brighter than this part of the smoothed plane's maximum", 0,
                           1, 0.33, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, fraction));
  lamina_operation_class_add (operation_class,
                              g_param_spec_object ("labels", "Labels",
                                                   "The planes with each object's pixels numbered",
                                                   LAMINA_TYPE_IMAGE, LAMINA_OUT),
                              G_STRUCT_OFFSET (IdrParallelSegment, labels));
  lamina_operation_class_add (operation_class,
                              g_param_spec_object ("objects", "Objects",
                                                   "The objects and what they measure, a row each",
                                                   LAMINA_TYPE_TABLE, LAMINA_OUT),
                              G_STRUCT_OFFSET (IdrParallelSegment, objects));
}
