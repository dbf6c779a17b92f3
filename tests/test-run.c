/* Running: sinks share one loop and all hear how it ended; without a sink, outputs are computed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain-operations.h"

#include <string.h>

static void
forget (void)
{
  g_free (chain_operations_take_log ());
  chain_operations_take_reads ();
}

static LaminaChain *
open_chain (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  LaminaChain *chain = lamina_chain_open (text, NULL, &error);

  g_assert_no_error (error);
  forget ();
  return chain;
}

static void
assert_log (const gchar *expected)
{
  g_autofree gchar *log = chain_operations_take_log ();

  g_assert_cmpstr (log, ==, expected);
}

/* --- Sinks --------------------------------------------------------------------------------- */

/* One loop for all: with one thread, every sink has a plane before the next plane's turn. */
static void
test_one_loop (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaChain) chain
      = open_chain ("even planes=2 ! keep path=a ! marks ! keep path=b ! rows path=c");
  g_autoptr (GError) error = NULL;

  g_assert_true (lamina_chain_run (chain, job, &error));
  g_assert_no_error (error);
  assert_log ("begin:a begin:b begin:c a:0 b:0 c:0 a:1 b:1 c:1 end:a:1 end:b:1 end:c:1");
  g_assert_cmpint (lamina_job_get_count (job, "planes"), ==, 2);
  g_assert_cmpfloat (lamina_job_get_progress (job), ==, 1.0);
  forget ();
}

/* Sinks of images that have not equally many planes: a loop for each number. */
static void
test_two_loops (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaChain) chain
      = open_chain ("even planes=2 ! keep path=a ! even planes=1 ! keep path=b");

  g_assert_true (lamina_chain_run (chain, job, NULL));
  assert_log ("begin:a begin:b a:0 a:1 b:0 end:a:1 end:b:1");
  forget ();
}

static void
test_many_threads (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (5);
  g_autoptr (LaminaChain) chain = open_chain ("even planes=300 ! keep path=a ! keep path=b");
  g_autofree gchar *log = NULL;
  g_autofree gchar *first = NULL;

  g_assert_true (lamina_chain_run (chain, job, NULL));
  log = chain_operations_take_log ();
  first = g_strndup (log, strlen ("begin:a begin:b "));
  g_assert_cmpstr (first, ==, "begin:a begin:b ");
  g_assert_true (g_str_has_suffix (log, " end:a:1 end:b:1"));
  for (gint plane = 0; plane < 300; plane++)
    for (gint sink = 'a'; sink <= 'b'; sink++)
      {
        g_autofree gchar *one = g_strdup_printf (" %c:%d ", sink, plane);
        const gchar *found = strstr (log, one);

        g_assert_nonnull (found);
        g_assert_null (strstr (found + 1, one));
      }
  g_assert_cmpint (chain_operations_take_reads (), ==, 600);
}

static void
assert_fails (const gchar *sinks, GQuark domain, gint code, const gchar *expected)
{
  g_autofree gchar *text = g_strconcat ("even planes=3 ! ", sinks, NULL);
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaChain) chain = open_chain (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_chain_run (chain, job, &error));
  g_assert_error (error, domain, code);
  assert_log (expected);
  forget ();
}

/* Whatever goes wrong, all that began hear that nothing is done, and the first cause is told. */
static void
test_failures (void)
{
  assert_fails ("keep path=a ! keep path=b fails=begin ! keep path=c", LAMINA_ERROR,
                LAMINA_ERROR_DATA, "begin:a begin:b end:a:0 end:b:0");
  assert_fails ("keep path=a fails=plane ! keep path=b", LAMINA_ERROR, LAMINA_ERROR_DATA,
                "begin:a begin:b a:0 b:0 a:1 end:a:0 end:b:0");
  assert_fails ("keep path=a fails=cancel", G_IO_ERROR, G_IO_ERROR_CANCELLED,
                "begin:a a:0 a:1 end:a:0");
  /* What was done before one failed at the very end stays; what comes after does not. */
  assert_fails ("keep path=a ! keep path=b fails=end ! keep path=c", LAMINA_ERROR,
                LAMINA_ERROR_DATA,
                "begin:a begin:b begin:c a:0 b:0 c:0 a:1 b:1 c:1 a:2 b:2 c:2 "
                "end:a:1 end:b:1 end:c:0");
}

static void
test_cancelled_before (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaChain) chain = open_chain ("even ! keep path=a");
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (G_CANCELLABLE (job));
  g_assert_false (lamina_chain_run (chain, job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_log ("begin:a end:a:0");
}

static void
test_no_input (void)
{
  g_autoptr (LaminaChain) chain = open_chain ("keep path=a ! even ! keep path=b");
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_chain_run (chain, NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "keep has no input to consume");
  assert_log (""); /* found before any began */
}

/* --- Without a sink ------------------------------------------------------------------ */

static void
test_tables (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (LaminaChain) chain = open_chain ("even planes=20 ! marks ! idle");

  g_assert_true (lamina_chain_run (chain, job, NULL));
  g_assert_cmpint (chain_operations_take_reads (), ==, 20); /* the rows, and not the labels */
  g_assert_cmpint (lamina_job_get_count (job, "planes"), ==, 20);
}

static void
test_image (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (LaminaChain) chain = open_chain ("even planes=20 ! add");

  g_assert_true (lamina_chain_run (chain, job, NULL));
  g_assert_cmpint (chain_operations_take_reads (), ==, 40); /* the sum, and what it is of */
}

static void
test_nothing (void)
{
  g_autoptr (LaminaChain) chain = open_chain ("idle");
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_chain_run (chain, NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN);
}

/* --- An operation by itself ---------------------------------------------------------- */

static LaminaOperation *
open_operation (const gchar *name, GError **error, const gchar *property, GType type,
                const gchar *text)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) string = G_VALUE_INIT;

  g_value_init (&string, G_TYPE_STRING);
  g_value_set_string (&string, text);
  g_value_init (&value, type);
  if (type == G_TYPE_STRING)
    g_value_copy (&string, &value);
  else if (type == G_TYPE_DOUBLE)
    g_value_set_double (&value, g_ascii_strtod (text, NULL));
  else if (type == G_TYPE_INT64)
    g_value_set_int64 (&value, g_ascii_strtoll (text, NULL, 10));
  return lamina_operation_new_with_properties (name, property != NULL ? 1 : 0, &property, &value,
                                               NULL, error);
}

/* Bindings give values of types that they choose; what cannot be the property's own is refused and
 * not cut. */
static void
test_with_properties (void)
{
  static const struct
  {
    const gchar *property;
    GType type;
    const gchar *text, *refused; /* NULL: taken */
  } values[] = {
    { "value", G_TYPE_INT64, "12", NULL },
    { "value", G_TYPE_DOUBLE, "12", NULL },
    { "value", G_TYPE_DOUBLE, "1.5", "*: value takes a whole number from -100 to 5000, not *" },
    { "value", G_TYPE_INT64, "4294967308", "*: value takes *" },
    { "value", G_TYPE_STRING, "x", "*: value takes *, not \"x\"" },
    { "planes", G_TYPE_INT64, "0", "even: planes takes a whole number from 1 to 1000, not \"0\"" },
    { "scale", G_TYPE_INT64, "3", NULL },
    { "scale", G_TYPE_DOUBLE, "nan", "*: scale takes *" },
    { "the_budget", G_TYPE_DOUBLE, "1e30", "*: the-budget takes *" },
    { "text", G_TYPE_STRING, "x", NULL },
    { "image", G_TYPE_STRING, "x", "even has no parameter \"image\"*" },
    { "wrong", G_TYPE_STRING, "x", "even has no parameter \"wrong\"" },
    { "vlaue", G_TYPE_STRING, "x", "even has no parameter \"vlaue\", did you mean \"value\"?" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LaminaOperation) even
          = open_operation ("even", &error, values[i].property, values[i].type, values[i].text);

      if (values[i].refused == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (lamina_operation_get_name (even), ==, "even");
          continue;
        }
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
      if (!g_pattern_match_simple (values[i].refused, error->message))
        g_error ("%s=%s says: %s", values[i].property, values[i].text, error->message);
    }
  forget ();
}

static void
test_operation (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) even
      = lamina_operation_new ("even", NULL, &error, "planes", 3, "value", 9, NULL);
  g_autoptr (LaminaOperation) keep = NULL;
  g_autoptr (LaminaImage) image = NULL;

  g_assert_no_error (error);
  g_object_get (even, "image", &image, NULL);
  g_assert_cmpint (lamina_image_get_n_planes (image), ==, 3);
  g_assert_false (lamina_operation_run (even, NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_clear_error (&error);

  keep = lamina_operation_new ("keep", NULL, &error, "image", image, "path", "a", NULL);
  forget ();
  g_assert_true (lamina_operation_run (keep, NULL, &error));
  g_assert_cmpint (chain_operations_take_reads (), ==, 3);

  g_assert_null (lamina_operation_new ("evem", NULL, &error, NULL));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "There is no operation \"evem\", did you mean \"even\"?");
  g_clear_error (&error);
  g_assert_null (open_operation ("zzzzzzzzz", &error, NULL, G_TYPE_STRING, NULL));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "There is no operation \"zzzzzzzzz\"");
  forget ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  chain_operations_register ();
  g_test_add_func ("/run/one-loop", test_one_loop);
  g_test_add_func ("/run/two-loops", test_two_loops);
  g_test_add_func ("/run/many-threads", test_many_threads);
  g_test_add_func ("/run/failures", test_failures);
  g_test_add_func ("/run/cancelled-before", test_cancelled_before);
  g_test_add_func ("/run/no-input", test_no_input);
  g_test_add_func ("/run/tables", test_tables);
  g_test_add_func ("/run/image", test_image);
  g_test_add_func ("/run/nothing", test_nothing);
  g_test_add_func ("/run/with-properties", test_with_properties);
  g_test_add_func ("/run/operation", test_operation);
  return g_test_run ();
}
