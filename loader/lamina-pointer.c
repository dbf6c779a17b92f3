/* A pointer file: a few lines of text that name an image, and say how it is to be opened
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

#define ENDING ".idr"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Of what comes from outside. */
#define MAX_FILE 65536
#define MAX_LINE 4096
#define MAX_VALUES 100

#define MAX_SHOWN 60 /* characters */

typedef struct
{
  gchar *name, *value;
  guint line;
} Entry;

struct _LaminaPointer
{
  gchar *path, *location;
  guint line;       /* of the location */
  GArray *entries;  /* of Entry, as they stand in the file */
  GPtrArray *names; /* of const gchar, those for the source, NULL-terminated */
  gint page, n;
};

G_DEFINE_BOXED_TYPE (LaminaPointer, lamina_pointer, lamina_pointer_ref, lamina_pointer_unref)

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->value);
}

static LaminaPointer *
pointer_new (const gchar *path)
{
  LaminaPointer *pointer = g_atomic_rc_box_new0 (LaminaPointer);

  pointer->path = g_strdup (path);
  pointer->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (pointer->entries, entry_clear);
  pointer->names = g_ptr_array_new ();
  pointer->n = 1;
  return pointer;
}

static void
pointer_clear (gpointer data)
{
  LaminaPointer *pointer = data;

  g_ptr_array_unref (pointer->names);
  g_array_unref (pointer->entries);
  g_free (pointer->location);
  g_free (pointer->path);
}

/* --- Errors ---------------------------------------------------------------------------- */

/* "PATH:LINE: …", without the line where it is 0. Always FALSE. */
static gboolean G_GNUC_PRINTF (4, 5)
    refuse (const gchar *path, guint line, GError **error, const gchar *format, ...)
{
  g_autofree gchar *name = g_filename_display_name (path), *what = NULL;
  g_autofree gchar *place = line > 0 ? g_strdup_printf ("%s:%u", name, line) : g_strdup (name);
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "%s: %s", place, what);
  return FALSE;
}

/* As much of a text as an error shows. */
static gchar *
cut (const gchar *text)
{
  return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_SHOWN));
}

/* --- Lines ------------------------------------------------------------------------------- */

/* The line in which @end lies. */
static guint
count_lines (const gchar *text, const gchar *end)
{
  guint line = 1;

  for (; text < end; text++)
    line += *text == '\n';
  return line;
}

static gboolean
check_text (const gchar *path, const gchar *text, gsize size, GError **error)
{
  const gchar *end;

  if (size > MAX_FILE)
    return refuse (path, 0, error, "a pointer file has %d bytes at most", MAX_FILE);
  if (!g_utf8_validate (text, (gssize)size, &end))
    return refuse (path, count_lines (text, end), error, "this is no text in UTF-8%s",
                   *end == '\0' ? ": it has a NUL byte" : "");
  return TRUE;
}

static gboolean
check_line (const gchar *path, guint number, const gchar *line, GError **error)
{
  if (strlen (line) > MAX_LINE)
    return refuse (path, number, error, "a line has %d bytes at most", MAX_LINE);
  for (; *line != '\0'; line = g_utf8_next_char (line))
    if (g_unichar_iscntrl (g_utf8_get_char (line)) && *line != '\t')
      return refuse (path, number, error, "there is a control character (U+%04X) in the line",
                     g_utf8_get_char (line));
  return TRUE;
}

/* The length of a parameter's name that @line begins with; 0: it is no name=value. */
static gsize
get_name_length (const gchar *line)
{
  gsize length
      = g_ascii_isalpha (*line) ? strspn (line, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") : 0;

  return line[length + strspn (line + length, " \t")] == '=' ? length : 0;
}

/* An id, an address and an absolute path are what they are everywhere. */
static gchar *
resolve (const gchar *path, const gchar *location)
{
  g_autofree gchar *folder = NULL;

  if (strstr (location, "://") != NULL || g_path_is_absolute (location)
      || strspn (location, G_CSET_DIGITS) == strlen (location))
    return g_strdup (location);
  folder = g_path_get_dirname (path);
  return g_build_filename (folder, location, NULL);
}

static gboolean
take_location (LaminaPointer *pointer, guint number, const gchar *line, GError **error)
{
  g_autofree gchar *shown = cut (line);

  if (get_name_length (line) > 0)
    return refuse (pointer->path, number, error, "the first line is the location alone, not \"%s\"",
                   shown);
  pointer->location = resolve (pointer->path, line);
  pointer->line = number;
  return TRUE;
}

static const Entry *
find (const LaminaPointer *pointer, const gchar *name)
{
  for (guint i = 0; i < pointer->entries->len; i++)
    {
      const Entry *entry = &g_array_index (pointer->entries, Entry, i);

      if (strcmp (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

/* What only hosts understand that show planes as pages. */
static gboolean
take_number (LaminaPointer *pointer, const Entry *entry, GError **error)
{
  const gboolean is_page = strcmp (entry->name, "page") == 0;
  g_autofree gchar *shown = cut (entry->value);
  gint64 number = 0;

  if (!g_ascii_string_to_signed (entry->value, 10, -1, G_MAXINT, &number, NULL)
      || number == (is_page ? -1 : 0))
    return refuse (pointer->path, entry->line, error, "%s, not \"%s\"",
                   is_page ? "page takes a whole number from 0 on"
                           : "n takes a whole number from 1 on, or -1 for all pages",
                   shown);
  if (is_page)
    pointer->page = (gint)number;
  else
    pointer->n = (gint)number;
  return TRUE;
}

static gboolean
take_value (LaminaPointer *pointer, guint number, const gchar *line, GError **error)
{
  g_autofree gchar *shown = cut (line);
  gsize length = get_name_length (line);
  Entry entry = { NULL, NULL, number };
  const Entry *first;
  guint first_line;

  if (length == 0)
    return refuse (pointer->path, number, error,
                   "what follows the location is name=value, not \"%s\"", shown);
  if (pointer->entries->len == MAX_VALUES)
    return refuse (pointer->path, number, error, "there are %d values at most", MAX_VALUES);
  entry.name = g_strdelimit (g_strndup (line, length), "_", '-');
  entry.value = g_strstrip (g_strdup (strchr (line, '=') + 1));
  first = find (pointer, entry.name);
  first_line = first != NULL ? first->line : 0;
  g_array_append_val (pointer->entries, entry);
  if (first_line > 0)
    return refuse (pointer->path, number, error, "%s is given twice, first in line %u", entry.name,
                   first_line);
  if (strcmp (entry.name, "page") == 0 || strcmp (entry.name, "n") == 0)
    return take_number (pointer, &entry, error);
  g_ptr_array_add (pointer->names, entry.name);
  return TRUE;
}

static gboolean
take_line (LaminaPointer *pointer, guint number, gchar *line, GError **error)
{
  g_strstrip (line);
  if (!check_line (pointer->path, number, line, error))
    return FALSE;
  if (*line == '\0' || *line == '#')
    return TRUE;
  return pointer->location == NULL ? take_location (pointer, number, line, error)
                                   : take_value (pointer, number, line, error);
}

/* --- Public ------------------------------------------------------------------------------- */

/**
 * LaminaPointer:
 *
 * What a pointer file says: the location of an image, and values for parameters of the source that
 * opens it.
 *
 * A pointer file is UTF-8 text whose name ends in ".idr". Empty lines and lines that begin with #
 * mean nothing. The first other line is the location: an image id, an address, or a folder, which
 * is looked for from the pointer file's own folder on. Each further line is name=value; both lose
 * the blanks around them, and nothing in them is quoted. Of these, page and n are for hosts that
 * show planes as pages: the first page, and how many. All others are the source's. A pointer file
 * cannot point to another one.
 */

/**
 * lamina_pointer_is:
 * @location: a location
 *
 * Returns: whether @location is the path of a pointer file: of a regular file with that ending
 */
gboolean
lamina_pointer_is (const gchar *location)
{
  g_return_val_if_fail (location != NULL, FALSE);

  return g_str_has_suffix (location, ENDING) && g_file_test (location, G_FILE_TEST_IS_REGULAR);
}

/**
 * lamina_pointer_parse:
 * @path: the path of the file, for errors, and for locations that are relative to its folder
 * @bytes: what is in it
 * @error: what is wrong with it, and in which line
 *
 * Understands a pointer file that has been read already; whether it points to another one is not
 * looked at.
 *
 * Returns: (transfer full): what it says
 */
LaminaPointer *
lamina_pointer_parse (const gchar *path, GBytes *bytes, GError **error)
{
  g_autoptr (LaminaPointer) pointer = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree gchar *copy = NULL;
  const gchar *text;
  gsize size;

  g_return_val_if_fail (path != NULL && bytes != NULL, NULL);

  text = g_bytes_get_data (bytes, &size);
  if (text == NULL)
    text = "";
  if (!check_text (path, text, size, error))
    return NULL;
  copy = g_strndup (text, size);
  lines = g_strsplit (g_str_has_prefix (copy, BYTE_ORDER_MARK) ? copy + 3 : copy, "\n", -1);
  pointer = pointer_new (path);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!take_line (pointer, i + 1, lines[i], error))
      return NULL;
  if (pointer->location == NULL)
    {
      refuse (path, 0, error, "it names no location: write an image's on its first line");
      return NULL;
    }
  g_ptr_array_add (pointer->names, NULL);
  return g_steal_pointer (&pointer);
}

/* No more than what a pointer file may have, and a byte. */
static GBytes *
read_start (const gchar *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autofree gchar *text = g_malloc (MAX_FILE + 1);
  gsize size = 0;

  stream = g_file_read (file, NULL, error);
  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE + 1, &size, NULL, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&text), size);
}

/**
 * lamina_pointer_load:
 * @path: the path of a pointer file
 * @error: what is wrong with it, and in which line
 *
 * Reads a pointer file.
 *
 * Returns: (transfer full): what it says
 */
LaminaPointer *
lamina_pointer_load (const gchar *path, GError **error)
{
  g_autoptr (LaminaPointer) pointer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  /* A pipe would keep us waiting. */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      refuse (path, 0, error, "a pointer file is a regular file, and this is none");
      return NULL;
    }
  bytes = read_start (path, &problem);
  if (bytes == NULL)
    {
      refuse (path, 0, error, "cannot be read: %s", problem->message);
      return NULL;
    }
  pointer = lamina_pointer_parse (path, bytes, error);
  if (pointer != NULL && lamina_pointer_is (pointer->location))
    {
      refuse (path, pointer->line, error,
              "%s is a pointer file too: write the location that it names", pointer->location);
      return NULL;
    }
  return g_steal_pointer (&pointer);
}

/**
 * lamina_pointer_ref:
 * @pointer: a pointer
 *
 * Returns: (transfer full): @pointer, held once more
 */
LaminaPointer *
lamina_pointer_ref (LaminaPointer *pointer)
{
  return g_atomic_rc_box_acquire (pointer);
}

/**
 * lamina_pointer_unref:
 * @pointer: (transfer full): a pointer
 *
 * Lets go of it.
 */
void
lamina_pointer_unref (LaminaPointer *pointer)
{
  g_atomic_rc_box_release_full (pointer, pointer_clear);
}

/**
 * lamina_pointer_get_location:
 * @pointer: a pointer
 *
 * Returns: the location, no longer relative to the file's folder
 */
const gchar *
lamina_pointer_get_location (LaminaPointer *pointer)
{
  return pointer->location;
}

/**
 * lamina_pointer_get_names:
 * @pointer: a pointer
 *
 * Returns: (array zero-terminated=1) (transfer none): the names of the values that are the
 * source's, in the order of the file, each of them once and with - for _; page and n are not there
 */
const gchar *const *
lamina_pointer_get_names (LaminaPointer *pointer)
{
  return (const gchar *const *)pointer->names->pdata;
}

/**
 * lamina_pointer_get_value:
 * @pointer: a pointer
 * @name: a name
 *
 * Returns: (nullable): its value, as text; %NULL where the file gives none
 */
const gchar *
lamina_pointer_get_value (LaminaPointer *pointer, const gchar *name)
{
  const Entry *entry = find (pointer, name);

  return entry != NULL ? entry->value : NULL;
}

/**
 * lamina_pointer_get_page:
 * @pointer: a pointer
 *
 * Returns: the first plane to be shown; 0 where the file says nothing
 */
gint
lamina_pointer_get_page (LaminaPointer *pointer)
{
  return pointer->page;
}

/**
 * lamina_pointer_get_n:
 * @pointer: a pointer
 *
 * Returns: how many planes are to be shown; -1 for all, 1 where the file says nothing
 */
gint
lamina_pointer_get_n (LaminaPointer *pointer)
{
  return pointer->n;
}

/**
 * lamina_pointer_prefix_error:
 * @pointer: a pointer
 * @name: the name of one of its values
 * @error: what is wrong with that value
 *
 * Puts the file and the line in front of an error.
 */
void
lamina_pointer_prefix_error (LaminaPointer *pointer, const gchar *name, GError **error)
{
  const Entry *entry = find (pointer, name);
  g_autofree gchar *path = g_filename_display_name (pointer->path);

  g_prefix_error (error, "%s:%u: ", path, entry != NULL ? entry->line : pointer->line);
}
