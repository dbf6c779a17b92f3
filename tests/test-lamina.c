/* Tests of the lamina command, with a plug-in of their own
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-folder.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define CHAIN "toy-source location=here"
#define BROKEN "toy-source location=here mood=bad"
#define LONG "toy-source location=here planes=1000 delay=20"

static gchar *program, *plugins;

typedef struct
{
  gint status;
  gchar *out, *err;
} Result;

static void
result_clear (Result *result)
{
  g_free (result->out);
  g_free (result->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static GSubprocess *
start (const gchar *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const gchar *tsan = g_getenv ("TSAN_OPTIONS");
  g_autofree gchar *no_sleep = g_strconcat (tsan != NULL ? tsan : "", ":atexit_sleep_ms=0", NULL);
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "LAMINA_PLUGIN_PATH", plugins, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_setenv (launcher, "TSAN_OPTIONS", no_sleep, TRUE);
  g_ptr_array_add (argv, program);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer)*arguments);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const gchar *const *)argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

static Result
finish (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;
  Result result = { 0, NULL, NULL };

  g_subprocess_communicate_utf8 (process, NULL, NULL, &result.out, &result.err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  result.status = g_subprocess_get_exit_status (process);
  return result;
}

#define RUN(...) run ((const gchar *const[]){ __VA_ARGS__, NULL })

static Result
run (const gchar *const *arguments)
{
  g_autoptr (GSubprocess) process = start (arguments);

  return finish (process);
}

static void
assert_says (const gchar *text, const gchar *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, part);
}

/* The exit status, and one line on stderr, that begins with "lamina: ". */
static void
assert_refused (Result result, gint status, const gchar *part)
{
  g_assert_cmpint (result.status, ==, status);
  g_assert_true (g_str_has_prefix (result.err, "lamina: "));
  g_assert_true (strchr (result.err, '\n') == result.err + strlen (result.err) - 1);
  assert_says (result.err, part);
  g_assert_cmpstr (result.out, ==, "");
  result_clear (&result);
}

/* --- Help and usage ---------------------------------------------------------------------- */

static void
test_help (void)
{
  static const gchar *const commands[] = { "list", "inspect", "info", "run" };
  g_auto (Result) none = run ((const gchar *const[]){ NULL }), all = RUN ("--help");
  g_auto (Result) version = RUN ("--version");

  g_assert_cmpint (none.status, ==, 2);
  assert_says (none.err, "lamina run");
  g_assert_cmpint (all.status, ==, 0);
  assert_says (all.out, "LAMINA_PLUGIN_PATH");
  g_assert_cmpint (version.status, ==, 0);
  g_assert_true (g_str_has_prefix (version.out, "lamina 1."));

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Result) asked = RUN ("help", commands[i]), option = RUN (commands[i], "--help");

      assert_says (all.out, commands[i]);
      g_assert_cmpint (option.status, ==, 0);
      assert_says (option.out, "Usage:");
      g_assert_cmpstr (asked.out, ==, option.out);
      g_assert_cmpstr (option.err, ==, "");
    }
}

static void
test_usage (void)
{
  assert_refused (RUN ("ruin"), 2, "list, inspect, info, run, ");
  assert_refused (RUN ("help", "ruin"), 2, "run");
  assert_refused (RUN ("run"), 2, "chain");
  assert_refused (RUN ("run", CHAIN, "more"), 2, "chain");
  assert_refused (RUN ("run", CHAIN, "--fast"), 2, "--fast");
  assert_refused (RUN ("run", CHAIN, "-j", "many"), 2, "many");
  assert_refused (RUN ("run", CHAIN, "-j", "-1"), 2, "-j");
  assert_refused (RUN ("run", CHAIN, "-o", "objects"), 2, "OUTPUT=FILE");
  assert_refused (RUN ("run", CHAIN, "-o", "=x.toy"), 2, "OUTPUT=FILE");
  assert_refused (RUN ("run", CHAIN, "-o", "objects="), 2, "OUTPUT=FILE");
  assert_refused (RUN ("run", CHAIN, "-o", "objects=a.toy", "-o", "image=a.toy"), 2, "a.toy");
  assert_refused (RUN ("list", "all"), 2, "all");
  assert_refused (RUN ("inspect"), 2, "operation");
  assert_refused (RUN ("info"), 2, "location");
  assert_refused (RUN ("info", "here", "planes"), 2, "planes");
}

/* --- What there is --------------------------------------------------------------------------- */

static void
test_list (void)
{
  g_auto (Result) result = RUN ("list");

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.out, ==, "toy-source  Make planes\ntoy-write   Count rows\n");
  g_assert_cmpstr (result.err, ==, "");
}

static void
test_inspect (void)
{
  g_auto (Result) source = RUN ("inspect", "toy-source"), writer = RUN ("inspect", "toy-write");
  static const gchar *const parts[] = { "Makes planes out of nothing",
                                        "Parameters",
                                        "Outputs",
                                        "1 to 100000, default 4",
                                        "at least 0, default 0",
                                        "at least 1K, default 64K",
                                        "0 to 2.5, default 0.1",
                                        "default true",
                                        "good: Planes are read",
                                        "bad: Plane 2 fails",
                                        "default good",
                                        "table         A row a plane" };

  g_assert_cmpint (source.status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_says (source.out, parts[i]);
  assert_says (writer.out, "Inputs");
  assert_says (writer.out, ".toy");
  assert_refused (RUN ("inspect", "toy-sauce"), 1, "toy-source");
}

/* A plug-in that does not load is a warning; none at all is an error. */
static void
test_plugins (void)
{
  g_autofree gchar *folder = made_folder_new ();
  g_autofree gchar *broken = g_build_filename (folder, "broken.so", NULL);
  g_autofree gchar *good = plugins;

  g_assert_true (g_file_set_contents (broken, "no library", -1, NULL));
  plugins = g_strconcat (folder, ":", good, NULL);
  {
    g_auto (Result) result = RUN ("list");

    g_assert_cmpint (result.status, ==, 0);
    g_assert_true (g_str_has_prefix (result.err, "lamina: warning: "));
    assert_says (result.err, broken);
    assert_says (result.out, "toy-source");
  }
  g_free (plugins);
  plugins = g_strdup (folder);
  {
    g_auto (Result) result = RUN ("list");

    g_assert_cmpint (result.status, ==, 1);
    assert_says (result.err, "LAMINA_PLUGIN_PATH");
  }
  g_free (plugins);
  plugins = g_steal_pointer (&good);
  made_folder_remove (g_steal_pointer (&folder));
}

/* --- info ---------------------------------------------------------------------------- */

/* What comes from outside does not get at the terminal. */
static void
test_info (void)
{
  g_auto (Result) result = RUN ("info", "here", "planes=7");

  g_assert_cmpint (result.status, ==, 0);
  assert_says (result.out, "x 8, y 6, z 7, c 2, t 1");
  assert_says (result.out, "a \\x1b[31mname of two lines");
  assert_says (result.out, "red #ff0000, no \\x1bcolour\n");
  assert_says (result.out, "8 x 6 in l0");
  assert_says (result.out, "Gene: Y");
  assert_says (result.out, "uint8");
  g_assert_null (strchr (result.out, '\033'));

  assert_refused (RUN ("info", "nowhere"), 1, "nothing at \"nowhere\"");
  assert_refused (RUN ("info", "it's"), 1, "nothing at \"it's\"");
  assert_refused (RUN ("info", "here", "plans=7"), 2, "planes");
}

static void
test_json (void)
{
  g_auto (Result) result = RUN ("info", "here", "--json");
  g_autoptr (JsonNode) node = json_from_string (result.out, NULL);
  JsonObject *object, *size, *level;

  g_assert_nonnull (node);
  object = json_node_get_object (node);
  size = json_object_get_object_member (object, "size");
  level = json_array_get_object_element (json_object_get_array_member (object, "levels"), 0);
  g_assert_cmpint (json_object_get_int_member (size, "z"), ==, 4);
  g_assert_cmpint (json_object_get_int_member (level, "width"), ==, 8);
  g_assert_cmpstr (json_object_get_string_member (level, "path"), ==, "l0");
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==,
                   "a \033[31mname\nof two lines");
  g_assert_cmpfloat (
      json_object_get_double_member (json_object_get_object_member (object, "voxel-size-um"), "x"),
      ==, 0.25);
}

/* --- run ----------------------------------------------------------------------------- */

static void
test_run (void)
{
  g_autofree gchar *folder = made_folder_new ();
  g_autofree gchar *a = g_strconcat ("objects=", folder, "/a.toy", NULL);
  g_autofree gchar *b = g_strconcat ("objects=", folder, "/b=c.toy", NULL);
  g_autofree gchar *names = NULL;
  g_auto (Result) plain = RUN ("run", CHAIN " planes=50");
  g_auto (Result) written = RUN ("run", CHAIN, "-o", a, "-j", "3", "-o", b, "--quiet");

  g_assert_cmpint (plain.status, ==, 0);
  g_assert_cmpstr (plain.err, ==, "");
  g_assert_true (g_str_has_prefix (plain.out, "planes 100, objects 100, missing-chunks 0, "
                                              "bytes 0, retries 0, seconds "));
  g_assert_true (strchr (plain.out, '\n') == plain.out + strlen (plain.out) - 1);

  g_assert_cmpint (written.status, ==, 0);
  g_assert_cmpstr (written.out, ==, "");
  g_assert_cmpstr (written.err, ==, "");
  names = made_folder_list (folder);
  g_assert_cmpstr (names, ==, "a.toy b=c.toy");
  made_folder_remove (g_steal_pointer (&folder));
}

/* What is wrong in the text of a chain is wrong usage; what is wrong with the data is not. */
static void
test_faults (void)
{
  g_autofree gchar *folder = made_folder_new ();
  g_autofree gchar *output = g_strconcat ("objects=", folder, "/a.toy", NULL);
  g_autofree gchar *names = NULL;

  assert_refused (RUN ("run", ""), 2, "empty");
  assert_refused (RUN ("run", "toy-sauce"), 2, "toy-source");
  assert_refused (RUN ("run", CHAIN " planes=few"), 2, "few");
  assert_refused (RUN ("run", CHAIN " planes=0"), 2, "planes");
  assert_refused (RUN ("run", CHAIN " mood=sad"), 2, "good");
  assert_refused (RUN ("run", CHAIN " ! toy-source"), 1, "nothing at");
  assert_refused (RUN ("run", CHAIN, "-o", "ojects=a.toy"), 2, "objects");
  assert_refused (RUN ("run", CHAIN, "-o", "objects=a.xyz"), 2, ".toy");
  assert_refused (RUN ("run", "toy-source location=there"), 1, "nothing at \"there\"");
  assert_refused (RUN ("run", BROKEN, "-o", output), 1, "plane 2: is \\x1b[31mbroken");
  names = made_folder_list (folder);
  g_assert_cmpstr (names, ==, "");
  made_folder_remove (g_steal_pointer (&folder));
}

static void
test_full (void)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *err = NULL;
  g_autofree gchar *command = g_strdup_printf ("'%s' list > /dev/full", program);

  g_setenv ("LAMINA_PLUGIN_PATH", plugins, TRUE);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, "sh", "-c", command, NULL);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &err, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  assert_says (err, "lamina: Cannot write to the standard output: ");
}

/* --- Interrupted --------------------------------------------------------------------- */

static void
interrupt (const gchar *const *arguments, gint number)
{
  g_autoptr (GSubprocess) process = start (arguments);
  g_auto (Result) result = { 0, NULL, NULL };
  gint64 before;

  g_usleep (300000);
  before = g_get_monotonic_time ();
  g_subprocess_send_signal (process, number);
  result = finish (process);
  g_assert_cmpint (result.status, ==, 130);
  g_assert_cmpstr (result.out, ==, "");
  g_assert_cmpstr (result.err, ==, "");
  g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC);
}

static void
test_interrupt (void)
{
  g_autofree gchar *folder = made_folder_new ();
  g_autofree gchar *output = g_strconcat ("objects=", folder, "/a.toy", NULL);
  g_autofree gchar *names = NULL;
  const gchar *const in_run[] = { "run", LONG, "-o", output, NULL };
  const gchar *const in_open[] = { "run", "toy-source location=stuck", NULL };
  const gchar *const in_info[] = { "info", "stuck", NULL };

  interrupt (in_run, SIGINT);
  interrupt (in_run, SIGTERM);
  interrupt (in_open, SIGINT);
  interrupt (in_info, SIGINT);
  names = made_folder_list (folder);
  g_assert_cmpstr (names, ==, "");
  made_folder_remove (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  const gchar *build;

  g_test_init (&argc, &argv, NULL);
  build = g_getenv ("LAMINA_TESTS_BUILD");
  if (build == NULL)
    build = ".";
  program = g_build_filename (build, "..", "host-sample", "lamina", NULL);
  plugins = g_build_filename (build, "toy", NULL);

  g_test_add_func ("/lamina/help", test_help);
  g_test_add_func ("/lamina/usage", test_usage);
  g_test_add_func ("/lamina/list", test_list);
  g_test_add_func ("/lamina/inspect", test_inspect);
  g_test_add_func ("/lamina/plugins", test_plugins);
  g_test_add_func ("/lamina/info", test_info);
  g_test_add_func ("/lamina/json", test_json);
  g_test_add_func ("/lamina/run", test_run);
  g_test_add_func ("/lamina/faults", test_faults);
  g_test_add_func ("/lamina/full", test_full);
  g_test_add_func ("/lamina/interrupt", test_interrupt);
  return g_test_run ();
}
