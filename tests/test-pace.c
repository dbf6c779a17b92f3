/* When a server counts as overloaded, and how it recovers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pace.h"

enum
{
  ALLOWED = 32
};

static void
note (IdrHttpPace *pace, guint n, gboolean refused)
{
  for (guint i = 0; i < n; i++)
    idr_http_pace_note (pace, refused, FALSE, ALLOWED);
}

static void
test_borne (void)
{
  IdrHttpPace pace = { 0 };
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED);
  for (guint round = 0; round < 50; round++)
    {
      note (&pace, 5, TRUE);
      g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED);
      note (&pace, 95, FALSE);
    }
  note (&pace, 6, TRUE);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED / 2);
}

/* What was on its way when the number fell says nothing new. */
static void
test_once_a_round (void)
{
  IdrHttpPace pace = { 0 };
  note (&pace, 6 + ALLOWED + 5, TRUE);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED / 2);
  note (&pace, 1, TRUE);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED / 4);
  note (&pace, 10000, TRUE);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, 1);
}

static void
test_when (void)
{
  IdrHttpPace pace = { 0 };
  idr_http_pace_note (&pace, TRUE, TRUE, ALLOWED);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED / 2);
  for (guint i = 0; i < ALLOWED; i++)
    idr_http_pace_note (&pace, TRUE, TRUE, ALLOWED);
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED / 2);
}

static void
test_recovery (void)
{
  IdrHttpPace pace = { 0 };
  note (&pace, 6, TRUE);
  note (&pace, ALLOWED, FALSE);
  for (guint window = ALLOWED / 2; window < ALLOWED; window++)
    {
      g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, window);
      note (&pace, window, FALSE);
    }
  g_assert_cmpuint (idr_http_pace_get (&pace, ALLOWED), ==, ALLOWED);
  g_assert_cmpuint (idr_http_pace_get (&pace, 256), ==, 256);
  g_assert_cmpuint (idr_http_pace_get (&pace, 1), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/borne", test_borne);
  g_test_add_func ("/pace/once-a-round", test_once_a_round);
  g_test_add_func ("/pace/when", test_when);
  g_test_add_func ("/pace/recovery", test_recovery);
  return g_test_run ();
}
