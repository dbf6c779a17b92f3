/* Whether a bucket can be listed, which tells what a forbidden object is
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listable.h"
#include "fetch.h"
#include "listing.h"
#include "status.h"

typedef struct
{
  IdrFetch *fetch;
  GError *error;
  guint retries;
} Undecided;

static void
finish (const IdrListable *listable, IdrFetch *fetch, GError *error, guint retries)
{
  if (listable->state == IDR_LISTABLE_NO)
    {
      g_autofree gchar *uri = idr_store_get_uri (fetch->store, fetch->key);
      g_clear_error (&error);
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "%s: not there, or forbidden: the bucket cannot be listed, so its server says "
                   "the same of both (403)",
                   uri);
    }
  idr_fetch_finish (fetch, NULL, error, retries);
}

/* Ends all that wait, the first one first. The last one may take the store along. */
static void
finish_all (IdrListable *listable)
{
  const IdrListable decided = { .state = listable->state };
  GSList *undecided = g_slist_reverse (g_steal_pointer (&listable->undecided));
  for (GSList *item = undecided; item != NULL; item = item->next)
    {
      Undecided *one = item->data;
      finish (&decided, one->fetch, one->error, one->retries);
      idr_fetch_unref (one->fetch);
      g_free (one);
    }
  g_slist_free (undecided);
}

static gboolean
is_listing (const IdrHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *token = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  return answer->status == 200
         && (idr_listing_parse (answer->body, "", names, &token, &error)
             || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
}

static void
on_answer (IdrHttpAnswer *taken, const GError *error, gpointer data)
{
  IdrListable *listable = data;
  g_autoptr (IdrHttpAnswer) answer = taken;
  if (answer == NULL || answer->status == 429 || answer->status >= 500)
    listable->state = IDR_LISTABLE_UNKNOWN;
  else
    listable->state = is_listing (answer) ? IDR_LISTABLE_YES : IDR_LISTABLE_NO;
  finish_all (listable);
}

static void
ask (IdrListable *listable, const IdrHttpRequest *question)
{
  g_clear_pointer (&listable->transfer, idr_http_transfer_free);
  listable->state = IDR_LISTABLE_ASKING;
  listable->transfer = idr_http_start (question, on_answer, listable);
}

void
idr_listable_judge (IdrListable *listable, const IdrHttpRequest *question, IdrFetch *fetch,
                    GError *error, guint retries)
{
  if (question->url == NULL)
    listable->state = IDR_LISTABLE_NO;
  if (listable->state == IDR_LISTABLE_YES || listable->state == IDR_LISTABLE_NO)
    finish (listable, fetch, error, retries);
  else if (!idr_fetch_try_ref (fetch)) /* nobody waits for it: it is being given up */
    idr_fetch_finish (fetch, NULL, error, retries);
  else
    {
      Undecided *one = g_new (Undecided, 1);
      *one = (Undecided){ fetch, error, retries };
      listable->undecided = g_slist_prepend (listable->undecided, one);
      if (listable->state == IDR_LISTABLE_UNKNOWN)
        ask (listable, question);
    }
}

void
idr_listable_clear (IdrListable *listable)
{
  g_clear_pointer (&listable->transfer, idr_http_transfer_free);
}
