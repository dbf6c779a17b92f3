/* Plug-ins: a good one is loaded once and for all, a bad one is refused and leaves nothing behind
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static gchar *
get_path (const gchar *name)
{
  return g_build_filename (g_getenv ("LAMINA_TESTS_BUILD"), "plugins", name, NULL);
}

/* --- A folder that goes with the test ---------------------------------------------------- */

typedef gchar TemporaryFolder;

static TemporaryFolder *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("lamina-plugin-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (TemporaryFolder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TemporaryFolder, remove_folder)

/* The path of @name in @folder, as a copy of the plug-in @from or, for NULL, a text. */
static gchar *
put_file (const gchar *folder, const gchar *name, const gchar *from)
{
  g_autofree gchar *source = get_path (from != NULL ? from : "");
  g_autoptr (GError) error = NULL;
  gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *contents = NULL;
  gsize length = 0;

  if (from != NULL)
    g_file_get_contents (source, &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, from != NULL ? contents : "No library, but a text.\n",
                       from != NULL ? (gssize)length : -1, &error);
  g_assert_no_error (error);
  return path;
}

/* --- Bad ones ------------------------------------------------------------------------------- */

static void
assert_refused (const gchar *path, GQuark domain, gint code, const gchar *pattern)
{
  g_autofree gchar *prefix = g_strdup_printf ("The plug-in %s does not load: ", path);
  g_auto (GStrv) before = lamina_operation_list ();
  g_auto (GStrv) after = NULL;

  for (gint i = 0; i < 2; i++) /* and again just so */
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (lamina_plugin_load (path, &error));
      g_assert_error (error, domain, code);
      g_assert_true (g_str_has_prefix (error->message, prefix));
      if (!g_pattern_match_simple (pattern, error->message + strlen (prefix)))
        g_error ("%s", error->message);
      g_assert_false (lamina_plugin_load (path, NULL));
    }
  after = lamina_operation_list ();
  g_assert_cmpstrv (before, after);
}

static void
test_refused (void)
{
  static const gchar *const plugins[][2] = {
    { "wrong-abi.so", "It was made for version 2 of *, and this is version 1: *" },
    { "short.so", "Its descriptor is too short" },
    { "no-symbol.so", "*no symbol \"lamina_plugin\"" },
    { "not-operation.so", "The type of \"not-operation\" is not an operation's" },
    { "name-twice.so", "There is an operation \"twice\" already" },
    { "name-bad.so", "\"Bad Name\" is no name for an operation*" },
    { "undefined.so", "*undefined symbol: missing_function*" },
    { "missing-library.so", "*liblamina-gone.so*" },
    { "scan-silent.so", "Its scan failed and did not say why" },
    { "absent.so", "There is no such file" },
    { ".", "There is no such file" },
  };
  g_autofree gchar *scan_fails = get_path ("scan-fails.so");

  for (gsize i = 0; i < G_N_ELEMENTS (plugins); i++)
    {
      g_autofree gchar *path = get_path (plugins[i][0]);
      g_autofree gchar *absolute = g_canonicalize_filename (path, NULL);

      assert_refused (absolute, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, plugins[i][1]);
    }
  assert_refused (scan_fails, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the licence is not to be found");
  g_assert_true (lamina_operation_find ("beside-bad") == G_TYPE_INVALID);
  g_assert_true (lamina_operation_find ("scan-fails") == G_TYPE_INVALID);
}

static void
test_refused_text (void)
{
  g_autoptr (TemporaryFolder) folder = make_folder ();
  g_autofree gchar *text = put_file (folder, "text.so", NULL);

  assert_refused (text, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, "*text.so*");
}

/* --- A good one ------------------------------------------------------------------------------- */

static gboolean
load_good (gint64 index, gpointer path, LaminaJob *job, GError **error)
{
  return lamina_plugin_load (path, error);
}

static void
test_good (void)
{
  g_autofree gchar *path = get_path ("good.so");
  g_autofree gchar *detour = get_path ("../plugins/good.so");
  g_autofree gchar *taken = get_path ("name-taken.so");
  g_autoptr (TemporaryFolder) folder = make_folder ();
  g_autofree gchar *link = g_build_filename (folder, "link.so", NULL);
  g_autoptr (LaminaJob) job = lamina_job_new (4);
  g_autoptr (LaminaOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *answer = NULL;
  g_auto (GStrv) names = NULL;

  lamina_job_run (job, 8, load_good, path, &error); /* who comes first loads it */
  g_assert_no_error (error);
  g_assert_true (lamina_plugin_load (detour, &error));
  g_assert_no_errno (symlink (path, link));
  g_assert_true (lamina_plugin_load (link, &error));
  g_assert_no_error (error);

  names = lamina_operation_list ();
  g_assert_true (g_strv_contains ((const gchar *const *)names, "third-party"));
  g_assert_true (g_strv_contains ((const gchar *const *)names, "third-found"));
  operation = lamina_operation_new ("third-party", NULL, &error, NULL);
  g_assert_no_error (error);
  g_object_get (operation, "answer", &answer, NULL);
  g_assert_cmpstr (answer, ==, "third-party: 42");

  assert_refused (taken, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                  "There is an operation \"third-party\" already");
  g_assert_true (lamina_operation_find ("free") == G_TYPE_INVALID); /* all or none */
}

static void
test_register (void)
{
  static const gchar *const names[] = { "", "Upper", "two words", "1st", "ümlaut" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GType type = lamina_operation_find ("third-party");

      g_assert_false (lamina_operation_register (names[i], type, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN);
      g_clear_error (&error);
    }
  g_assert_false (lamina_operation_register ("abstract", LAMINA_TYPE_OPERATION, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN);
}

/* --- Folders ---------------------------------------------------------------------------------- */

/* A folder that is not there and a plug-in that is bad are warnings; the rest is loaded. */
static void
test_folders (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (TemporaryFolder) first = make_folder ();
      g_autoptr (TemporaryFolder) second = make_folder ();
      g_autofree gchar *path
          = g_strjoin (G_SEARCHPATH_SEPARATOR_S, first, "/nowhere/at/all", "", second, NULL);

      g_free (put_file (first, "a.so", "wrong-abi.so"));
      g_free (put_file (first, "readme.txt", NULL));
      g_free (put_file (second, "z.so", "good.so"));
      g_setenv ("LAMINA_PLUGIN_PATH", path, TRUE);
      g_test_expect_message ("lamina", G_LOG_LEVEL_WARNING, "*a.so does not load: It was made*");
      g_test_expect_message ("lamina", G_LOG_LEVEL_WARNING, "*read from /nowhere/at/all: *");
      lamina_plugin_load_all ();
      g_test_assert_expected_messages ();
      g_assert_true (lamina_operation_find ("third-party") != G_TYPE_INVALID);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* Another library's operations are loaded when one of them is asked for, or all. */
static void
test_libraries (gconstpointer all)
{
  if (g_test_subprocess ())
    {
      g_autoptr (TemporaryFolder) folder = make_folder ();
      g_autoptr (TemporaryFolder) library = g_build_filename (folder, "library", NULL);
      g_auto (GStrv) before = NULL, after = NULL;

      g_assert_cmpint (g_mkdir (library, 0700), ==, 0);
      g_free (put_file (library, "a.so", "library.so"));
      g_assert_true (lamina_operation_find ("library:found") == G_TYPE_INVALID);
      g_setenv ("LAMINA_PLUGIN_PATH", folder, TRUE);
      lamina_plugin_load_all ();
      g_assert_true (lamina_operation_find ("../library:found") == G_TYPE_INVALID);
      g_assert_true (lamina_operation_find ("other:found") == G_TYPE_INVALID);
      before = lamina_operation_list ();
      g_assert_cmpuint (g_strv_length (before), ==, 0);

      if (all != NULL)
        lamina_plugin_load_libraries ();
      else
        g_assert_true (lamina_operation_find ("library:lost") == G_TYPE_INVALID);
      after = lamina_operation_list ();
      g_assert_cmpuint (g_strv_length (after), ==, 1);
      g_assert_true (lamina_operation_find ("library:found") != G_TYPE_INVALID);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* --- A host that knows only a bridge ------------------------------------------------- */

static void
test_local_binding (void)
{
  g_autofree gchar *host = get_path ("plugin-host");
  g_autofree gchar *bridge = get_path ("bridge.so");
  g_autofree gchar *good = get_path ("good.so");
  const gchar *arguments[] = { host, bridge, good, NULL };
  g_autofree gchar *output = NULL;
  g_autoptr (GError) error = NULL;
  gint status = -1;

  g_spawn_sync (NULL, (gchar **)arguments, NULL, 0, NULL, NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  g_assert_cmpstr (output, ==, "third-party: 6\nthird-party: 6\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/refused", test_refused);
  g_test_add_func ("/plugin/refused-text", test_refused_text);
  g_test_add_func ("/plugin/good", test_good);
  g_test_add_func ("/plugin/register", test_register);
  g_test_add_func ("/plugin/folders", test_folders);
  g_test_add_data_func ("/plugin/library", NULL, test_libraries);
  g_test_add_data_func ("/plugin/libraries", "all", test_libraries);
  g_test_add_func ("/plugin/local-binding", test_local_binding);
  return g_test_run ();
}
