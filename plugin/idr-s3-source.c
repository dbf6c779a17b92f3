/* The operation idr-s3-source: opens an image, selects planes of it, and reads them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "idr-s3-source.h"

#include "idr-error.h"
#include "locate.h"
#include "wishes.h"
#include "opened.h"
#include "selection.h"
#include "source-info.h"

#include <math.h>
#include <string.h>

/* Bytes, where the user does not say. */
#define LEAST_CACHE (64 << 20)
#define MOST_CACHE (512 << 20)

/* No image has more places along one axis. */
#define MAX_PLACES (100 * 1000 * 1000)

typedef enum
{
  MISSING_FILL,
  MISSING_ERROR
} Missing;

static GType
missing_get_type (void)
{
  static const GEnumValue values[] = {
    { MISSING_FILL, "Read as the array's fill value, and counted", "fill" },
    { MISSING_ERROR, "An error", "error" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IdrMissingChunks", values));
  return type;
}

/* --- Reading --------------------------------------------------------------------------- */

/* What the image needs as long as anyone holds it. */
typedef struct
{
  IdrOpened *opened;
  gint level;
  IdrWish *wish;
  IdrSelected selected;
  gboolean missing_is_error;
} Planes;

static void
planes_free (gpointer data)
{
  Planes *planes = data;

  g_clear_pointer (&planes->opened, idr_opened_unref);
  g_clear_pointer (&planes->wish, idr_wish_free);
  g_free (planes->selected.t);
  g_free (planes->selected.c);
  g_free (planes->selected.z);
  g_free (planes);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Planes, planes_free)

/* The array of the first field; the others' are like it. */
static const IdrArrayInfo *
get_info (const Planes *planes)
{
  return idr_array_get_info (planes->opened->arrays[planes->level]);
}

/* The array that @plane lies in, and where @rect of it lies in there. */
static IdrArray *
find_place (const Planes *planes, gint64 plane, const LaminaRect *rect, gint64 *start, gint64 *size)
{
  const IdrOme *ome = planes->opened->ome;
  const IdrSelected *s = &planes->selected;
  gint64 t = s->t[plane / s->n_z / s->n_c];
  gint64 n_t = ome->t >= 0 ? get_info (planes)->shape[ome->t] : 1;

  for (gint i = 0; i < ome->n_axes; i++)
    {
      start[i] = 0;
      size[i] = 1;
    }
  start[ome->x] = rect->x, size[ome->x] = rect->width;
  start[ome->y] = rect->y, size[ome->y] = rect->height;
  if (ome->z >= 0)
    start[ome->z] = s->z[plane % s->n_z];
  if (ome->c >= 0)
    start[ome->c] = s->c[plane / s->n_z % s->n_c];
  if (ome->t >= 0)
    start[ome->t] = t % n_t;
  return planes->opened->arrays[t / n_t * ome->n_levels + planes->level];
}

static void
count (LaminaJob *job, const IdrTally *tally)
{
  lamina_job_count (job, "bytes", tally->bytes);
  lamina_job_count (job, "retries", tally->retries);
  lamina_job_count (job, "chunks", tally->chunks);
  lamina_job_count (job, "decoded-again", tally->again);
  lamina_job_count (job, "missing-chunks", tally->missing);
  lamina_job_count (job, "decode-ns", tally->decode_ns);
}

static gboolean
read_planes (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
             LaminaJob *job, GError **error)
{
  Planes *planes = data;
  const IdrOme *ome = planes->opened->ome;
  gint64 start[IDR_ARRAY_MAX_DIMS], size[IDR_ARRAY_MAX_DIMS], strides[IDR_ARRAY_MAX_DIMS] = { 0 };
  IdrArray *array = find_place (planes, plane, rect, start, size);
  GError *problem = NULL;
  IdrTally tally = { 0 };
  gboolean done;

  strides[ome->x] = (gint64)idr_pixel_get_size (get_info (planes)->pixel);
  strides[ome->y] = (gint64)stride;
  done = idr_array_read (array, start, size, pixels, strides, planes->missing_is_error, &tally,
                         G_CANCELLABLE (job), &problem);
  count (job, &tally);
  if (!done)
    idr_error_propagate (error, &problem, "idr-s3-source");
  return done;
}

static void
planes_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  Planes *planes = data;
  gint64 start[IDR_ARRAY_MAX_DIMS], size[IDR_ARRAY_MAX_DIMS];
  IdrArray *array = find_place (planes, plane, rect, start, size);

  idr_array_will_need (array, start, size);
}

/* --- Opening ----------------------------------------------------------------------------- */

struct _IdrS3Source
{
  LaminaOperation parent_instance;

  gchar *location;
  gint level;
  gchar *t, *c, *z;
  gchar *well, *field;
  gint series;
  gchar *server, *endpoint, *bucket, *region, *profile, *cache;
  gboolean anonymous;
  gint connections;
  gint64 cache_size, cache_limit;
  gint missing_chunks;

  LaminaImage *image;
  gchar *metadata;
};

G_DEFINE_FINAL_TYPE (IdrS3Source, idr_s3_source, LAMINA_TYPE_OPERATION)

static void
idr_s3_source_init (IdrS3Source *self)
{
}

/* Whether the level that is asked for can be read, of all fields. */
static gboolean
check_level (const IdrOpened *opened, gint level, GError **error)
{
  if (level >= opened->ome->n_levels)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   opened->ome->n_levels == 1
                       ? "level=%d does not exist: the image has only level=0"
                       : "level=%d does not exist: the image has level=0 to "
                         "level=%d",
                   level, opened->ome->n_levels - 1);
      return FALSE;
    }
  for (gint field = 0; field < idr_opened_get_n_fields (opened); field++)
    if (idr_opened_get_array (opened, field, level, error) == NULL)
      return FALSE;
  return TRUE;
}

/* How many planes there are along an axis that the image may not have. 0 with @error where that is
 * no image. */
static gint
count_places (const IdrOpened *opened, const IdrArrayInfo *array, gint axis, GError **error)
{
  gint64 n = axis >= 0 ? array->shape[axis] : 1;

  if (n >= 1 && n <= G_GINT64_CONSTANT (100000000))
    return (gint)n;
  g_set_error (error, LAMINA_ERROR, n < 1 ? LAMINA_ERROR_DATA : LAMINA_ERROR_UNSUPPORTED,
               "%s: there are %" G_GINT64_FORMAT " places along its axis %s, which is no image",
               opened->location, n, opened->ome->axes[axis].name);
  return 0;
}

static gint *
select_places (const Planes *planes, gint axis, const gchar *name, const gchar *text, gint *n,
               GError **error)
{
  gint n_all = count_places (planes->opened, get_info (planes), axis, error);

  /* Fields follow each other along t. */
  if (name[0] == 't' && n_all <= MAX_PLACES)
    n_all *= idr_opened_get_n_fields (planes->opened);
  return n_all > 0 ? idr_selection_parse (text, name, n_all, n, error) : NULL;
}

/* Axes that are neither t, c, z, y nor x have no place among the planes. */
static gboolean
check_axes (const Planes *planes, GError **error)
{
  const IdrOme *ome = planes->opened->ome;
  const IdrArrayInfo *array = get_info (planes);

  for (gint i = 0; i < ome->n_axes; i++)
    if (i != ome->t && i != ome->c && i != ome->z && i != ome->y && i != ome->x
        && array->shape[i] != 1)
      {
        g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                     "%s: its axis %s is none of t, c, z, y, x, and has %" G_GINT64_FORMAT
                     " places",
                     planes->opened->location, ome->axes[i].name, array->shape[i]);
        return FALSE;
      }
  if (array->shape[ome->x] > 0 && array->shape[ome->y] > 0)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "%s: its planes have no pixels",
               planes->opened->location);
  return FALSE;
}

/* Programs read strips, and several threads of theirs strips of two rows of chunks at a time: each
 * chunk is asked for again and again. One half of the cache is for chunks that are on their way. */
static gsize
choose_cache_size (const Planes *planes)
{
  const IdrArrayInfo *array = get_info (planes);
  const gint x = planes->opened->ome->x;
  gdouble bytes = 2 * (gdouble)idr_pixel_get_size (array->pixel);

  for (gint i = 0; i < array->n_dims; i++)
    bytes *= (gdouble)array->chunk[i];
  bytes *= 2 * ceil ((gdouble)array->shape[x] / (gdouble)array->chunk[x]) + 2;
  return (gsize)CLAMP (bytes, LEAST_CACHE, MOST_CACHE);
}

static Planes *
open_planes (IdrS3Source *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (Planes) planes = g_new0 (Planes, 1);
  IdrAddress address = { .location = self->location,
                         .server = self->server,
                         .endpoint = self->endpoint,
                         .bucket = self->bucket,
                         .region = self->region,
                         .profile = self->profile,
                         .cache = self->cache,
                         .cache_limit = (guint64)self->cache_limit,
                         .anonymous = self->anonymous,
                         .choice = { self->well, self->field, self->series } };
  IdrSelected *selected = &planes->selected;

  planes->wish = idr_wish_new ((guint)self->connections,
                               (gsize)(self->cache_size > 0 ? self->cache_size : LEAST_CACHE));
  planes->missing_is_error = self->missing_chunks == MISSING_ERROR;
  planes->opened = idr_opened_get (&address, cancellable, error);
  if (planes->opened == NULL)
    return NULL;
  planes->level = self->level;
  if (!check_level (planes->opened, self->level, error) || !check_axes (planes, error))
    return NULL;
  if (self->cache_size == 0)
    idr_wish_set_cache_size (planes->wish, choose_cache_size (planes));

  selected->t = select_places (planes, planes->opened->ome->t, "t", self->t, &selected->n_t, error);
  if (selected->t == NULL)
    return NULL;
  selected->c = select_places (planes, planes->opened->ome->c, "c", self->c, &selected->n_c, error);
  if (selected->c == NULL)
    return NULL;
  selected->z = select_places (planes, planes->opened->ome->z, "z", self->z, &selected->n_z, error);
  if (selected->z == NULL)
    return NULL;
  return g_steal_pointer (&planes);
}

static gboolean
idr_s3_source_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_planes, .will_need = planes_will_need };
  IdrS3Source *self = IDR_S3_SOURCE (operation);
  g_autoptr (LaminaInfo) info = NULL;
  g_autoptr (GError) problem = NULL;
  Planes *planes;

  if (self->location == NULL || self->location[0] == '\0')
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "location= is missing: an IDR image id, a URL, s3://bucket/key, a folder, or a "
                   "pointer file");
      return FALSE;
    }
  planes = open_planes (self, cancellable, &problem);
  if (planes == NULL)
    {
      idr_error_propagate (error, &problem, NULL);
      return FALSE;
    }

  info = idr_source_info_new (planes->opened, self->level, &planes->selected);
  self->metadata = idr_source_info_to_json (info);
  self->image = lamina_image_new (info, &funcs, planes, planes_free);
  return TRUE;
}

/* --- The class ------------------------------------------------------------------------------ */

#define ADD(spec, field)                                                                           \
  lamina_operation_class_add (operation_class, spec, G_STRUCT_OFFSET (IdrS3Source, field))

static void
add_what (LaminaOperationClass *operation_class)
{
  ADD (g_param_spec_string ("location", "Location",
                            "An IDR image id (6001240), an https:// or s3:// URL, a folder, or a "
                            "pointer file (x.idr)",
                            NULL, LAMINA_IN),
       location);
  ADD (g_param_spec_int ("level", "Level", "Resolution; 0 is the finest", 0, 100, 0, LAMINA_IN),
       level);
  ADD (g_param_spec_string ("t", "Frames",
                            "Which frames: all, 7, 0-9, 0,4,7, 0-99:10, middle, middle:5", "all",
                            LAMINA_IN),
       t);
  ADD (g_param_spec_string ("c", "Channels", "Which channels, written as frames are", "all",
                            LAMINA_IN),
       c);
  ADD (g_param_spec_string ("z", "Sections", "Which sections, written as frames are", "all",
                            LAMINA_IN),
       z);
  ADD (g_param_spec_string ("well", "Well", "Of a plate, which well: B/3; the first where empty",
                            "", LAMINA_IN),
       well);
  ADD (g_param_spec_string ("field", "Field",
                            "Of a well, which field: 0, or all, one after the other as frames", "",
                            LAMINA_IN),
       field);
  ADD (g_param_spec_int ("series", "Series",
                         "Of a collection of images, which one; -1 for the first", -1, G_MAXINT, -1,
                         LAMINA_IN),
       series);
  ADD (g_param_spec_enum ("missing-chunks", "Missing chunks",
                          "What a chunk is that the store does not have", missing_get_type (),
                          MISSING_FILL, LAMINA_IN),
       missing_chunks);
}

static void
add_where (LaminaOperationClass *operation_class)
{
  ADD (g_param_spec_string ("server", "Server",
                            "OMERO.web that is asked for image ids; empty for nobody",
                            IDR_OMERO_SERVER, LAMINA_IN),
       server);
  ADD (g_param_spec_string ("endpoint", "Endpoint",
                            "S3 server of s3:// locations and image ids; with anonymous=false "
                            "the default is the AWS tools' or Amazon's own",
                            IDR_ENDPOINT, LAMINA_IN),
       endpoint);
  ADD (g_param_spec_string ("bucket", "Bucket", "Bucket in which image ids are looked for", "idr",
                            LAMINA_IN),
       bucket);
  ADD (g_param_spec_string ("region", "Region", "Region of the S3 server, where it has any", "",
                            LAMINA_IN),
       region);
  ADD (g_param_spec_boolean ("anonymous", "Anonymous",
                             "Ask S3 without a signature; false for private buckets, with the AWS "
                             "credentials of the environment or of ~/.aws",
                             TRUE, LAMINA_IN),
       anonymous);
  ADD (g_param_spec_string ("profile", "Profile",
                            "Whose AWS credentials sign, in ~/.aws; empty for the environment's",
                            "", LAMINA_IN),
       profile);
  ADD (g_param_spec_int ("connections", "Connections", "Requests on their way at once", 1, 256, 32,
                         LAMINA_IN),
       connections);
  ADD (g_param_spec_int64 (
           "cache-size", "Cache size",
           "Bytes of chunks to keep in memory; 0 for two rows of chunks, from 64M to 512M", 0,
           G_MAXINT64 / 4, 0, LAMINA_IN),
       cache_size);
  ADD (g_param_spec_string ("cache", "Cache folder",
                            "Folder in which chunks from servers are kept; empty for none", "",
                            LAMINA_IN),
       cache);
  ADD (g_param_spec_int64 ("cache-limit", "Cache limit", "Bytes that the cache folder may hold",
                           1 << 20, G_MAXINT64 / 4, 1 << 30, LAMINA_IN),
       cache_limit);
}

static void
idr_s3_source_class_init (IdrS3SourceClass *klass)
{
  LaminaOperationClass *operation_class = LAMINA_OPERATION_CLASS (klass);

  operation_class->title = "Read an OME-Zarr image";
  operation_class->summary = "Reads planes of an image of the Image Data Resource, or of any "
                             "OME-Zarr, from where it lies";
  operation_class->opens = "location";
  operation_class->open = idr_s3_source_open;

  add_what (operation_class);
  add_where (operation_class);
  ADD (g_param_spec_object ("image", "Image", "The planes that are selected", LAMINA_TYPE_IMAGE,
                            LAMINA_OUT),
       image);
  ADD (g_param_spec_string ("metadata", "Metadata", "What the store and the server say, as JSON",
                            NULL, LAMINA_OUT),
       metadata);
}
