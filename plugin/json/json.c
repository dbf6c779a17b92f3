/* JSON from outside: words are checked here, the grammar by json-glib
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"

#include <errno.h>
#include <string.h>

#define MAX_SIZE (64 << 20)
#define MAX_DEPTH 64
#define SHOWN 40

/* --- The words --------------------------------------------------------------- */

typedef struct
{
  const gchar *text, *at, *end;
  const gchar *copied; /* what lies before is in @out */
  GString *out;        /* what json-glib is given */
  guint depth;
} Scan;

static gboolean
fail (const Scan *scan, const gchar *where, const gchar *what, GError **error)
{
  gint line = 1;
  const gchar *start = scan->text;

  for (const gchar *p = scan->text; p < where; p++)
    if (*p == '\n')
      {
        line++;
        start = p + 1;
      }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "not valid JSON: line %d, column %ld: %s", line,
               g_utf8_strlen (start, where - start) + 1, what);
  return FALSE;
}

/* json-glib gets the word from @word to here as a string. */
static void
quote (Scan *scan, const gchar *word)
{
  g_string_append_len (scan->out, scan->copied, word - scan->copied);
  g_string_append_c (scan->out, '"');
  g_string_append_len (scan->out, word, scan->at - word);
  g_string_append_c (scan->out, '"');
  scan->copied = scan->at;
}

static gboolean
scan_string (Scan *scan, GError **error)
{
  const gchar *start = scan->at++;

  for (; scan->at < scan->end && *scan->at != '"'; scan->at++)
    {
      if ((guchar)*scan->at < 0x20)
        return fail (scan, scan->at, "a control character in a string", error);
      if (*scan->at != '\\')
        continue;
      scan->at++;
      if (scan->at == scan->end)
        break;
      if (!strchr ("\"\\/bfnrtu", *scan->at))
        return fail (scan, scan->at, "an unknown escape in a string", error);
    }
  if (scan->at == scan->end)
    return fail (scan, start, "a string without an end", error);
  scan->at++;
  return TRUE;
}

static gboolean
scan_digits (Scan *scan)
{
  const gchar *start = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return scan->at > start;
}

static gboolean
scan_char (Scan *scan, const gchar *set)
{
  if (scan->at == scan->end || !*scan->at || !strchr (set, *scan->at))
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
scan_number (Scan *scan, GError **error)
{
  const gchar *start = scan->at;
  gboolean whole = TRUE, ok;

  scan_char (scan, "-");
  ok = scan_char (scan, "0") || scan_digits (scan);
  if (ok && scan_char (scan, "."))
    {
      whole = FALSE;
      ok = scan_digits (scan);
    }
  if (ok && scan_char (scan, "eE"))
    {
      whole = FALSE;
      scan_char (scan, "+-");
      ok = scan_digits (scan);
    }
  if (!ok || (scan->at < scan->end && (g_ascii_isalnum (*scan->at) || *scan->at == '.')))
    return fail (scan, start, "a malformed number", error);
  if (whole)
    {
      errno = 0;
      g_ascii_strtoll (start, NULL, 10);
      if (errno == ERANGE)
        quote (scan, start);
    }
  return TRUE;
}

static gboolean
scan_word (Scan *scan, GError **error)
{
  static const gchar *const words[]
      = { "true", "false", "null", "NaN", "Infinity", "-Infinity", NULL };
  const gchar *start = scan->at;

  for (gint i = 0; words[i]; i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize)(scan->end - start) < length || memcmp (start, words[i], length) != 0)
        continue;
      if (start + length < scan->end && g_ascii_isalnum (start[length]))
        break;
      scan->at += length;
      if (i > 2)
        quote (scan, start);
      return TRUE;
    }
  return fail (scan, start, "an unknown word", error);
}

static gboolean
scan_bracket (Scan *scan, GError **error)
{
  if (*scan->at == '[' || *scan->at == '{')
    {
      if (++scan->depth > MAX_DEPTH)
        return fail (scan, scan->at, "nested more than 64 deep", error);
    }
  else if (scan->depth-- == 0)
    return fail (scan, scan->at, "a closing bracket too many", error);
  scan->at++;
  return TRUE;
}

static gboolean
scan_text (Scan *scan, GError **error)
{
  while (scan->at < scan->end)
    {
      gchar c = *scan->at;
      gboolean ok = TRUE;

      if (strchr (" \t\r\n,:", c))
        scan->at++;
      else if (c == '"')
        ok = scan_string (scan, error);
      else if (strchr ("[]{}", c))
        ok = scan_bracket (scan, error);
      else if (g_ascii_isdigit (c) || (c == '-' && scan->at[1] != 'I'))
        ok = scan_number (scan, error);
      else
        ok = scan_word (scan, error);
      if (!ok)
        return FALSE;
    }
  if (scan->depth)
    return fail (scan, scan->end, "it ends before its brackets are closed", error);
  g_string_append_len (scan->out, scan->copied, scan->end - scan->copied);
  return TRUE;
}

/* --- The whole --------------------------------------------------------------- */

/* Whether @text can be JSON by its first word; if not, @error shows how it begins. */
static gboolean
check_start (const gchar *text, const gchar *end, GError **error)
{
  g_autofree gchar *shown = NULL;

  while (text < end && g_ascii_isspace (*text))
    text++;
  if (text == end)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "empty, where JSON was expected");
      return FALSE;
    }
  if (strchr ("{[\"-0123456789tfnNI", *text))
    return TRUE;
  shown = g_utf8_substring (text, 0, MIN (SHOWN, g_utf8_strlen (text, end - text)));
  for (gchar *p = shown; *p; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not JSON: it begins with \"%s\"",
               shown);
  return FALSE;
}

/* What json-glib says is "<data>:1:3: Parse error: ...", and its column is that of the word before.
 */
static JsonNode *
parse_grammar (const Scan *scan, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) said = NULL;

  if (json_parser_load_from_data (parser, scan->out->str, scan->out->len, &problem))
    return json_parser_steal_root (parser);
  said = g_strsplit (problem->message, ":", 5);
  if (g_strv_length (said) == 5)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "not valid JSON: line %s, after column %s:%s", said[1], said[2], said[4]);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not valid JSON: %s",
                 problem->message);
  return NULL;
}

JsonNode *
idr_json_parse (GBytes *bytes, GError **error)
{
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);
  g_autoptr (GString) copy = NULL;
  g_autoptr (GString) out = NULL;
  Scan scan = { 0 };

  if (size > MAX_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%" G_GSIZE_FORMAT " bytes of JSON: more than the 64 MiB that are read", size);
      return NULL;
    }
  if (size >= 3 && !memcmp (text, "\xef\xbb\xbf", 3))
    {
      text += 3;
      size -= 3;
    }
  copy = g_string_new_len (size ? text : "",
                           size); /* ends in a NUL, as the numbers' readers want it */
  scan.text = scan.at = scan.copied = copy->str;
  scan.end = copy->str + size;
  if (!g_utf8_validate_len (copy->str, size, &scan.at))
    {
      fail (&scan, scan.at, "bytes that are not UTF-8", error);
      return NULL;
    }
  scan.at = scan.text;
  if (!check_start (scan.text, scan.end, error))
    return NULL;
  scan.out = out = g_string_sized_new (size + 16);
  if (!scan_text (&scan, error))
    return NULL;
  return parse_grammar (&scan, error);
}

/* --- Members ----------------------------------------------------------------- */

static JsonNode *
member (JsonObject *object, const gchar *name)
{
  return object ? json_object_get_member (object, name) : NULL;
}

static JsonNode *
element (JsonArray *array, guint i)
{
  return array && i < json_array_get_length (array) ? json_array_get_element (array, i) : NULL;
}

static JsonObject *
node_object (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const gchar *
node_string (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

JsonObject *
idr_json_object (JsonObject *object, const gchar *name)
{
  return node_object (member (object, name));
}

JsonArray *
idr_json_array (JsonObject *object, const gchar *name)
{
  JsonNode *node = member (object, name);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const gchar *
idr_json_string (JsonObject *object, const gchar *name)
{
  return node_string (member (object, name));
}

JsonObject *
idr_json_object_at (JsonArray *array, guint i)
{
  return node_object (element (array, i));
}

const gchar *
idr_json_string_at (JsonArray *array, guint i)
{
  return node_string (element (array, i));
}

gboolean
idr_json_node_int (JsonNode *node, gint64 *value)
{
  gdouble number;

  if (!node || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  if (json_node_get_value_type (node) != G_TYPE_DOUBLE)
    return FALSE;
  number = json_node_get_double (node);
  if (!(number >= -0x1p63 && number < 0x1p63) || number != (gdouble)(gint64)number)
    return FALSE;
  *value = (gint64)number;
  return TRUE;
}

static gboolean
is_finite (gdouble number)
{
  return number >= -G_MAXDOUBLE && number <= G_MAXDOUBLE;
}

gboolean
idr_json_node_double (JsonNode *node, gdouble *value)
{
  const gchar *text = node_string (node);
  gchar *end;
  GType type;

  if (text) /* a large integer, perhaps */
    {
      gdouble number = g_ascii_strtod (text, &end);

      if (end == text || *end || !is_finite (number))
        return FALSE;
      *value = number;
      return TRUE;
    }
  type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if ((type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) || !is_finite (json_node_get_double (node)))
    return FALSE;
  *value = json_node_get_double (node);
  return TRUE;
}

gint64
idr_json_int (JsonObject *object, const gchar *name, gint64 otherwise)
{
  gint64 value = otherwise;

  return idr_json_node_int (member (object, name), &value) ? value : otherwise;
}

gdouble
idr_json_double (JsonObject *object, const gchar *name, gdouble otherwise)
{
  gdouble value = otherwise;

  return idr_json_node_double (member (object, name), &value) ? value : otherwise;
}
