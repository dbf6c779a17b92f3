/* The interface between image plug-ins and the applications that host them
 *
 * An operation turns images and parameters into images and tables; its GObject properties are its
 * whole signature. An image is a lazy stack of planes, a table a lazy list of rows per plane:
 * nothing is computed until it is read. A job is what a reader lends to the call: cancellation,
 * progress, threads.
 *
 * All of them are immutable once made, so every function here may be called from any thread at any
 * time. A loaded plug-in is never unloaded. Structs that cross the border begin with their size and
 * only ever grow at the end. What each function promises is written where it is defined.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <gmodule.h>

G_BEGIN_DECLS

#define LAMINA_ABI 1 /* raised by any change here that old plug-ins would not survive */

#define LAMINA_API G_MODULE_EXPORT

#define LAMINA_ERROR (lamina_error_quark ())
LAMINA_API GQuark lamina_error_quark (void);

typedef enum
{
  LAMINA_ERROR_PLUGIN,      /* not a plug-in, or one for another ABI */
  LAMINA_ERROR_NOT_FOUND,   /* no such operation, image or plane */
  LAMINA_ERROR_ARGUMENT,    /* values that make no sense, alone or together */
  LAMINA_ERROR_NETWORK,     /* the store did not answer as it should */
  LAMINA_ERROR_DATA,        /* what was read breaks its own format */
  LAMINA_ERROR_UNSUPPORTED, /* valid, but not implemented */
  LAMINA_ERROR_CHAIN        /* a chain's text, or what is asked of a chain, makes no sense */
} LaminaError;

/* --- Job --------------------------------------------------------------------- */

/* A GCancellable that counts and lends threads. Where a job is asked for, NULL will do: never
 * cancelled, not watched, a thread per processor. */
#define LAMINA_TYPE_JOB (lamina_job_get_type ())
LAMINA_API
G_DECLARE_FINAL_TYPE (LaminaJob, lamina_job, LAMINA, JOB, GCancellable)

/* One of the tasks of a loop. What it reads or runs in turn, it lends @job to. */
typedef gboolean (*LaminaTaskFunc) (gint64 index, gpointer data, LaminaJob *job, GError **error);

LAMINA_API LaminaJob *lamina_job_new (gint n_threads);
LAMINA_API gint lamina_job_get_n_threads (LaminaJob *job);
LAMINA_API gdouble lamina_job_get_progress (LaminaJob *job);
LAMINA_API void lamina_job_get_tasks (LaminaJob *job, gint64 *done, gint64 *total);

/* Named sums for the summary: planes, objects, bytes, retries, missing-chunks, decode-ns… */
LAMINA_API void lamina_job_count (LaminaJob *job, const gchar *what, gint64 n);
LAMINA_API gint64 lamina_job_get_count (LaminaJob *job, const gchar *what);
LAMINA_API GVariant *lamina_job_get_counts (LaminaJob *job); /* a{sx} */

LAMINA_API void lamina_job_set_poll (LaminaJob *job, GSourceFunc poll, gpointer data);

LAMINA_API gboolean lamina_job_run (LaminaJob *job, gint64 n_tasks, LaminaTaskFunc func,
                                    gpointer data, GError **error);

/* The loop that everybody needs: over the planes of what will be read, which it asks for ahead. It
 * is here and not in each host, because hiding the latency of a network takes care that one place
 * should take. */
LAMINA_API gboolean lamina_job_run_planes (LaminaJob *job, GObject **sources, guint n_sources,
                                           LaminaTaskFunc func, gpointer data, GError **error);

/* --- Image ------------------------------------------------------------------- */

typedef enum
{
  LAMINA_FORMAT_U8,
  LAMINA_FORMAT_I8,
  LAMINA_FORMAT_U16,
  LAMINA_FORMAT_I16,
  LAMINA_FORMAT_U32,
  LAMINA_FORMAT_I32,
  LAMINA_FORMAT_U64,
  LAMINA_FORMAT_I64,
  LAMINA_FORMAT_F32,
  LAMINA_FORMAT_F64
} LaminaFormat;

LAMINA_API gsize lamina_format_get_size (LaminaFormat format);
LAMINA_API const gchar *lamina_format_get_name (LaminaFormat format);

typedef struct
{
  gint64 x, y, width, height;
} LaminaRect;

/* Planes are numbered in OME-Zarr's order: plane = (t * n_c + c) * n_z + z. A filter copies its
 * input's info and changes only what it changes. */
typedef struct
{
  gsize size; /* of this struct, as its maker knows it */
  LaminaFormat format;
  gint samples;                   /* interleaved in a pixel: 1, or 3 for RGB */
  gboolean labels;                /* pixels are object numbers, 0 for none */
  gint64 width, height;           /* of each plane, in pixels */
  gint n_t, n_c, n_z;             /* planes in each direction */
  const gint *t, *c, *z;          /* their places in the whole image; NULL: 0, 1, 2… */
  gint64 tile_width, tile_height; /* the rectangle that is cheapest to read */
  gint share_t, share_c, share_z; /* planes that lie in one chunk together; 1: none */
  gint level, n_levels;           /* in a pyramid of resolutions; 0 is the finest */
  gdouble size_x, size_y, size_z; /* of a voxel, in micrometres; 0: unknown */
  gdouble step_t;                 /* between frames, in seconds; 0: unknown */
  const gchar *const *channels;   /* names of the n_c channels, NULL-terminated; or NULL */
  GVariant *extra; /* a{sv}: name, location, axes, levels, channel-colors, acquired…; or NULL */
  gint64 ahead;    /* bytes that may be asked for ahead; 0: nothing is gained by it */
} LaminaInfo;

#define LAMINA_TYPE_INFO (lamina_info_get_type ())
LAMINA_API GType lamina_info_get_type (void);
LAMINA_API LaminaInfo *lamina_info_copy (const LaminaInfo *info);
LAMINA_API void lamina_info_free (LaminaInfo *info);
LAMINA_API gint64 lamina_info_get_n_planes (const LaminaInfo *info);
LAMINA_API gsize lamina_info_get_pixel_size (const LaminaInfo *info);
LAMINA_API void lamina_info_get_place (const LaminaInfo *info, gint64 plane, gint *t, gint *c,
                                       gint *z);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LaminaInfo, lamina_info_free)

#define LAMINA_TYPE_IMAGE (lamina_image_get_type ())
LAMINA_API
G_DECLARE_FINAL_TYPE (LaminaImage, lamina_image, LAMINA, IMAGE, GObject)

/* What an image is made of. Called from any thread, many at a time. */
typedef struct
{
  gsize size;

  /* Fills @pixels, whose rows are @stride bytes apart, with @rect of @plane; both are inside of the
   * image. */
  gboolean (*read) (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride,
                    gpointer data, LaminaJob *job, GError **error);

  /* Says that @rect of @plane will be read soon; returns at once, fails in silence (the read will
   * ask again), may be ignored beyond a bound. A filter passes it on to its input, a source starts
   * to fetch. May be NULL. */
  void (*will_need) (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job);
} LaminaImageFuncs;

LAMINA_API LaminaImage *lamina_image_new (const LaminaInfo *info, const LaminaImageFuncs *funcs,
                                          gpointer data, GDestroyNotify destroy);
LAMINA_API const LaminaInfo *lamina_image_get_info (LaminaImage *image);
LAMINA_API gint64 lamina_image_get_n_planes (LaminaImage *image);
LAMINA_API gboolean lamina_image_read (LaminaImage *image, gint64 plane, const LaminaRect *rect,
                                       gpointer pixels, gsize stride, LaminaJob *job,
                                       GError **error);
LAMINA_API GBytes *lamina_image_read_bytes (LaminaImage *image, gint64 plane,
                                            const LaminaRect *rect, LaminaJob *job, GError **error);
LAMINA_API void lamina_image_will_need (LaminaImage *image, gint64 plane, const LaminaRect *rect,
                                        LaminaJob *job);

/* --- Table ------------------------------------------------------------------- */

#define LAMINA_TYPE_TABLE (lamina_table_get_type ())
LAMINA_API
G_DECLARE_FINAL_TYPE (LaminaTable, lamina_table, LAMINA, TABLE, GObject)

typedef struct
{
  gsize size;

  /* Returns the rows of @plane, end to end, as a new array of gdouble. */
  GArray *(*read) (gint64 plane, gpointer data, LaminaJob *job, GError **error);
  void (*will_need) (gint64 plane, gpointer data, LaminaJob *job); /* as an image's; may be NULL */
} LaminaTableFuncs;

/* A table knows the image whose planes its rows tell of, so that a loop can ask ahead by bytes and
 * visit planes that share chunks together, whether it reads the image or only the table. */
LAMINA_API LaminaTable *lamina_table_new (const gchar *const *columns, const LaminaInfo *info,
                                          const LaminaTableFuncs *funcs, gpointer data,
                                          GDestroyNotify destroy);
LAMINA_API const gchar *const *lamina_table_get_columns (LaminaTable *table);
LAMINA_API const LaminaInfo *lamina_table_get_info (LaminaTable *table);
LAMINA_API gint64 lamina_table_get_n_planes (LaminaTable *table);
LAMINA_API GArray *lamina_table_read (LaminaTable *table, gint64 plane, LaminaJob *job,
                                      GError **error);
LAMINA_API void lamina_table_will_need (LaminaTable *table, gint64 plane, LaminaJob *job);

/* --- Operation --------------------------------------------------------------- */

#define LAMINA_TYPE_OPERATION (lamina_operation_get_type ())
LAMINA_API
G_DECLARE_DERIVABLE_TYPE (LaminaOperation, lamina_operation, LAMINA, OPERATION, GObject)

struct _LaminaOperationClass
{
  GObjectClass parent_class;

  const gchar *title;         /* a few words */
  const gchar *summary;       /* a sentence */
  const gchar *opens;         /* a source: the property that takes a location; or NULL */
  const gchar *saves;         /* a sink: the property that takes the file or folder; or NULL */
  const gchar *const *writes; /* a sink: the endings of what it saves, "/" for a folder; or NULL */

  /* Checks the parameters, reads metadata and makes the outputs: g_initable_init(). */
  gboolean (*open) (LaminaOperation *self, GCancellable *cancellable, GError **error);

  /* A sink, such as a writer, consumes its inputs plane by plane; NULL for all others. Not one
   * function that loops by itself, so that several sinks of a chain share one loop, and each plane
   * is computed once for all of them. @begin comes first, then @plane for every plane of its first
   * input, many at a time and in any order, then @end: with @done TRUE everything is there to be
   * made visible; with FALSE something went wrong, and nothing half-written may stay. @end comes
   * whenever @begin was called, even if that failed. */
  gboolean (*begin) (LaminaOperation *self, LaminaJob *job, GError **error);
  gboolean (*plane) (LaminaOperation *self, gint64 plane, LaminaJob *job, GError **error);
  gboolean (*end) (LaminaOperation *self, gboolean done, GError **error);

  guint n_properties; /* kept by lamina_operation_class_add() */

  gpointer padding[8];
};

/* The flags of a property that is given, and of an image or table that is got. */
#define LAMINA_IN (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define LAMINA_OUT (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

/* The flag of a parameter that has no default, whatever its GParamSpec says. */
#define LAMINA_REQUIRED (1 << G_PARAM_USER_SHIFT)

typedef enum
{
  LAMINA_ROLE_PARAMETER,
  LAMINA_ROLE_INPUT,
  LAMINA_ROLE_OUTPUT
} LaminaRole;

LAMINA_API void lamina_operation_class_add (LaminaOperationClass *klass, GParamSpec *property,
                                            gsize offset);

LAMINA_API gboolean lamina_operation_register (const gchar *name, GType type, GError **error);
LAMINA_API GType lamina_operation_find (const gchar *name); /* G_TYPE_INVALID: not there */
LAMINA_API gchar **lamina_operation_list (void);
LAMINA_API const gchar *lamina_operation_get_name (LaminaOperation *self);
LAMINA_API LaminaRole lamina_operation_role (GParamSpec *property);
LAMINA_API LaminaOperation *lamina_operation_new (const gchar *name, GCancellable *cancellable,
                                                  GError **error, const gchar *first_property, ...);
LAMINA_API LaminaOperation *lamina_operation_new_with_properties (const gchar *name, guint n,
                                                                  const gchar **names,
                                                                  const GValue *values,
                                                                  GCancellable *cancellable,
                                                                  GError **error);
LAMINA_API gboolean lamina_operation_run (LaminaOperation *self, LaminaJob *job, GError **error);

/* --- Chain ------------------------------------------------------------------- */

/* "a x=1 ! b y=2". An input that is not given takes, by name and then by type, the output of the
 * nearest operation to its left that has such a one. */
#define LAMINA_TYPE_CHAIN (lamina_chain_get_type ())
LAMINA_API
G_DECLARE_FINAL_TYPE (LaminaChain, lamina_chain, LAMINA, CHAIN, GObject)

LAMINA_API LaminaChain *lamina_chain_open (const gchar *description, GCancellable *cancellable,
                                           GError **error);
LAMINA_API GObject *lamina_chain_get_output (LaminaChain *chain, const gchar *name);
LAMINA_API gboolean lamina_chain_write (LaminaChain *chain, const gchar *output, const gchar *path,
                                        GCancellable *cancellable, GError **error);
LAMINA_API gboolean lamina_chain_run (LaminaChain *chain, LaminaJob *job, GError **error);

/* --- Pointer file ------------------------------------------------------------- */

/* x.idr: a line with the location of an image, then name=value lines for whoever opens it. Wherever
 * a source takes a location it takes the path of such a file; hosts that open files by their names,
 * or show planes as pages, read it themselves first. */
typedef struct _LaminaPointer LaminaPointer;

#define LAMINA_TYPE_POINTER (lamina_pointer_get_type ())
LAMINA_API GType lamina_pointer_get_type (void);
LAMINA_API gboolean lamina_pointer_is (const gchar *location);
LAMINA_API LaminaPointer *lamina_pointer_load (const gchar *path, GError **error);
LAMINA_API LaminaPointer *lamina_pointer_parse (const gchar *path, GBytes *bytes, GError **error);
LAMINA_API LaminaPointer *lamina_pointer_ref (LaminaPointer *pointer);
LAMINA_API void lamina_pointer_unref (LaminaPointer *pointer);
LAMINA_API const gchar *lamina_pointer_get_location (LaminaPointer *pointer);
LAMINA_API const gchar *const *lamina_pointer_get_names (LaminaPointer *pointer);
LAMINA_API const gchar *lamina_pointer_get_value (LaminaPointer *pointer, const gchar *name);
LAMINA_API gint lamina_pointer_get_page (LaminaPointer *pointer);
LAMINA_API gint lamina_pointer_get_n (LaminaPointer *pointer);
LAMINA_API void lamina_pointer_prefix_error (LaminaPointer *pointer, const gchar *name,
                                             GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LaminaPointer, lamina_pointer_unref)

/* --- Plug-in ------------------------------------------------------------------ */

typedef struct
{
  const gchar *name;
  GType (*get_type) (void);
} LaminaEntry;

typedef struct
{
  guint abi;
  gsize size;
  const gchar *name, *version, *license, *summary;
  const LaminaEntry *operations;     /* ended by one without a name; or NULL */
  gboolean (*scan) (GError **error); /* registers what is found at run time; or NULL */
} LaminaPlugin;

/* Defines the one symbol that a plug-in exports. */
#define LAMINA_PLUGIN_DEFINE(name, version, license, summary, scan, ...)                           \
  G_MODULE_EXPORT const LaminaPlugin lamina_plugin                                                 \
      = { LAMINA_ABI,                                                                              \
          sizeof (LaminaPlugin),                                                                   \
          name,                                                                                    \
          version,                                                                                 \
          license,                                                                                 \
          summary,                                                                                 \
          (const LaminaEntry[]){ __VA_ARGS__, { NULL, NULL } },                                    \
          scan };

LAMINA_API gboolean lamina_plugin_add (const LaminaPlugin *plugin, GError **error);
LAMINA_API gboolean lamina_plugin_load (const gchar *path, GError **error);
LAMINA_API void lamina_plugin_load_all (void);
LAMINA_API void lamina_plugin_load_libraries (void);

G_END_DECLS
