/* The operation write-csv: a table as text, a line a row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "write-csv.h"

#include "draft.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

/* Text of a plane that came before its turn. */
typedef struct
{
  gint64 plane;
  goffset offset; /* in the spool */
  gsize size;
} Early;

struct _IdrWriteCsv
{
  LaminaOperation parent_instance;

  LaminaTable *input;
  gchar *path;

  GMutex lock;
  IdrDraft *draft;
  gint64 next;       /* the plane whose turn it is */
  GHashTable *early; /* of Early, by plane */
  gint spool;        /* an unnamed file with their text, -1: none yet */
  goffset spool_size;
};

G_DEFINE_FINAL_TYPE (IdrWriteCsv, idr_write_csv, LAMINA_TYPE_OPERATION)

/* --- Text --------------------------------------------------------------------------- */

static gchar
get_separator (IdrWriteCsv *self)
{
  return g_str_has_suffix (self->path, ".tsv") ? '\t' : ',';
}

/* Whether it reads as @value again, in so many digits. */
static gboolean
format_digits (gchar *buffer, const gchar *format, gdouble value)
{
  g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, format, value);
  return g_ascii_strtod (buffer, NULL) == value;
}

/* The shortest text that reads as the same number again; nothing for what is none. Of most numbers
 * that has 16 digits or 17. */
static void
append_number (GString *text, gdouble value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE], shorter[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return;
  if (value == trunc (value) && fabs (value) < 0x1p53)
    {
      g_snprintf (buffer, sizeof buffer, "%" G_GINT64_FORMAT, (gint64)value);
      g_string_append (text, buffer);
    }
  else if (!format_digits (buffer, "%.16g", value))
    {
      g_ascii_formatd (buffer, sizeof buffer, "%.17g", value);
      g_string_append (text, buffer);
    }
  else
    g_string_append (text, format_digits (shorter, "%.15g", value) ? shorter : buffer);
}

/* As RFC 4180 has it: in quotes where it could be misread, quotes doubled. */
static void
append_name (GString *text, const gchar *name, gchar separator)
{
  if (strpbrk (name, "\"\r\n") == NULL && strchr (name, separator) == NULL)
    {
      g_string_append (text, name);
      return;
    }
  g_string_append_c (text, '"');
  for (; *name != '\0'; name++)
    g_string_append (text, *name == '"' ? "\"\"" : (const gchar[]){ *name, '\0' });
  g_string_append_c (text, '"');
}

static GString *
format_header (IdrWriteCsv *self)
{
  const gchar *const *columns = lamina_table_get_columns (self->input);
  gchar separator = get_separator (self);
  GString *text = g_string_new (NULL);

  for (guint i = 0; columns[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, separator);
      append_name (text, columns[i], separator);
    }
  g_string_append_c (text, '\n');
  return text;
}

static GString *
format_rows (IdrWriteCsv *self, GArray *rows)
{
  const gchar *const *columns = lamina_table_get_columns (self->input);
  gchar separator = get_separator (self);
  GString *text = g_string_new (NULL);
  guint n_columns = 1; /* there is one in every table */

  while (columns[n_columns] != NULL)
    n_columns++;
  for (guint i = 0; i < rows->len; i++)
    {
      append_number (text, g_array_index (rows, gdouble, i));
      g_string_append_c (text, (i + 1) % n_columns != 0 ? separator : '\n');
    }
  return text;
}

/* --- Order: planes come as they are ready, and are written by number ------------------- */

static gboolean
fail_spool (IdrWriteCsv *self, GError **error)
{
  gint code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot write \"%s\": %s",
               self->path, g_strerror (code));
  return FALSE;
}

/* Puts @text aside. On disk, for a loop may visit planes that share chunks long before those
 * between them. */
static gboolean
put_aside (IdrWriteCsv *self, gint64 plane, GString *text, GError **error)
{
  Early *early;

  if (self->spool < 0)
    self->spool = idr_draft_open_spool (self->draft, error);
  if (self->spool < 0)
    return FALSE;
  for (gsize done = 0; done < text->len;)
    {
      gssize n = pwrite (self->spool, text->str + done, text->len - done,
                         self->spool_size + (goffset)done);

      if (n < 0 && errno != EINTR)
        return fail_spool (self, error);
      done += (gsize)MAX (n, 0);
    }

  early = g_new (Early, 1);
  *early = (Early){ plane, self->spool_size, text->len };
  g_hash_table_insert (self->early, &early->plane, early);
  self->spool_size += (goffset)text->len;
  return TRUE;
}

static gboolean
write_early (IdrWriteCsv *self, const Early *early, GError **error)
{
  g_autofree gchar *text = g_malloc (early->size);

  for (gsize done = 0; done < early->size;)
    {
      gssize n
          = pread (self->spool, text + done, early->size - done, early->offset + (goffset)done);

      if (n == 0)
        errno = EIO;
      if (n <= 0 && errno != EINTR)
        return fail_spool (self, error);
      done += (gsize)MAX (n, 0);
    }
  return idr_draft_write (self->draft, text, early->size, error);
}

/* With the lock held. */
static gboolean
add_text (IdrWriteCsv *self, gint64 plane, GString *text, GError **error)
{
  const Early *early;

  if (plane != self->next)
    return put_aside (self, plane, text, error);
  if (!idr_draft_write (self->draft, text->str, text->len, error))
    return FALSE;

  self->next++;
  while ((early = g_hash_table_lookup (self->early, &self->next)) != NULL)
    {
      if (!write_early (self, early, error))
        return FALSE;
      g_hash_table_remove (self->early, &self->next);
      self->next++;
    }
  if (g_hash_table_size (self->early) == 0)
    self->spool_size = 0;
  return TRUE;
}

/* --- The operation ----------------------------------------------------------------------- */

static gboolean
idr_write_csv_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  IdrWriteCsv *self = IDR_WRITE_CSV (operation);

  if (self->input != NULL && self->path != NULL && *self->path != '\0')
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
               self->input == NULL ? "There is no table to write"
                                   : "Say with path which file the table goes to");
  return FALSE;
}

/* Finds out that nothing can be written before anything is computed. */
static gboolean
idr_write_csv_begin (LaminaOperation *operation, LaminaJob *job, GError **error)
{
  IdrWriteCsv *self = IDR_WRITE_CSV (operation);
  g_autoptr (GString) header = format_header (self);

  self->next = 0;
  self->draft = idr_draft_new (self->path, error);
  return self->draft != NULL && idr_draft_write (self->draft, header->str, header->len, error);
}

static gboolean
idr_write_csv_plane (LaminaOperation *operation, gint64 plane, LaminaJob *job, GError **error)
{
  IdrWriteCsv *self = IDR_WRITE_CSV (operation);
  g_autoptr (GArray) rows = lamina_table_read (self->input, plane, job, error);
  g_autoptr (GString) text = NULL;
  gboolean written;

  if (rows == NULL)
    return FALSE;

  text = format_rows (self, rows);
  g_mutex_lock (&self->lock);
  written = add_text (self, plane, text, error);
  g_mutex_unlock (&self->lock);
  return written;
}

static gboolean
idr_write_csv_end (LaminaOperation *operation, gboolean done, GError **error)
{
  IdrWriteCsv *self = IDR_WRITE_CSV (operation);
  gboolean published = TRUE;

  if (done)
    published = idr_draft_publish (self->draft, error);
  g_clear_pointer (&self->draft, idr_draft_free);
  g_hash_table_remove_all (self->early);
  if (self->spool >= 0)
    close (self->spool);
  self->spool = -1;
  self->spool_size = 0;
  return published;
}

static void
idr_write_csv_init (IdrWriteCsv *self)
{
  g_mutex_init (&self->lock);
  self->early = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->spool = -1;
}

static void
idr_write_csv_finalize (GObject *object)
{
  IdrWriteCsv *self = IDR_WRITE_CSV (object);

  g_hash_table_unref (self->early);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (idr_write_csv_parent_class)->finalize (object);
}

static void
idr_write_csv_class_init (IdrWriteCsvClass *klass)
{
  static const gchar *const writes[] = { ".csv", ".tsv", NULL };
  LaminaOperationClass *operation = LAMINA_OPERATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = idr_write_csv_finalize;
  operation->title = "Write a table as text";
  operation->summary
      = "Writes the rows of all planes, in the order of the planes, as comma-separated "
        "values with a line of column names";
  operation->saves = "path";
  operation->writes = writes;
  operation->open = idr_write_csv_open;
  operation->begin = idr_write_csv_begin;
  operation->plane = idr_write_csv_plane;
  operation->end = idr_write_csv_end;

  lamina_operation_class_add (
      operation,
      g_param_spec_object ("input", "Input", "What to write", LAMINA_TYPE_TABLE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrWriteCsv, input));
  lamina_operation_class_add (
      operation,
      g_param_spec_string ("path", "Path",
                           "File to make or replace; values are separated by tabs where it ends in "
                           ".tsv",
                           NULL, LAMINA_IN),
      G_STRUCT_OFFSET (IdrWriteCsv, path));
}
