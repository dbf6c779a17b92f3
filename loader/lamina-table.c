/* A table: a lazy list of rows for each plane of an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

struct _LaminaTable
{
  GObject parent_instance;

  gchar **columns;
  LaminaInfo *info;
  LaminaTableFuncs funcs;
  gpointer data;
  GDestroyNotify destroy;
};

G_DEFINE_FINAL_TYPE (LaminaTable, lamina_table, G_TYPE_OBJECT)

static void
lamina_table_init (LaminaTable *self)
{
}

static void
lamina_table_finalize (GObject *object)
{
  LaminaTable *self = LAMINA_TABLE (object);

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_clear_pointer (&self->columns, g_strfreev);
  g_clear_pointer (&self->info, lamina_info_free);
  G_OBJECT_CLASS (lamina_table_parent_class)->finalize (object);
}

static void
lamina_table_class_init (LaminaTableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lamina_table_finalize;
}

/**
 * lamina_table_new: (skip)
 * @columns: the columns' names, %NULL-terminated; copied
 * @info: the image whose planes the rows tell of, sound as for lamina_image_new(); copied
 * @funcs: how the table is read; copied
 * @data: for @funcs
 * @destroy: (nullable): frees @data with the table
 *
 * Makes a table.
 *
 * Returns: (transfer full): a new table
 */
LaminaTable *
lamina_table_new (const gchar *const *columns, const LaminaInfo *info,
                  const LaminaTableFuncs *funcs, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (LaminaInfo) own = NULL;
  LaminaTable *self;

  g_return_val_if_fail (columns != NULL && columns[0] != NULL, NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (funcs != NULL && funcs->size > 0 && funcs->read != NULL, NULL);

  own = lamina_info_copy (info);
  g_return_val_if_fail (lamina_info_is_sound (own), NULL);

  self = g_object_new (LAMINA_TYPE_TABLE, NULL);
  self->columns = g_strdupv ((gchar **)columns);
  self->info = g_steal_pointer (&own);
  memcpy (&self->funcs, funcs, MIN (funcs->size, sizeof self->funcs));
  self->data = data;
  self->destroy = destroy;
  return self;
}

/**
 * lamina_table_get_columns:
 * @table: a table
 *
 * Returns: (transfer none) (array zero-terminated=1): the names of its columns
 */
const gchar *const *
lamina_table_get_columns (LaminaTable *table)
{
  g_return_val_if_fail (LAMINA_IS_TABLE (table), NULL);
  return (const gchar *const *)table->columns;
}

/**
 * lamina_table_get_info:
 * @table: a table
 *
 * Returns: (transfer none): the image whose planes its rows tell of
 */
const LaminaInfo *
lamina_table_get_info (LaminaTable *table)
{
  g_return_val_if_fail (LAMINA_IS_TABLE (table), NULL);
  return table->info;
}

/**
 * lamina_table_get_n_planes:
 * @table: a table
 *
 * Returns: how many planes it has rows for
 */
gint64
lamina_table_get_n_planes (LaminaTable *table)
{
  g_return_val_if_fail (LAMINA_IS_TABLE (table), 0);
  return lamina_info_get_n_planes (table->info);
}

/**
 * lamina_table_read:
 * @table: a table
 * @plane: a plane's number
 * @job: (nullable): cancels and counts
 * @error: what went wrong
 *
 * Reads the rows of a plane, and computes them first where they were not.
 *
 * Returns: (transfer full) (element-type gdouble): the rows, end to end, each of as many numbers as
 * there are columns
 */
GArray *
lamina_table_read (LaminaTable *table, gint64 plane, LaminaJob *job, GError **error)
{
  g_return_val_if_fail (LAMINA_IS_TABLE (table), NULL);
  g_return_val_if_fail (job == NULL || LAMINA_IS_JOB (job), NULL);

  if (plane < 0 || plane >= lamina_info_get_n_planes (table->info))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                   "There is no plane %" G_GINT64_FORMAT ": the table has %" G_GINT64_FORMAT
                   ", counted from 0",
                   plane, lamina_info_get_n_planes (table->info));
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
    return NULL;
  return table->funcs.read (plane, table->data, job, error);
}

/**
 * lamina_table_will_need: (skip)
 * @table: a table
 * @plane: a plane's number
 * @job: (nullable): a job
 *
 * Says that the rows of @plane will be read soon, as lamina_image_will_need() does.
 */
void
lamina_table_will_need (LaminaTable *table, gint64 plane, LaminaJob *job)
{
  g_return_if_fail (LAMINA_IS_TABLE (table));

  if (table->funcs.will_need != NULL && plane >= 0
      && plane < lamina_info_get_n_planes (table->info))
    table->funcs.will_need (plane, table->data, job);
}
