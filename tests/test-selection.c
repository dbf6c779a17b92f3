/* Selections of planes along an axis
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "selection.h"

#include "lamina.h"

#include <string.h>

/* The places as "0 1 2", or the error's message. */
static gchar *
parse (const gchar *text, gint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) shown = g_string_new (NULL);
  gint n_selected = 0;
  g_autofree gint *places = idr_selection_parse (text, "z", n, &n_selected, &error);

  if (places == NULL)
    {
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT);
      return g_strdup (error->message);
    }
  g_assert_no_error (error);
  for (gint i = 0; i < n_selected; i++)
    g_string_append_printf (shown, "%s%d", i > 0 ? " " : "", places[i]);
  return g_strdup (shown->str);
}

static void
test_good (void)
{
  static const struct
  {
    const gchar *text;
    gint n;
    const gchar *places;
  } cases[] = {
    { "all", 3, "0 1 2" },         { "all", 1, "0" },          { "2", 3, "2" },
    { "0-2", 3, "0 1 2" },         { "1-1", 3, "1" },          { "0-9:3", 10, "0 3 6 9" },
    { "0-8:100", 10, "0" },        { "7,0,4", 10, "7 0 4" },   { "0-2,8,4-6:2", 10, "0 1 2 8 4 6" },
    { "middle", 10, "5" },         { "middle", 9, "4" },       { "middle", 1, "0" },
    { "middle:2", 10, "3 4 5 6" }, { "middle:5", 3, "0 1 2" }, { "middle:999999999", 3, "0 1 2" },
    { "middle:1", 1, "0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *places = parse (cases[i].text, cases[i].n);

      g_assert_cmpstr (places, ==, cases[i].places);
    }
}

static void
test_bad (void)
{
  static const gchar *const senseless[]
      = { "",        "-1",        "1-",      "a",          "1,",
          ",1",      "2-1",       "1 2",     "0-9:0",      "0-9:-1",
          "0x1",     "1.5",       "middle:", "middle:0",   "middle:-1",
          "middle5", "middle:5x", "All",     "9999999999", "0-9:99999999999",
          "1;2",     " 1" };

  for (gsize i = 0; i < G_N_ELEMENTS (senseless); i++)
    {
      g_autofree gchar *message = parse (senseless[i], 10);

      g_assert_true (g_str_has_prefix (message, "z="));
      g_assert_nonnull (strstr (message, "makes no sense: write all, 7, 0-9"));
    }
}

static void
test_absent (void)
{
  g_autofree gchar *one = parse ("10", 10), *range = parse ("5-12", 10), *only = parse ("1", 1),
                   *twice = parse ("3,1-4", 10);

  g_assert_cmpstr (one, ==, "z=10 does not exist: the image has z=0 to z=9");
  g_assert_cmpstr (range, ==, "z=12 does not exist: the image has z=0 to z=9");
  g_assert_cmpstr (only, ==, "z=1 does not exist: the image has only z=0");
  g_assert_cmpstr (twice, ==, "z=3 is selected twice");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/selection/good", test_good);
  g_test_add_func ("/selection/bad", test_bad);
  g_test_add_func ("/selection/absent", test_absent);
  return g_test_run ();
}
