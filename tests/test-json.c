/* JSON: what is read exactly, what is refused and how that is said
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"

#include <string.h>

static JsonNode *
parse (const gchar *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return idr_json_parse (bytes, error);
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = parse (
      "\xef\xbb\xbf {\"i\": -7, \"d\": 2.5, \"e\": 3e2, \"s\": \"\\u00b5m\\\"]\", \"n\": null,"
      " \"b\": true, \"big\": 18446744073709551615, \"low\": -9223372036854775808,"
      " \"high\": 9223372036854775807, \"huge\": 1e999, \"a\": [{\"x\": 1}, \"y\", NaN],"
      " \"inf\": -Infinity, \"o\": {\"k\": \"v\"}} ",
      &error);
  JsonObject *o;
  JsonArray *a;

  g_assert_no_error (error);
  o = json_node_get_object (root);
  g_assert_cmpint (idr_json_int (o, "i", 0), ==, -7);
  g_assert_cmpint (idr_json_int (o, "d", 9), ==, 9);
  g_assert_cmpint (idr_json_int (o, "e", 9), ==, 300);
  g_assert_cmpint (idr_json_int (o, "low", 0), ==, G_MININT64);
  g_assert_cmpint (idr_json_int (o, "high", 0), ==, G_MAXINT64);
  g_assert_cmpint (idr_json_int (o, "big", 5), ==, 5);
  g_assert_cmpint (idr_json_int (o, "b", 5), ==, 5);
  g_assert_cmpint (idr_json_int (o, "absent", 5), ==, 5);
  g_assert_cmpfloat (idr_json_double (o, "d", 0), ==, 2.5);
  g_assert_cmpfloat (idr_json_double (o, "i", 0), ==, -7);
  g_assert_cmpfloat (idr_json_double (o, "big", 0), ==, 0x1p64);
  g_assert_cmpfloat (idr_json_double (o, "huge", 5), ==, 5);
  g_assert_cmpfloat (idr_json_double (o, "inf", 5), ==, 5);
  g_assert_cmpfloat (idr_json_double (o, "s", 5), ==, 5);
  g_assert_cmpstr (idr_json_string (o, "s"), ==, "\302\265m\"]");
  g_assert_cmpstr (idr_json_string (o, "big"), ==, "18446744073709551615");
  g_assert_cmpstr (idr_json_string (o, "inf"), ==, "-Infinity");
  g_assert_null (idr_json_string (o, "n"));
  g_assert_null (idr_json_object (o, "a"));
  g_assert_null (idr_json_array (o, "o"));
  g_assert_null (idr_json_array (NULL, "o"));
  g_assert_cmpstr (idr_json_string (idr_json_object (o, "o"), "k"), ==, "v");
  a = idr_json_array (o, "a");
  g_assert_cmpint (idr_json_int (idr_json_object_at (a, 0), "x", 0), ==, 1);
  g_assert_null (idr_json_string_at (a, 0));
  g_assert_cmpstr (idr_json_string_at (a, 1), ==, "y");
  g_assert_cmpstr (idr_json_string_at (a, 2), ==, "NaN");
  g_assert_null (idr_json_object_at (a, 1));
  g_assert_null (idr_json_object_at (a, 3));
  g_assert_null (idr_json_string_at (NULL, 0));
}

static void
test_refused (void)
{
  static const struct
  {
    const gchar *text, *said;
  } cases[] = {
    { "", "empty" },
    { " \n", "empty" },
    { "<!DOCTYPE html>\n<html>", "it begins with \"<!DOCTYPE html> <html>\"" },
    { "{\n \"a\": nul}", "line 2, column 7: an unknown word" },
    { "{\"\302\265\": truefalse}", "line 1, column 7: an unknown word" },
    { "[01]", "column 2: a malformed number" },
    { "[0x10]", "a malformed number" },
    { "[1.]", "a malformed number" },
    { "[-]", "a malformed number" },
    { "[1e]", "a malformed number" },
    { "[.5]", "column 2: an unknown word" },
    { "['a']", "an unknown word" },
    { "[/*\"*/1]", "column 2: an unknown word" },
    { "[\"a\nb\"]", "a control character" },
    { "[\"\\q\"]", "an unknown escape" },
    { "[\"a", "line 1, column 2: a string without an end" },
    { "[\"a\\", "a string without an end" },
    { "[\"\\ud800\"]", "unterminated string" },
    { "[1, 2", "line 1, column 6: it ends before" },
    { "[1]]", "column 4: a closing bracket too many" },
    { "[1, ]", "not valid JSON: line 1, after column " },
    { "{\"a\" 1}", "not valid JSON: line 1, after column " },
    { "{\"a\":[1}]", "not valid JSON: line 1, after column " },
    { "1 2", "not valid JSON: line 1, after column " },
    { "{\"a\": \"\xff\"}", "column 8: bytes that are not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[i].text, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      if (!strstr (error->message, cases[i].said) || strchr (error->message, '\n'))
        g_error ("%s: %s", cases[i].text, error->message);
    }
}

/* @depth brackets, with brackets and quotes in strings that do not count. */
static gchar *
nest (guint depth, gboolean closed)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, i % 2 ? "{\"[[\\\"[\":" : "[\"]]\",");
  g_string_append (text, "0");
  for (guint i = depth; closed && i-- > 0;)
    g_string_append_c (text, i % 2 ? '}' : ']');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *most = nest (64, TRUE), *more = nest (65, TRUE), *bomb = nest (1000000, FALSE);
  g_autoptr (JsonNode) root = parse (most, &error);

  g_assert_no_error (error);
  g_assert_nonnull (root);
  g_assert_null (parse (more, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "more than 64 deep"));
  g_clear_error (&error);
  g_assert_null (parse (bomb, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_size (void)
{
  gsize size = (64 << 20) + 1;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_json_parse (bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "64 MiB"));
}

/* Whatever the bytes are, there is a value or an error, and nothing else happens. */
static void
test_mutations (void)
{
  static const gchar seed[] = "{\"zarr_format\": 2, \"fill_value\": NaN, \"shape\": [1, -2, 3e4],"
                              " \"n\\u00b5\": {\"a\": [null, true, \"\\ud83d\\ude00\"]}}";
  g_autoptr (GRand) random = g_rand_new_with_seed (6001240);

  for (gint i = 0; i < 20000; i++)
    {
      g_autofree gchar *text = g_strdup (seed);
      gsize size = g_rand_int_range (random, 0, sizeof seed);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GError) error = NULL;

      for (gint k = g_rand_int_range (random, 0, 4); k > 0; k--)
        text[g_rand_int_range (random, 0, sizeof seed - 1)]
            = k % 2 ? g_rand_int_range (random, 0, 256) : seed[g_rand_int_range (random, 0, 80)];
      bytes = g_bytes_new (text, size);
      node = idr_json_parse (bytes, &error);
      g_assert_true ((node == NULL) == (error != NULL));
    }
}

/* json-glib 1.6.6 loses the text of a string that breaks off. */
const gchar *__lsan_default_suppressions (void);

const gchar *
__lsan_default_suppressions (void)
{
  return "leak:json_parser_load_from_data\n";
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/values", test_values);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/mutations", test_mutations);
  return g_test_run ();
}
