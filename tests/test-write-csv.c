/* Tests of the operation write-csv
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-folder.h"
#include "made-image.h"
#include "write-csv.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_PLANES 60

typedef struct
{
  gchar *folder, *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer ending)
{
  fixture->folder = made_folder_new ();
  fixture->path = g_strconcat (fixture->folder, "/objects", ending, NULL);
  made_fault = -1;
  made_reads = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer ending)
{
  made_folder_remove (fixture->folder);
  g_free (fixture->path);
}

static LaminaOperation *
make_writer (LaminaTable *table, const gchar *path)
{
  g_autoptr (GError) error = NULL;
  LaminaOperation *writer
      = lamina_operation_new ("write-csv", NULL, &error, "input", table, "path", path, NULL);

  g_assert_no_error (error);
  return writer;
}

static gchar *
read_back (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  gchar *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* As many rows as the plane's number says, modulo 4. */
static GArray *
make_rows (gint64 plane)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (gdouble));

  for (gint64 i = 0; i < plane % 4; i++)
    {
      const gdouble row[] = { (gdouble)plane, (gdouble)i };

      g_array_append_vals (rows, row, G_N_ELEMENTS (row));
    }
  return rows;
}

static gchar *
make_expected (void)
{
  GString *text = g_string_new ("plane,row\n");

  for (gint plane = 0; plane < N_PLANES; plane++)
    for (gint i = 0; i < plane % 4; i++)
      g_string_append_printf (text, "%d,%d\n", plane, i);
  return g_string_free (text, FALSE);
}

static LaminaTable *
make_table (void)
{
  static const gchar *const columns[] = { "plane", "row", NULL };

  return made_table_new (columns, N_PLANES, make_rows);
}

static void
test_whole (Fixture *fixture, gconstpointer ending)
{
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (LaminaOperation) writer = make_writer (table, fixture->path);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *expected = make_expected (), *text = NULL, *names = NULL;

  g_assert_true (lamina_operation_run (writer, NULL, &error));
  g_assert_no_error (error);
  text = read_back (fixture->path);
  g_assert_cmpstr (text, ==, expected);
  names = made_folder_list (fixture->folder);
  g_assert_cmpstr (names, ==, "objects.csv");
}

/* A loop may visit planes in any order; the last of these is backwards. */
static void
test_order (Fixture *fixture, gconstpointer ending)
{
  static const gint strides[] = { 7, 11, 13, 37, N_PLANES - 1 };
  g_autofree gchar *expected = make_expected ();

  for (guint k = 0; k < G_N_ELEMENTS (strides); k++)
    {
      g_autoptr (LaminaTable) table = make_table ();
      g_autoptr (LaminaOperation) writer = make_writer (table, fixture->path);
      LaminaOperationClass *klass = LAMINA_OPERATION_GET_CLASS (writer);
      g_autoptr (GError) error = NULL;
      g_autofree gchar *text = NULL;

      g_assert_true (klass->begin (writer, NULL, &error));
      for (gint i = 1; i <= N_PLANES; i++)
        g_assert_true (klass->plane (writer, i * strides[k] % N_PLANES, NULL, &error));
      g_assert_true (klass->end (writer, TRUE, &error));
      text = read_back (fixture->path);
      g_assert_cmpstr (text, ==, expected);
    }
}

static GArray *
make_numbers (gint64 plane)
{
  static const gdouble numbers[] = { 0, -7, 9007199254740991, 0.1, 1.0 / 3, NAN, 1e300, -2.5e-9 };
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (gdouble));

  g_array_append_vals (rows, numbers, G_N_ELEMENTS (numbers));
  return rows;
}

static void
test_text (Fixture *fixture, gconstpointer ending)
{
  static const gchar *const columns[]
      = { "a", "b,c", "d\"e", "f g", "line\nbreak", "h\ti", "µm", "j", NULL };
  g_autoptr (LaminaTable) table = made_table_new (columns, 1, make_numbers);
  g_autoptr (LaminaOperation) writer = make_writer (table, fixture->path);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  g_assert_true (lamina_operation_run (writer, NULL, &error));
  g_assert_no_error (error);
  text = read_back (fixture->path);
  if (g_str_equal (ending, ".csv"))
    g_assert_cmpstr (text, ==,
                     "a,\"b,c\",\"d\"\"e\",f g,\"line\nbreak\",h\ti,µm,j\n"
                     "0,-7,9007199254740991,0.1,0.3333333333333333,,1e+300,-2.5e-09\n");
  else
    g_assert_cmpstr (text, ==,
                     "a\tb,c\t\"d\"\"e\"\tf g\t\"line\nbreak\"\t\"h\ti\"\tµm\tj\n"
                     "0\t-7\t9007199254740991\t0.1\t0.3333333333333333\t\t1e+300\t-2.5e-09\n");
}

/* What was there stays when something goes wrong, and nothing else is there. */
static void
check_untouched (Fixture *fixture, LaminaJob *job, GQuark domain, gint code)
{
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (LaminaOperation) writer = make_writer (table, fixture->path);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL, *names = NULL;

  g_assert_false (lamina_operation_run (writer, job, &error));
  g_assert_error (error, domain, code);
  text = read_back (fixture->path);
  g_assert_cmpstr (text, ==, "precious");
  names = made_folder_list (fixture->folder);
  g_assert_cmpstr (names, ==, "objects.csv");
}

static void
test_fault (Fixture *fixture, gconstpointer ending)
{
  g_file_set_contents (fixture->path, "precious", -1, NULL);
  made_fault = N_PLANES / 2;
  check_untouched (fixture, NULL, LAMINA_ERROR, LAMINA_ERROR_DATA);
}

static void
test_cancel (Fixture *fixture, gconstpointer ending)
{
  g_autoptr (LaminaJob) job = lamina_job_new (2);

  g_file_set_contents (fixture->path, "precious", -1, NULL);
  g_cancellable_cancel (G_CANCELLABLE (job));
  check_untouched (fixture, job, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A disk that is full, as far as a test can make one. */
static void
test_full (Fixture *fixture, gconstpointer ending)
{
  struct rlimit old, few;

  g_file_set_contents (fixture->path, "precious", -1, NULL);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  few = old;
  few.rlim_cur = 100;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &few), ==, 0);
  check_untouched (fixture, NULL, G_IO_ERROR, g_io_error_from_errno (EFBIG));
  setrlimit (RLIMIT_FSIZE, &old);
}

static void
check_refused (const gchar *path, const gchar *message)
{
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (LaminaOperation) writer = make_writer (table, path);
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_operation_run (writer, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_cmpint (made_reads, ==, 0);
}

/* What cannot be written is found out before anything is computed. */
static void
test_unwritable (Fixture *fixture, gconstpointer ending)
{
  g_autofree gchar *nowhere = g_build_filename (fixture->folder, "none", "objects.csv", NULL);
  g_autofree gchar *beyond = g_build_filename (fixture->path, "objects.csv", NULL);

  check_refused (nowhere, "there is no folder");
  check_refused (fixture->folder, "Is a directory");
  g_file_set_contents (fixture->path, "a file", -1, NULL);
  check_refused (beyond, "Not a directory");
}

/* A link is followed, and a device is written to, not replaced. */
static void
test_special (Fixture *fixture, gconstpointer ending)
{
  g_autofree gchar *link = g_build_filename (fixture->folder, "link.csv", NULL);
  g_autofree gchar *text = NULL, *expected = make_expected ();
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (LaminaOperation) writer = make_writer (table, link);
  g_autoptr (LaminaOperation) into_full = make_writer (table, "/dev/full");
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->path, "old", -1, NULL);
  g_assert_cmpint (symlink ("objects.csv", link), ==, 0);
  g_assert_true (lamina_operation_run (writer, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  text = read_back (fixture->path);
  g_assert_cmpstr (text, ==, expected);

  g_assert_false (lamina_operation_run (into_full, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

/* As "/dev/stdout" is one, when the output is piped: a link to a name that is no file's. */
static void
test_pipe (Fixture *fixture, gconstpointer ending)
{
  gint ends[2];
  g_autofree gchar *expected = make_expected (), *path = NULL;
  gchar text[4096] = "";
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (LaminaOperation) writer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, &error));
  path = g_strdup_printf ("/dev/fd/%d", ends[1]);
  writer = make_writer (table, path);
  g_assert_true (lamina_operation_run (writer, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read (ends[0], text, sizeof text - 1), ==, (gssize)strlen (expected));
  g_assert_cmpstr (text, ==, expected);
  close (ends[0]);
  close (ends[1]);
}

static void
test_missing (void)
{
  g_autoptr (LaminaTable) table = make_table ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lamina_operation_new ("write-csv", NULL, &error, "path", "x.csv", NULL));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (lamina_operation_new ("write-csv", NULL, &error, "input", table, NULL));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("write-csv", IDR_TYPE_WRITE_CSV, NULL));

#define ADD(name, ending, test) g_test_add (name, Fixture, ending, set_up, test, tear_down)
  ADD ("/write-csv/whole", ".csv", test_whole);
  ADD ("/write-csv/order", ".csv", test_order);
  ADD ("/write-csv/commas", ".csv", test_text);
  ADD ("/write-csv/tabs", ".tsv", test_text);
  ADD ("/write-csv/fault", ".csv", test_fault);
  ADD ("/write-csv/cancel", ".csv", test_cancel);
  ADD ("/write-csv/full", ".csv", test_full);
  ADD ("/write-csv/unwritable", ".csv", test_unwritable);
  ADD ("/write-csv/special", ".csv", test_special);
  ADD ("/write-csv/pipe", ".csv", test_pipe);
#undef ADD
  g_test_add_func ("/write-csv/missing", test_missing);
  return g_test_run ();
}
