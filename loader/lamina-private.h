/* What the files of liblamina know of each other
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* --- lamina-info.c ----------------------------------------------------------------- */

/* Whether there is something to read, of a known format, and neither the bytes of a plane nor the
 * number of planes exceed 63 bits. */
gboolean lamina_info_is_sound (const LaminaInfo *info);

/* --- lamina-loop.c: parallel loops ----------------------------------------------- */

typedef struct _LaminaLoop LaminaLoop;

/* The loops of a job that are open now, and how many of the threads that it lends are at work on
 * them. */
typedef struct
{
  GMutex lock;
  GQueue loops;   /* of LaminaLoop, the innermost last */
  gint n_threads; /* to be used at most, the callers' own not counted */
  gint n_working;
  gint64 begun, done, total; /* of the outermost loops' tasks */
} LaminaLoops;

LaminaLoops *lamina_job_get_loops (LaminaJob *job);
gboolean lamina_loop_run (LaminaJob *job, gint64 n_tasks, LaminaTaskFunc func, gpointer data,
                          GError **error);

/* --- lamina-value.c: text and GValues ---------------------------------------------- */

/* Sets @value, which is initialised for @property's type, from @text; the error says what is
 * expected. */
gboolean lamina_value_parse (GParamSpec *property, const gchar *text, GValue *value,
                             GError **error);

/* Brings @from to the type of @property into @to, which is initialised with it, and checks the
 * range. */
gboolean lamina_value_convert (GParamSpec *property, const GValue *from, GValue *to,
                               GError **error);

/* ", did you mean "NAME"?" for the one of @names that is nearest to @word, or an empty text. */
gchar *lamina_value_suggest (const gchar *word, const gchar *const *names);

/* --- lamina-operation.c: what a class has -------------------------------------------- */

/* The properties of a class that belong to operations, in the order in which they were added. */
GPtrArray *lamina_operation_class_list (LaminaOperationClass *klass);
GParamSpec *lamina_operation_class_find (LaminaOperationClass *klass, const gchar *name);

/* LAMINA_ERROR_ARGUMENT: @operation has no parameter @name, with the nearest that it has. */
void lamina_operation_class_set_unknown (LaminaOperationClass *klass, const gchar *operation,
                                         const gchar *name, GError **error);

/* --- lamina-properties.c: what an operation is made with ------------------------------ */

typedef struct _LaminaProperties LaminaProperties;

/* @operation is the name that @type has, in errors too; it must outlive them. */
LaminaProperties *lamina_properties_new (const gchar *operation, GType type);
void lamina_properties_free (LaminaProperties *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LaminaProperties, lamina_properties_free)

/* Errors: no such property, given twice, a value that does not fit. */
gboolean lamina_properties_add (LaminaProperties *self, const gchar *name, const GValue *value,
                                GError **error);

/* The same for names and values of C: @name, and what follows in @arguments, up to NULL. */
gboolean lamina_properties_collect (LaminaProperties *self, const gchar *name, va_list arguments,
                                    GError **error);

/* Makes and opens the operation, once; follows a pointer file first. */
LaminaOperation *lamina_properties_open (LaminaProperties *self, GCancellable *cancellable,
                                         GError **error);

/* --- lamina-plugin.c ------------------------------------------------------------------- */

/* Where @name is "LIBRARY:OPERATION", loads the plug-ins that bring that library's operations,
 * unless they were. */
void lamina_plugin_load_library_of (const gchar *name);

/* --- lamina-registry.c ------------------------------------------------------------------ */

/* Whether all names of @entries are good and free: a plug-in's, before anything of it is called. */
gboolean lamina_registry_check (const LaminaEntry *entries, GError **error);

/* Registers all of @entries or none. */
gboolean lamina_registry_add (const LaminaEntry *entries, GError **error);

/* NULL where @type is not registered. */
const gchar *lamina_registry_get_name (GType type);

/* LAMINA_ERROR_NOT_FOUND: no operation @name, with the nearest that there is. */
void lamina_registry_set_missing (const gchar *name, GError **error);

/* --- lamina-sink.c ---------------------------------------------------------------------- */

/* Runs @sinks, operations that consume, in one loop over planes for all that have equally many. */
gboolean lamina_sink_run_all (GPtrArray *sinks, LaminaJob *job, GError **error);

/* --- lamina-drain.c --------------------------------------------------------------------- */

/* Reads images and tables of equally many planes, and forgets what it has read. */
gboolean lamina_drain_run (GPtrArray *outputs, LaminaJob *job, GError **error);

/* --- lamina-words.c ---------------------------------------------------------------------- */

/* An operation of a chain's text, understood but not opened. */
typedef struct
{
  gchar *name;
  GPtrArray *names; /* of gchar, the properties that are given */
  GArray *values;   /* of GValue, one for each of them */
} LaminaStage;

LaminaStage *lamina_stage_new (const gchar *name);
void lamina_stage_free (LaminaStage *stage);

/* Understands @description to the last word before anything is opened: an array of LaminaStage.
 * Errors are LAMINA_ERROR_CHAIN, and point at the word. */
GPtrArray *lamina_words_parse (const gchar *description, GError **error);
