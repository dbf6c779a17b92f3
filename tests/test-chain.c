/* Chains: what their words mean, how operations are joined, and how outputs are written
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain-operations.h"

#include <locale.h>
#include <string.h>

static LaminaChain *
open_chain (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  LaminaChain *chain = lamina_chain_open (text, NULL, &error);

  g_assert_no_error (error);
  return chain;
}

static void
forget (void)
{
  g_free (chain_operations_take_log ());
  chain_operations_take_reads ();
}

static void
assert_log (const gchar *expected)
{
  g_autofree gchar *log = chain_operations_take_log ();

  g_assert_cmpstr (log, ==, expected);
}

/* --- Words ------------------------------------------------------------------------------ */

static void
test_values (void)
{
  /* "odd" has the source tell its other values: value, the-budget, scale, mood, text. */
  static const gchar *const texts[][2] = {
    { "odd=true", "7,64,1,0,[none]" },
    { "odd=true value=-7 the-budget=0 scale=0.5 mood=wild text=x", "-7,0,0.5,1,[x]" },
    { "odd=true value=+7 the_budget=3K scale=1e2", "7,3072,100,0,[none]" },
    { "odd=true the-budget=2M value=4K", "4096,2097152,1,0,[none]" },
    { "odd=true the-budget=9223372036854775807", "7,9223372036854775807,1,0,[none]" },
    { "odd=true the-budget=8G scale=2.5", "7,8589934592,2.5,0,[none]" },
    { "odd=true text='two  words'", "7,64,1,0,[two  words]" },
    { "odd=true text=\"a ! 'b' \\\" c\"", "7,64,1,0,[a ! 'b' \" c]" },
    { "odd=true text=a\\ b\\!", "7,64,1,0,[a b!]" },
    { "odd=true text=it\"'\"s", "7,64,1,0,[it's]" },
    { "odd=true text=", "7,64,1,0,[]" },
    { "odd=true text=https://host/x.zarr?a=b&c=d", "7,64,1,0,[https://host/x.zarr?a=b&c=d]" },
    { "odd=true text=\xc2\xb5m", "7,64,1,0,[\xc2\xb5m]" },
    { "\n  odd='true'\t value=\"12\"  \n", "12,64,1,0,[none]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree gchar *text = g_strconcat ("even ", texts[i][0], NULL);
      g_autofree gchar *expected = g_strconcat ("open:even ", texts[i][1], NULL);
      g_autoptr (LaminaChain) chain = open_chain (text);

      g_assert_nonnull (chain);
      assert_log (expected);
    }
}

/* A comma for the decimal point is nobody's in a chain, whatever the user's language. */
static void
test_locale (void)
{
  g_autoptr (LaminaChain) chain = NULL;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("there is no German locale here");
      return;
    }
  chain = open_chain ("even odd=true scale=2.5");
  setlocale (LC_ALL, "C");
  assert_log ("open:even 7,64,2.5,0,[none]");
}

/* Chains that make no sense, and what is said of them. */
static const gchar *const mistakes[][2] = {
  { "", "The chain is empty*" },
  { " \n ", "The chain is empty*" },
  { "evne", "\"evne\" (character 1 of *did you mean \"even\"?" },
  { "even ! ad by=1", "\"ad\" (character 8 of *did you mean \"add\"?" },
  { "even ! something-else", "\"something-else\" (character 8 of *something-else\"" },
  { "planes=3", "\"planes=3\" (character 1 of *An operation's name*" },
  { "even ! planes=3", "\"planes=3\" (character 8 of *An operation's name*" },
  { "! even", "\"!\" (character 1 of *missing before it" },
  { "even ! ! add", "\"!\" (character 8 of *missing before it" },
  { "even !", "\"!\" (character 6 of *missing after it" },
  { "even planes", "\"planes\" (character 6 of *name=value*" },
  { "even planse=3", "\"planse=3\" (character 6 of *did you mean \"planes\"?" },
  { "even text='\xc2\xb5 \xc2\xb5' planse=3", "\"planse=3\" (character 17 of *" },
  { "even image=3", "\"image=3\" (character 6 of *what the operation gives" },
  { "even ! add image=3", "\"image=3\" (character 12 of *comes from an operation*" },
  { "even planes=3 planes=4", "\"planes=4\" (character 15 of *planes is given twice" },
  { "even the-budget=3 the_budget=4", "*(character 19 of *the_budget is given twice" },
  { "even planes=three", "*(character 6 of *a whole number from 1 to 1000, not \"three\"" },
  { "even planes=", "*planes takes a whole number from 1 to 1000, not \"\"" },
  { "even planes=0", "*planes takes a whole number from 1 to 1000, not \"0\"" },
  { "even planes=1001", "*planes takes *, not \"1001\"" },
  { "even planes=3K", "*planes takes *, not \"3K\"" },
  { "even planes=4294967297", "*planes takes *, not \"4294967297\"" },
  { "even planes=3.5", "*planes takes *, not \"3.5\"" },
  { "even planes=' 3'", "*planes takes *, not \" 3\"" },
  { "even planes=3KK", "*planes takes *, not \"3KK\"" },
  { "even planes=3k", "*planes takes *, not \"3k\"" },
  { "even the-budget=-1", "*a whole number (K, M, G may follow) of at least 0, not \"-1\"" },
  { "even the-budget=9223372036854775808", "*the-budget takes *" },
  { "even the-budget=9000000000000G", "*the-budget takes *" },
  { "even scale=2,5", "*scale takes a number from 0.5 to 100, not \"2,5\"" },
  { "even scale=0.4", "*scale takes a number from 0.5 to 100, not \"0.4\"" },
  { "even scale=nan", "*scale takes *" },
  { "even scale=inf", "*scale takes *" },
  { "even scale=1e999", "*scale takes *" },
  { "even odd=yes", "*odd takes true or false, not \"yes\"" },
  { "even mood=angry", "*mood takes one of calm, wild, not \"angry\"" },
  { "even text='open", "\"text='open\" (character 6 of *" },
  { "even text=\xff", "The chain is no UTF-8 text" },
  { "even ! add by=x", "\"by=x\" (character 12 of *" },
};

/* Each points at the word and says what is expected; nothing was opened. */
static void
test_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lamina_chain_open (mistakes[i][0], NULL, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN);
      if (!g_pattern_match_simple (mistakes[i][1], error->message) || strchr (error->message, '\n'))
        g_error ("\"%s\" says: %s", mistakes[i][0], error->message);
      g_assert_null (lamina_chain_open (mistakes[i][0], NULL, NULL));
    }
  assert_log ("");
}

/* --- Joining ------------------------------------------------------------------------------- */

static gint
get_value (LaminaChain *chain, const gchar *output)
{
  g_autoptr (GObject) image = lamina_chain_get_output (chain, output);

  g_assert_nonnull (image);
  return chain_operations_get_value (image, 0);
}

static void
test_inputs (void)
{
  g_autoptr (LaminaChain) by_name = open_chain ("even value=1 ! add by=2 ! marks");
  g_autoptr (LaminaChain) nearest = open_chain ("even value=1 ! even value=2 ! add by=10");
  g_autoptr (LaminaChain) by_type = open_chain ("even value=1 ! add by=2 ! marks ! thin ! thin");

  g_assert_cmpint (get_value (by_name, "sum"), ==, 3);
  g_assert_cmpint (get_value (by_name, "labels"), ==, 1001); /* "image", not what is nearer */
  g_assert_cmpint (get_value (nearest, "sum"), ==, 12);
  g_assert_cmpint (get_value (by_type, "thinned"), ==, 1 + 1000 + 5 + 5);
  forget ();
}

static void
test_open_fails (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lamina_chain_open ("add ! idle", NULL, &error)); /* nothing to its left */
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "add: an image is needed");
  assert_log ("open:add");

  g_clear_error (&error);
  g_assert_null (lamina_chain_open ("even text=fails ! add", NULL, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_NETWORK);
  g_assert_cmpstr (error->message, ==, "even: no answer");
  assert_log ("open:even");

  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (lamina_chain_open ("even", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_log ("");
}

static void
test_get_output (void)
{
  g_autoptr (LaminaChain) chain = open_chain ("even value=1 ! even value=2 ! marks ! idle");
  g_autoptr (GObject) objects = lamina_chain_get_output (chain, "objects");

  g_assert_true (LAMINA_IS_TABLE (objects));
  g_assert_cmpint (get_value (chain, "image"), ==, 2); /* the rightmost */
  g_assert_cmpint (get_value (chain, "labels"), ==, 1002);
  g_assert_null (lamina_chain_get_output (chain, "by"));
  g_assert_null (lamina_chain_get_output (chain, "nothing"));
  forget ();
}

/* --- Writing --------------------------------------------------------------------------------- */

static void
test_write (void)
{
  static const gchar *const paths[][3] = {
    { "labels", "a.rec", "keep" },  { "labels", "a.big.rec", "pack" },
    { "image", "folder/", "keep" }, { "objects", "/tmp/o.rows", "rows" },
    { "objects", ".rows", "rows" },
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (LaminaChain) chain = open_chain ("even ! marks");
      g_autofree gchar *expected = g_strdup_printf ("open:%s", paths[i][1]);

      forget ();
      g_assert_true (lamina_chain_write (chain, paths[i][0], paths[i][1], NULL, &error));
      g_assert_no_error (error);
      assert_log (expected);
    }
}

static void
test_write_errors (void)
{
  static const gchar *const paths[][3] = {
    { "lables", "a.rec", "*no output \"lables\"; those that it has: labels, objects, image" },
    { "labels", "a.png", "Nothing writes an image to \"a.png\": end it in one of: .rec, /, *" },
    { "labels", "a.rows", "Nothing writes an image to \"a.rows\": *" },
    { "labels", "", "Nothing writes an image to \"\": *" },
    { "objects", "a.rec", "Nothing writes a table to \"a.rec\": end it in one of: .rows" },
  };
  g_autoptr (LaminaChain) chain = open_chain ("even ! marks");
  g_autoptr (LaminaChain) idle = open_chain ("idle");
  g_autoptr (GError) none = NULL;

  forget ();
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (lamina_chain_write (chain, paths[i][0], paths[i][1], NULL, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN);
      if (!g_pattern_match_simple (paths[i][2], error->message))
        g_error ("%s to \"%s\" says: %s", paths[i][0], paths[i][1], error->message);
    }
  g_assert_false (lamina_chain_write (idle, "labels", "a.rec", NULL, &none));
  g_assert_error (none, LAMINA_ERROR, LAMINA_ERROR_CHAIN);
  g_assert_cmpstr (none->message, ==,
                   "The chain has no output \"labels\"; those that it has: none");
  assert_log ("");
}

static gboolean
write_one (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  g_autofree gchar *path = g_strdup_printf ("%d.rec", (gint)index);

  g_assert_cmpint (get_value (data, "image"), ==, 7);
  g_assert_false (lamina_chain_write (data, "nothing", path, NULL, NULL));
  return lamina_chain_write (data, "labels", path, NULL, error);
}

/* A chain may be asked and added to by several threads. */
static void
test_write_at_once (void)
{
  g_autoptr (LaminaChain) chain = open_chain ("even ! marks");
  g_autoptr (LaminaJob) job = lamina_job_new (4);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *log = NULL;

  lamina_job_run (job, 40, write_one, chain, &error);
  g_assert_no_error (error);
  forget ();
  g_assert_true (lamina_chain_run (chain, job, &error));
  log = chain_operations_take_log ();
  for (gint i = 0; i < 40; i++)
    {
      g_autofree gchar *end = g_strdup_printf ("end:%d.rec:1", i);

      g_assert_nonnull (strstr (log, end));
    }
  chain_operations_take_reads ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  chain_operations_register ();
  g_test_add_func ("/chain/values", test_values);
  g_test_add_func ("/chain/locale", test_locale);
  g_test_add_func ("/chain/errors", test_errors);
  g_test_add_func ("/chain/inputs", test_inputs);
  g_test_add_func ("/chain/open-fails", test_open_fails);
  g_test_add_func ("/chain/get-output", test_get_output);
  g_test_add_func ("/chain/write", test_write);
  g_test_add_func ("/chain/write-errors", test_write_errors);
  g_test_add_func ("/chain/write-at-once", test_write_at_once);
  return g_test_run ();
}
