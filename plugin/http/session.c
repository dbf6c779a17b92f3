/* The cookies of a login, as libcurl shares them between easy handles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "session.h"
#include "engine.h"

struct _IdrHttpSession
{
  gatomicrefcount references;
  CURLSH *share;
  GMutex lock;
};

static void
share_lock (CURL *easy, curl_lock_data data, curl_lock_access access, void *session)
{
  g_mutex_lock (&((IdrHttpSession *)session)->lock);
}

static void
share_unlock (CURL *easy, curl_lock_data data, void *session)
{
  g_mutex_unlock (&((IdrHttpSession *)session)->lock);
}

IdrHttpSession *
idr_http_session_new (void)
{
  idr_http_engine_init ();
  IdrHttpSession *session = g_new0 (IdrHttpSession, 1);
  g_atomic_ref_count_init (&session->references);
  g_mutex_init (&session->lock);
  session->share = curl_share_init ();
  if (session->share == NULL)
    g_error ("%s: out of memory", G_STRFUNC);
  curl_share_setopt (session->share, CURLSHOPT_LOCKFUNC, share_lock);
  curl_share_setopt (session->share, CURLSHOPT_UNLOCKFUNC, share_unlock);
  curl_share_setopt (session->share, CURLSHOPT_USERDATA, session);
  curl_share_setopt (session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  return session;
}

IdrHttpSession *
idr_http_session_ref (IdrHttpSession *session)
{
  g_atomic_ref_count_inc (&session->references);
  return session;
}

void
idr_http_session_free (IdrHttpSession *session)
{
  if (session == NULL || !g_atomic_ref_count_dec (&session->references))
    return;
  curl_share_cleanup (session->share);
  g_mutex_clear (&session->lock);
  g_free (session);
}

CURLSH *
idr_http_session_get_share (IdrHttpSession *session)
{
  return session->share;
}

/* A cookie is a line of seven fields between tabs, the name and the value last. */
static gchar *
find_cookie (const struct curl_slist *lines, const gchar *name)
{
  for (; lines != NULL; lines = lines->next)
    {
      g_auto (GStrv) fields = g_strsplit (lines->data, "\t", 7);
      if (g_strv_length (fields) == 7 && g_str_equal (fields[5], name))
        return g_strdup (fields[6]);
    }
  return NULL;
}

gchar *
idr_http_session_get_cookie (IdrHttpSession *session, const gchar *name)
{
  g_return_val_if_fail (session != NULL && name != NULL, NULL);
  struct curl_slist *lines = NULL;
  gchar *value = NULL;
  CURL *easy = curl_easy_init ();
  if (easy != NULL)
    {
      curl_easy_setopt (easy, CURLOPT_SHARE, session->share);
      if (curl_easy_getinfo (easy, CURLINFO_COOKIELIST, &lines) == CURLE_OK)
        value = find_cookie (lines, name);
      curl_slist_free_all (lines);
      curl_easy_cleanup (easy);
    }
  return value;
}
