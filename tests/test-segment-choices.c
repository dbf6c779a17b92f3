/* How parallel-segment's properties choose what is an object, and what they refuse
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"
#include "parallel-segment.h"

#include <string.h>

#define SIDE 12

/* A ring, two squares that touch by a corner, a pixel at the border; the same in both planes. */
static gdouble
get_value (gint64 plane, gint64 x, gint64 y)
{
  if (x >= 1 && x < 6 && y >= 1 && y < 6)
    return x == 3 && y == 3 ? 10 : 100;
  if ((x >= 7 && x < 9 && y >= 7 && y < 9) || (x >= 9 && x < 11 && y >= 9 && y < 11))
    return 60;
  return x == SIDE - 1 && y == 0 ? 50 : 10;
}

static LaminaImage *
make_image (void)
{
  const LaminaInfo info = { .size = sizeof info,
                            .format = LAMINA_FORMAT_U16,
                            .samples = 1,
                            .width = SIDE,
                            .height = SIDE,
                            .n_t = 1,
                            .n_c = 1,
                            .n_z = 2,
                            .tile_width = SIDE,
                            .tile_height = SIDE,
                            .n_levels = 1 };

  return made_image_new (&info, get_value);
}

static void
set_value (GValue *value, GParamSpec *property, const gchar *text)
{
  g_value_init (value, property->value_type);
  if (G_IS_PARAM_SPEC_ENUM (property))
    {
      GEnumValue *entry = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (property)->enum_class, text);

      g_assert_nonnull (entry);
      g_value_set_enum (value, entry->value);
    }
  else if (G_IS_PARAM_SPEC_BOOLEAN (property))
    g_value_set_boolean (value, g_str_equal (text, "true"));
  else if (G_IS_PARAM_SPEC_INT64 (property))
    g_value_set_int64 (value, g_ascii_strtoll (text, NULL, 10));
  else
    g_value_set_double (value, g_ascii_strtod (text, NULL));
}

/* Objects in plane 0, or with @problem the error's text. */
static gint
count (const gchar *name, const gchar *value, const gchar *more_name, const gchar *more_value,
       gchar **problem)
{
  g_autoptr (LaminaImage) image = make_image ();
  g_autoptr (GTypeClass) klass = g_type_class_ref (IDR_TYPE_PARALLEL_SEGMENT);
  const gchar *names[] = { "input", "sigma", name, more_name };
  const gchar *values[] = { NULL, NULL, value, more_value };
  GValue given[4] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };
  g_autoptr (GObject) operation = NULL;
  g_autoptr (LaminaTable) objects = NULL;
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 2;

  g_value_init (&given[0], LAMINA_TYPE_IMAGE);
  g_value_set_object (&given[0], image);
  g_value_init (&given[1], G_TYPE_DOUBLE);
  for (; n < 4 && names[n] != NULL; n++)
    {
      GParamSpec *property = g_object_class_find_property (G_OBJECT_CLASS (klass), names[n]);

      set_value (&given[n], property, values[n]);
    }
  operation = g_object_new_with_properties (IDR_TYPE_PARALLEL_SEGMENT, n, names, given);
  for (guint i = 0; i < n; i++)
    g_value_unset (&given[i]);
  if (!g_initable_init (G_INITABLE (operation), NULL, &error))
    {
      g_assert_nonnull (problem);
      *problem = g_strdup (error->message);
      return -1;
    }
  g_assert_null (problem);
  g_object_get (operation, "objects", &objects, NULL);
  rows = lamina_table_read (objects, 0, NULL, &error);
  g_assert_no_error (error);
  return (gint)(rows->len / g_strv_length ((gchar **)lamina_table_get_columns (objects)));
}

static void
test_thresholds (void)
{
  g_assert_cmpint (count (NULL, NULL, NULL, NULL, NULL), ==, 4);
  g_assert_cmpint (count ("fraction", "0.55", NULL, NULL, NULL), ==, 3);
  g_assert_cmpint (count ("threshold", "absolute", "above", "60", NULL), ==, 1);
  g_assert_cmpint (count ("threshold", "absolute", "above", "59.5", NULL), ==, 3);
  g_assert_cmpint (count ("threshold", "otsu", NULL, NULL, NULL), ==, 4);
  g_assert_cmpint (count ("threshold", "triangle", NULL, NULL, NULL), ==, 4);
  g_assert_cmpint (count ("threshold", "li", NULL, NULL, NULL), ==, 4);
}

static void
test_objects (void)
{
  g_assert_cmpint (count ("connectivity", "8", NULL, NULL, NULL), ==, 3);
  g_assert_cmpint (count ("clear-border", "true", NULL, NULL, NULL), ==, 3);
  g_assert_cmpint (count ("minimum-area", "5", NULL, NULL, NULL), ==, 1);
  g_assert_cmpint (count ("minimum-area", "24", NULL, NULL, NULL), ==, 1);
  g_assert_cmpint (count ("minimum-area", "25", NULL, NULL, NULL), ==, 0);
  g_assert_cmpint (count ("minimum-area", "25", "fill-holes", "true", NULL), ==, 1);
  g_assert_cmpint (count ("connectivity", "26", "volume", "true", NULL), ==, 3);
  g_assert_cmpint (count ("connectivity", "8", "volume", "true", NULL), ==, 3);
}

static void
assert_refused (const gchar *name, const gchar *value, const gchar *text)
{
  g_autofree gchar *problem = NULL;

  count (name, value, NULL, NULL, &problem);
  g_assert_nonnull (strstr (problem, text));
  g_assert_null (strchr (problem, '\n'));
}

static void
test_refused (void)
{
  assert_refused ("above", "60", "threshold=absolute");
  assert_refused ("connectivity", "6", "volume=true");
  assert_refused ("connectivity", "26", "4 or 8");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segment-choices/thresholds", test_thresholds);
  g_test_add_func ("/segment-choices/objects", test_objects);
  g_test_add_func ("/segment-choices/refused", test_refused);
  return g_test_run ();
}
