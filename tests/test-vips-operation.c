/* Operations of Lamina's as libvips has them: names, arguments, values, tables, sinks, the loader
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain-operations.h"
#include "vips-load.h"
#include "vips-operation.h"
#include "vips-stand.h"

/* --- Help -------------------------------------------------------------------------------- */

/* Builds an operation, whose arguments are those of g_object_set(). */
static VipsOperation *
build (const gchar *name, const gchar *first, ...)
{
  VipsOperation *operation = vips_operation_new (name), *built;
  va_list arguments;

  g_assert_nonnull (operation);
  va_start (arguments, first);
  g_object_set_valist (G_OBJECT (operation), first, arguments);
  va_end (arguments);
  built = vips_cache_operation_build (operation);
  if (built == NULL)
    vips_object_unref_outputs (VIPS_OBJECT (operation));
  g_object_unref (operation);
  return built;
}

/* An output that is an image, of an operation that goes. */
static VipsImage *
take (VipsOperation *operation, const gchar *output)
{
  VipsImage *image = NULL;

  g_assert_nonnull (operation);
  g_object_get (operation, output, &image, NULL);
  vips_object_unref_outputs (VIPS_OBJECT (operation));
  g_object_unref (operation);
  return image;
}

static void
assert_log (const gchar *wanted)
{
  g_autofree gchar *log = chain_operations_take_log ();

  g_assert_cmpstr (log, ==, wanted);
}

/* --- Names and arguments ----------------------------------------------------------------- */

static void
test_names (void)
{
  static const gchar *const there[]
      = { "even",       "lamina_add",         "marks",      "marks_objects", "thin", "keep",
          "toy_source", "toy_source_objects", "lamina_load" };
  static const gchar *const not_there[] = { "rows", "idle", "toy_write" };

  for (gsize i = 0; i < G_N_ELEMENTS (there); i++)
    g_assert_nonnull (vips_class_find ("VipsOperation", there[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (not_there); i++)
    g_assert_null (vips_class_find ("VipsOperation", not_there[i]));
  /* libvips's own is what it was. */
  g_assert_cmpstr (g_type_name (vips_type_find ("VipsOperation", "add")), ==, "VipsAdd");
}

static GParamSpec *
find_argument (gpointer object, const gchar *name, VipsArgumentFlags *flags)
{
  GParamSpec *property = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);

  *flags = property != NULL ? vips_object_get_argument_flags (object, name) : 0;
  return property;
}

static void
assert_argument (gpointer object, const gchar *name, GType type, VipsArgumentFlags wanted)
{
  VipsArgumentFlags flags;
  GParamSpec *property = find_argument (object, name, &flags);

  g_assert_nonnull (property);
  g_assert_true (g_type_is_a (property->value_type, type));
  g_assert_cmpint (flags, ==, wanted);
}

static void
test_arguments (void)
{
  VipsOperation *toy = vips_operation_new ("toy_source"), *marks = vips_operation_new ("marks");
  VipsOperation *table = vips_operation_new ("marks_objects"), *keep = vips_operation_new ("keep");
  VipsArgumentFlags flags;
  GEnumClass *moods;
  GParamSpec *mood;

  assert_argument (toy, "location", G_TYPE_STRING, VIPS_ARGUMENT_REQUIRED_INPUT);
  assert_argument (toy, "image", VIPS_TYPE_IMAGE, VIPS_ARGUMENT_REQUIRED_OUTPUT);
  assert_argument (toy, "planes", G_TYPE_INT, VIPS_ARGUMENT_OPTIONAL_INPUT);
  assert_argument (toy, "budget", G_TYPE_UINT64, VIPS_ARGUMENT_OPTIONAL_INPUT);
  assert_argument (toy, "scale", G_TYPE_DOUBLE, VIPS_ARGUMENT_OPTIONAL_INPUT);
  assert_argument (toy, "no-odd", G_TYPE_BOOLEAN, VIPS_ARGUMENT_OPTIONAL_INPUT);
  g_assert_null (find_argument (toy, "odd", &flags));
  g_assert_null (find_argument (toy, "objects", &flags));
  assert_argument (marks, "image", VIPS_TYPE_IMAGE, VIPS_ARGUMENT_REQUIRED_INPUT);
  assert_argument (marks, "labels", VIPS_TYPE_IMAGE, VIPS_ARGUMENT_REQUIRED_OUTPUT);
  assert_argument (table, "objects", VIPS_TYPE_IMAGE, VIPS_ARGUMENT_REQUIRED_OUTPUT);
  g_assert_null (find_argument (table, "labels", &flags));
  assert_argument (keep, "path", G_TYPE_STRING, VIPS_ARGUMENT_REQUIRED_INPUT);

  /* The last choice, which libvips hides, is none of ours. */
  mood = find_argument (toy, "mood", &flags);
  moods = G_PARAM_SPEC_ENUM (mood)->enum_class;
  g_assert_cmpuint (moods->n_values, ==, 3);
  g_assert_cmpstr (moods->values[1].value_nick, ==, "bad");
  g_assert_nonnull (
      strstr (g_param_spec_get_blurb (find_argument (toy, "planes", &flags)), "(1 to 100000)"));

  /* What leads out of the process can be blocked. */
  g_assert_true (vips_operation_get_flags (toy) & VIPS_OPERATION_UNTRUSTED);
  g_assert_true (vips_operation_get_flags (keep) & VIPS_OPERATION_UNTRUSTED);
  g_assert_true (vips_operation_get_flags (keep) & VIPS_OPERATION_NOCACHE);
  g_assert_false (vips_operation_get_flags (marks) & VIPS_OPERATION_UNTRUSTED);
  g_object_unref (toy);
  g_object_unref (marks);
  g_object_unref (table);
  g_object_unref (keep);
}

/* --- Values ------------------------------------------------------------------------------ */

static void
test_values (void)
{
  VipsOperation *even;

  /* Nothing that was not given is passed on; all else is, of each kind. */
  even = build ("even", "text", "a", "value", 42, "the-budget", G_GUINT64_CONSTANT (1) << 40,
                "scale", 2.5, "odd", TRUE, "mood", 1, NULL);
  assert_log ("open:even 42,1099511627776,2.5,1,[a]");
  g_object_unref (take (even, "image"));
  even = build ("even", "text", "b", "odd", TRUE, NULL);
  assert_log ("open:even 7,64,1,0,[b]");
  g_object_unref (take (even, "image"));
}

static void
test_faults (void)
{
  g_assert_null (build ("even", "text", "a", "value", 5001, NULL));
  assert_vips_error ("even: value takes a whole number from -100 to 5000, not \"5001\"");
  g_assert_null (build ("even", "text", "a", "scale", 0.1, NULL));
  assert_vips_error ("scale takes a number");
  g_assert_null (build ("even", "text", "a", "mood", 2, NULL));
  assert_vips_error ("mood takes one of");
  g_assert_null (build ("even", "text", "a", "the-budget", G_MAXUINT64, NULL));
  assert_vips_error ("the-budget takes");
  assert_log ("");
  g_assert_null (build ("even", "text", "fails", NULL));
  assert_vips_error ("even: no answer");
  g_assert_null (build ("toy_source", "location", "elsewhere", "no-odd", TRUE, NULL));
  assert_vips_error ("toy-source: There is nothing at \"elsewhere\"");
  g_free (chain_operations_take_log ());
}

/* --- Images, tables, sinks ----------------------------------------------------------- */

static VipsImage *
make_even (gint planes, gint value)
{
  return take (build ("even", "text", "a", "planes", planes, "value", value, NULL), "image");
}

static gdouble
get_mean (VipsImage *image)
{
  gdouble mean = -1;

  g_assert_cmpint (vips_avg (image, &mean, NULL), ==, 0);
  return mean;
}

/* Ours, libvips's, ours. */
static void
test_chain (void)
{
  VipsImage *even = make_even (5, 7), *doubled = NULL, *cast = NULL, *marks, *sum;

  g_assert_cmpint (even->Ysize, ==, 10);
  g_assert_cmpint (vips_linear1 (even, &doubled, 2, 1, NULL), ==, 0);
  g_assert_cmpint (vips_cast (doubled, &cast, VIPS_FORMAT_USHORT, NULL), ==, 0);
  marks = take (build ("marks", "image", cast, "by", 100, NULL), "labels");
  sum = take (build ("lamina_add", "image", marks, NULL), "sum");
  chain_operations_take_reads ();
  g_assert_cmpfloat (get_mean (sum), ==, 2 * 7 + 1 + 100 + 1);
  g_object_unref (sum);
  g_object_unref (marks);
  g_object_unref (cast);
  g_object_unref (doubled);
  g_object_unref (even);
  g_free (chain_operations_take_log ());
}

static void
test_table (void)
{
  VipsImage *even = make_even (5, 7), *matrix;
  const char *columns = NULL;
  gint n_rows = 0;

  chain_operations_take_reads ();
  matrix = take (build ("marks_objects", "image", even, "by", 3, NULL), "objects");
  /* Five rows, and not a pixel. */
  g_assert_cmpint (chain_operations_take_reads (), ==, 5);
  g_assert_cmpint (matrix->Xsize, ==, 2);
  g_assert_cmpint (matrix->Ysize, ==, 5);
  g_assert_cmpint (matrix->BandFmt, ==, VIPS_FORMAT_DOUBLE);
  vips_image_get_string (matrix, "lamina-columns", &columns);
  g_assert_cmpstr (columns, ==, "plane,by");
  vips_image_get_int (matrix, "lamina-rows", &n_rows);
  g_assert_cmpint (n_rows, ==, 5);
  for (gint y = 0; y < 5; y++)
    {
      g_assert_cmpfloat (*VIPS_MATRIX (matrix, 0, y), ==, y);
      g_assert_cmpfloat (*VIPS_MATRIX (matrix, 1, y), ==, 3);
    }
  g_object_unref (matrix);
  g_object_unref (even);
  g_free (chain_operations_take_log ());
}

static void
note_signal (VipsImage *image, VipsProgress *progress, gpointer data)
{
  g_assert_cmpint (progress->percent, <=, 100);
  g_assert_cmpint (progress->npels, <=, progress->tpels);
  g_string_append_c (data, (gchar)GPOINTER_TO_INT (g_object_get_data (G_OBJECT (image), "now")));
}

static void
note_preeval (VipsImage *image, VipsProgress *progress, gpointer data)
{
  g_string_append_c (data, '(');
}

static void
note_posteval (VipsImage *image, VipsProgress *progress, gpointer data)
{
  g_string_append_c (data, ')');
}

static VipsOperation *
build_keep (VipsImage *image, const gchar *fails)
{
  return build ("keep", "image", image, "path", "a.rec", "fails", fails, NULL);
}

/* A sink is run when it is called, and whoever wants to know how far it is does. */
static void
test_sink (void)
{
  VipsImage *even = make_even (3, 7), *copy = NULL;
  g_autoptr (GString) signals = g_string_new (NULL);

  vips_concurrency_set (1);
  g_assert_cmpint (vips_copy (even, &copy, NULL), ==, 0);
  vips_image_set_progress (copy, TRUE);
  g_object_set_data (G_OBJECT (copy), "now", GINT_TO_POINTER ('.'));
  g_signal_connect (copy, "preeval", G_CALLBACK (note_preeval), signals);
  g_signal_connect (copy, "eval", G_CALLBACK (note_signal), signals);
  g_signal_connect (copy, "posteval", G_CALLBACK (note_posteval), signals);
  g_free (chain_operations_take_log ());
  g_object_unref (build_keep (copy, NULL));
  assert_log ("open:a.rec begin:a.rec a.rec:0 a.rec:1 a.rec:2 end:a.rec:1");
  g_assert_cmpstr (signals->str, ==, "(...)");

  g_assert_null (build_keep (copy, "plane"));
  assert_vips_error ("a.rec fails at plane");
  assert_log ("open:a.rec begin:a.rec a.rec:0 a.rec:1 end:a.rec:0");
  vips_concurrency_set (0);
  g_object_unref (copy);
  g_object_unref (even);
}

/* --- The loader ---------------------------------------------------------------------- */

static VipsImage *
load (const gchar *name)
{
  VipsImage *image = vips_image_new_from_file (name, NULL);

  g_free (chain_operations_take_log ());
  return image;
}

static void
test_load (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("lamina-vips-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "a.idr", NULL);
  g_autofree gchar *some = g_strconcat (path, "[page=7,n=2]", NULL);
  g_autofree gchar *wrong = g_strconcat (path, "[page=9]", NULL);
  g_autofree gchar *unknown = g_strconcat (path, "[t=3]", NULL);
  VipsImage *image;

  g_assert_true (g_file_set_contents (path, "x\nplanes=9\nvalue=20\npage=2\nn=-1\n", -1, NULL));
  image = load (path);
  g_assert_nonnull (image);
  g_assert_cmpint (image->Ysize, ==, 14);
  g_assert_cmpint (vips_image_get_n_pages (image), ==, 9);
  g_assert_cmpfloat (get_mean (image), ==, 20);
  g_object_unref (image);

  image = load (some);
  g_assert_cmpint (image->Ysize, ==, 4);
  g_object_unref (image);
  g_assert_null (load (wrong));
  assert_vips_error ("lamina_load: There is no page 9");
  g_assert_null (load (unknown));
  assert_vips_error ("even has no parameter \"t\"");
  g_assert_true (bridge_vips_load_is_a ("/a/.zattrs"));
  g_assert_true (bridge_vips_load_is_a ("zarr.json"));
  g_assert_false (bridge_vips_load_is_a ("/a/some.json"));
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *toys = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "toy", NULL);
  const GPtrArray *operations;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("LAMINA_PLUGIN_PATH", toys, TRUE);
  start_vips (argv[0]);
  chain_operations_register ();
  operations = bridge_list_operations ();
  for (guint i = 0; i < operations->len; i++)
    bridge_vips_register (operations->pdata[i]);
  bridge_vips_load_get_type ();

  g_test_add_func ("/vips/names", test_names);
  g_test_add_func ("/vips/arguments", test_arguments);
  g_test_add_func ("/vips/values", test_values);
  g_test_add_func ("/vips/faults", test_faults);
  g_test_add_func ("/vips/chain", test_chain);
  g_test_add_func ("/vips/table", test_table);
  g_test_add_func ("/vips/sink", test_sink);
  g_test_add_func ("/vips/load", test_load);
  return g_test_run ();
}
